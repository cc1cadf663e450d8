"""The hot events of a time (热点事件), asked of the index."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from pipeline.analyse.hot import HotEvent, hottest
from pipeline.index import PostIndex

CANDIDATES: Final = 20  # events that most posts tell of; one of these is the hottest
READ: Final = 200  # posts of each that are weighed, the newest
_LINES: Final = 6


class EventRow(msgspec.Struct, frozen=True):
    """An event as the page shows it: *lines* say how its heat came about, *q* finds its posts."""

    id: str
    title: str
    heat: float
    lines: list[str]
    posts: int
    voices: int
    since: datetime
    until: datetime
    q: str


def event_rows(index: PostIndex, since: datetime, now: datetime, most: int = 8) -> list[EventRow]:
    """Return the hot events for the page. Raises Unavailable if the index is away."""
    return [
        EventRow(
            one.id, one.title, round(one.heat.value, 1), one.heat.lines()[:_LINES], one.posts, one.authors,
            one.since, one.until, _query(one.id),
        )
        for one in hot_events(index, since, now, most)
    ]  # fmt: skip


def hot_events(index: PostIndex, since: datetime, now: datetime, most: int = 20) -> list[HotEvent]:
    """Return the events told of from *since* to *now*, the hottest first; those with one post only are left out.

    Counts and heat are of at most READ posts an event. Raises Unavailable if the index is away.
    """
    told = index.aggregate("", "event.id", since=since, until=now, most=CANDIDATES)
    asked = (_query(bucket.key) for bucket in told if bucket.count > 1)
    found = (index.search(query, since=since, until=now, most=READ) for query in asked)
    return hottest((hit.post for page in found for hit in page.hits), now, most)


def _query(event: str) -> str:
    return f'event.id:"{event}"'
