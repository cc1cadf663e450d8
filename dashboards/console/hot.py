"""The hot events of a time (热点事件), asked of the index."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pipeline.analyse.hot import HotEvent, hottest
from pipeline.index import PostIndex

CANDIDATES: Final = 50  # events that most posts tell of; one of these is the hottest
READ: Final = 500  # posts of each that are weighed, the newest


def hot_events(index: PostIndex, since: datetime, now: datetime, most: int = 20) -> list[HotEvent]:
    """Return the events told of from *since* to *now*, the hottest first; those with one post only are left out.

    Counts and heat are of at most READ posts an event. Raises Unavailable if the index is away.
    """
    told = index.aggregate("", "event.id", since=since, until=now, most=CANDIDATES)
    asked = (f'event.id:"{bucket.key}"' for bucket in told if bucket.count > 1)
    found = (index.search(query, since=since, until=now, most=READ) for query in asked)
    return hottest((hit.post for page in found for hit in page.hits), now, most)
