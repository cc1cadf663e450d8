"""The index of posts: what people search, count and draw. Never asked for an alert (ARCHITECTURE §9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from pipeline.errors import Fault, Misconfigured
from pipeline.model import AnalysedPost

Step = Literal["hour", "day", "week", "month"]
STEPS: Final[tuple[Step, ...]] = ("hour", "day", "week", "month")
ROLLED: Final = ("source.id", "matter.topic", "place.street", "sentiment.label")
"""The fields that ``volume`` can be split by."""

OPEN, CLOSE = "«", "»"
"""What stands around the found words in an excerpt."""


@dataclass(frozen=True)
class Highlight:
    """Where the asked words stand in *field* (``title`` or ``text``), in offsets of the original text."""

    field: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Hit:
    """A found post; *excerpt* is a piece of it with the found words marked."""

    post: AnalysedPost
    highlights: tuple[Highlight, ...] = ()
    excerpt: str = ""


@dataclass(frozen=True)
class Found:
    """One page of what was found, and how many there are in all; *after* asks for the next page."""

    total: int
    hits: tuple[Hit, ...] = ()
    after: str | None = None


@dataclass(frozen=True)
class Bucket:
    """Posts counted together; *neg* of them are negative.

    *key* is the field's value, or the local start of the time: ``2026-03-10T08:00:00+08:00`` for an
    hour, ``2026-03-10`` for a day, its Monday for a week, ``2026-03`` for a month.
    """

    key: str
    count: int
    neg: int = 0


@dataclass(frozen=True)
class Volume:
    """How many posts an hour (or day, week, month) brought, of one *group* if the answer is split."""

    key: str
    count: int
    group: str = ""


@dataclass(frozen=True)
class IndexStatus:
    """What stands in the index: posts, bytes on disk, the event times of the oldest and the newest post.

    *edition* is how this version cuts and folds texts; *stale* posts were written by another and want a rebuild,
    which makes the generation *building* out of the *generation* that stands.
    """

    documents: int
    size: int
    edition: str
    stale: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    generation: int = 1
    building: int | None = None


def outdated(stale: int) -> Fault | None:
    """Say what is to be done about *stale* posts that another edition wrote; None if there are none.

    A file of our own is built anew when it is opened; a server's index waits for somebody who says so.
    """
    if not stale:
        return None
    zh = f"有 {stale} 条帖文是另一版切词写进去的，检索可能漏掉：请运行 yuqing index reindex"
    en = f"{stale} posts were written by another edition and may not be found: run yuqing index reindex"
    return Fault("index", zh, en, warning=True)


class PostIndex(Protocol):
    """Every post as it stands now, searchable by any word cut out of it.

    Every adapter promises: what ``write`` returned from is durable; writing again changes nothing; the
    order of writes does not matter (the newest ``fetched_at`` wins, a deleted post stays deleted); a
    word finds exactly the posts it stands in, in any script, width or case; days are those of the zone
    that the index was opened with; times count to the millisecond. *since* is included, *until* is not.

    Queries are those of ``pipeline.index.query``; a wrong one raises Misconfigured with its position.
    Everything raises Unavailable if the index is away.
    """

    def prepare(self) -> None:
        """Make whatever is missing: tables, templates, alias. Nothing else needs it; whoever writes first does it."""

    def write(self, docs: Sequence[AnalysedPost]) -> None:
        """Store *docs*, of press articles an excerpt. Deletes leave only the id; observations move only the counts.

        Raises Unavailable if not all of them were stored (then all may come again), Rejected if some never can be:
        the others are stored, or will be when they come one by one.
        """

    def tidy(self) -> None:
        """Make searching cheaper, one short step at a time; for moments in which nothing waits to be written."""

    def search(
        self,
        query: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = 20,
        newest_first: bool = True,
        after: str | None = None,
    ) -> Found:
        """Return one page: the newest first, or else the best match first.

        *after* is what the page before said.
        """

    def aggregate(
        self,
        query: str,
        by: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = 50,
    ) -> list[Bucket]:
        """Count what *query* finds by a keyword field (the *most* frequent values) or by a step of time (all of it)."""

    def volume(self, since: datetime, until: datetime, step: Step = "hour", by: str | None = None) -> list[Volume]:
        """Count posts in whole hours that begin in the range, split by one of ROLLED. Cheap: for pages and charts."""

    def words(self, since: datetime, until: datetime, most: int = 50) -> list[Bucket]:
        """Return the words that stand in most posts, of two characters or more; those of withheld posts are not counted."""

    def get(self, post_id: str) -> AnalysedPost | None: ...

    def count(self) -> int: ...

    def trim(self, before: datetime) -> int:
        """Forget posts whose event time is before *before*, and say how many."""

    def status(self) -> IndexStatus: ...

    def reindex(self, tell: Callable[[int, int], None] = lambda done, total: None) -> int:
        """Compute everything anew from the kept posts while the index goes on; return how many there were.

        *tell* hears how many of how many are done. What a kill broke off is taken up by the next call.
        """

    def close(self) -> None: ...


def _elastic(url: str, timezone: str) -> PostIndex:
    from pipeline.index.elastic.index import ElasticIndex

    return ElasticIndex.open(url, timezone)


def _sqlite(url: str, timezone: str) -> PostIndex:
    from pipeline.index.sqlite import SqliteIndex

    return SqliteIndex.open(url, timezone)


SCHEMES: Final[Mapping[str, Callable[[str, str], PostIndex]]] = {
    "sqlite": _sqlite,
    "elasticsearch": _elastic,
    "elasticsearch+https": _elastic,
    "opensearch": _elastic,
    "opensearch+https": _elastic,
    "http": _elastic,
    "https": _elastic,
}


def open_index(url: str, timezone: str = "Asia/Shanghai") -> PostIndex:
    """Return the index at *url*, made if it is not there. Raises Misconfigured or Unavailable."""
    scheme = url.partition(":")[0]
    if scheme not in SCHEMES:
        known = "、".join(f"{name}://" for name in SCHEMES)
        raise Misconfigured(
            [
                Fault(
                    "index.url",
                    f"不认识 {scheme}://，可用的是 {known}",
                    f"unknown scheme {scheme}://; there is {known}",
                )
            ]
        )
    return SCHEMES[scheme](url, timezone)
