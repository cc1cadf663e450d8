"""Read the public message counter of the service hall: one line a message, ``number<TAB>time<TAB>words``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from crawlers import Outcome, RawPost, Visit
from crawlers.options import Options
from pipeline.model import Access, Basis, Kind, Published


class Counter(Options):
    """办事大厅留言柜台导出的文本，一行一条。 The text that the counter writes, one message a line."""

    name: ClassVar[str] = "counter"
    access: ClassVar[Access] = Access.IMPORT

    file: Path = Field(description="柜台写到哪里 / where the counter writes")

    def fetch(self, cursor: str, now: datetime) -> Visit:
        read = int(cursor or 0)
        try:
            written, _, _ = self.file.read_text(encoding="utf-8").rpartition("\n")  # the last line may still be growing
            lines = written.splitlines()
            posts = [_post(line, now) for line in lines[read:]]
        except OSError as error:
            return Visit(outcome=Outcome.FAILED, cursor=cursor, problem=f"{self.file.name} 读不出来：{error.strerror}")
        except ValueError:
            problem = f"{self.file.name} 有一行不是“编号、时间、内容”，改好后从第 {read + 1} 行接着读"
            return Visit(outcome=Outcome.FAILED, cursor=cursor, problem=problem)
        return Visit(outcome=Outcome.NEWS if posts else Outcome.QUIET, posts=posts, cursor=str(len(lines)))


def _post(line: str, now: datetime) -> RawPost:
    number, at, words = line.split("\t", 2)
    published = Published(at=datetime.fromisoformat(at).astimezone(UTC), basis=Basis.ATTR, raw=at)
    return RawPost(native_id=number, kind=Kind.MESSAGE, published=published, fetched_at=now, text=words)
