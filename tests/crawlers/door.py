"""An intake on a real bus in a folder, and what came through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawlers import RawPost, SourceCard
from crawlers.intake import Intake
from crawlers.pseudonyms import Pseudonyms
from pipeline.bus import Message
from pipeline.bus.sqlite import SqliteBus
from pipeline.directory import Directory
from pipeline.errors import Unavailable
from pipeline.model import Post, Published, Reader
from pipeline.privacy import Masker
from pipeline.topics import POSTS

NOON = datetime.fromisoformat("2026-03-10T12:00:00+08:00").astimezone(UTC)
BBS = SourceCard(id="qh-bbs", connector="feed")


class FlakyBus(SqliteBus):
    """A bus that can be told to be away."""

    away = False

    def publish(self, topic: str, messages: Sequence[Message], *, as_lines: bool = False) -> None:
        if self.away:
            raise Unavailable("bus: disk full")
        super().publish(topic, messages, as_lines=as_lines)


@dataclass
class Door:
    intake: Intake
    bus: FlakyBus
    home: Path

    def came(self) -> list[Post]:
        """Return every post on the bus, by native id."""
        start = dict.fromkeys(self.bus.end(POSTS), 0)
        reader: Reader[Post] = Reader(Post)
        posts = [reader.read(delivery.value) for delivery in self.bus.browse(POSTS, start, 100_000)]
        return sorted(posts, key=lambda post: post.native_id)

    def on_disk(self) -> bytes:
        """Return every byte below home."""
        return b"".join(file.read_bytes() for file in sorted(self.home.rglob("*")) if file.is_file())


def a_door(home: Path) -> Door:
    bus = FlakyBus(home / "bus")
    return Door(Intake(bus, Masker(Directory.read()), Pseudonyms.fixed()), bus, home)


def a_raw_post(text: str = "锦湖里又停水了", native_id: str = "p1", at: datetime = NOON, **more: object) -> RawPost:
    published = Published(at=at - timedelta(seconds=5))
    fields: dict[str, object] = {"native_id": native_id, "published": published, "fetched_at": at, "text": text}
    return RawPost(**{**fields, **more})  # type: ignore[arg-type] # tests name real fields
