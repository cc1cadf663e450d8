"""Counts over time and over matters: what the chart and the table of hot matters show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from dashboards.console.posts import on_board
from pipeline.index import PostIndex

LABELS: Final = ("neg", "neu", "pos")
TOPICS_MOST: Final = 8
ROWS_MOST: Final = 12


class Range(msgspec.Struct, frozen=True):
    """How far back the picture goes, and how wide a bar is."""

    length: timedelta
    step: timedelta


RANGES: Final = {
    "1h": Range(timedelta(hours=1), timedelta(minutes=5)),
    "24h": Range(timedelta(hours=24), timedelta(hours=1)),
    "7d": Range(timedelta(days=7), timedelta(hours=3)),
}


class Bar(msgspec.Struct, kw_only=True):
    at: datetime
    neg: int = 0
    neu: int = 0
    pos: int = 0

    def add(self, label: str, count: int) -> None:
        name = label if label in LABELS else "neu"
        setattr(self, name, getattr(self, name) + count)


class Hot(msgspec.Struct, frozen=True, kw_only=True):
    """One matter on one street: posts now, in the span before, and negative ones; *q* finds them."""

    topic: str
    street: str
    n: int
    before: int
    neg: int
    q: str


def bars(index: PostIndex, range_: Range, now: datetime) -> list[Bar]:
    """Return every bar up to *now*, empty ones too, the oldest first."""
    first = _floor(now - range_.length, range_.step) + range_.step
    found = [Bar(at=first + i * range_.step) for i in range(int(range_.length / range_.step))]
    if range_.step < timedelta(hours=1):
        for bar in found:
            _count(index, bar, range_.step)
        return found
    for volume in index.volume(first, now + timedelta(seconds=1), "hour", by="sentiment.label"):
        place = int((datetime.fromisoformat(volume.key) - first) / range_.step)
        if 0 <= place < len(found):
            found[place].add(volume.group, volume.count)
    return found


def _count(index: PostIndex, bar: Bar, step: timedelta) -> None:
    """Fill a bar that is narrower than the roll-ups."""
    for bucket in index.aggregate("*", "sentiment.label", since=bar.at, until=bar.at + step):
        bar.add(bucket.key, bucket.count)


def _floor(at: datetime, step: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + (at.astimezone(UTC) - epoch) // step * step


def tone(index: PostIndex, since: datetime, until: datetime) -> Counter[str]:
    """Count the posts of a span by sentiment."""
    return Counter({b.key: b.count for b in index.aggregate("*", "sentiment.label", since=since, until=until)})


def hot(index: PostIndex, length: timedelta, now: datetime) -> list[Hot]:
    """Return the matters with most posts, street by street, beside the same span before."""
    until = now + timedelta(seconds=1)
    since, before = until - length, until - 2 * length
    rows: list[Hot] = []
    query = on_board("NOT matter.topic:other")
    for topic in index.aggregate(query, "matter.topic", since=since, until=until, most=TOPICS_MOST):
        one = f"matter.topic:{topic.key}"
        streets = index.aggregate(on_board(one), "place.street", since=since, until=until)
        past = index.aggregate(on_board(one), "place.street", since=before, until=since)
        past_n = {bucket.key: bucket.count for bucket in past}
        for street in streets:
            q = f'{one} AND place.street:"{street.key}"'
            n, neg = street.count, street.neg
            rows.append(Hot(topic=topic.key, street=street.key, n=n, before=past_n.get(street.key, 0), neg=neg, q=q))
        rest = topic.count - sum(street.count for street in streets)
        if rest > 0:
            gone = index.search(on_board(f"{one} AND NOT place.street:*"), since=before, until=since, most=1).total
            neg = topic.neg - sum(street.neg for street in streets)
            rows.append(
                Hot(topic=topic.key, street="", n=rest, before=gone, neg=neg, q=f"{one} AND NOT place.street:*")
            )
    return _loudest(rows)


def _loudest(rows: Iterable[Hot]) -> list[Hot]:
    return sorted(rows, key=lambda row: (-row.n, row.topic, row.street))[:ROWS_MOST]
