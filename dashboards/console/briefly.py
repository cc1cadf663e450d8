"""Keeps an answer for a moment, so that ten tabs cost what one does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class Briefly(Generic[T]):
    """Asks *make* for the same key again only after *keep*."""

    def __init__(self, make: Callable[[str, datetime], T], keep: timedelta = timedelta(seconds=0.5)) -> None:
        self._make = make
        self._keep = keep
        self._made: dict[str, tuple[datetime, T]] = {}

    def get(self, key: str, now: datetime) -> T:
        made = self._made.get(key)
        if made is None or not timedelta(0) <= now - made[0] < self._keep:
            made = self._made[key] = (now, self._make(key, now))
        return made[1]
