"""The hits of one rule and group in order of event time, and windows that slide over them both ways."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple


class Hit(NamedTuple):
    """A counted hit: when, whose voice, and what else its rule's type counts (a value, a number, the steps)."""

    at: datetime
    member: str
    mark: str = ""


Keys = Callable[[Hit], tuple[str, ...]]
"""Says what a hit adds to a window: nothing, one thing or several."""


def voice(hit: Hit) -> tuple[str, ...]:
    """Count distinct members."""
    return (hit.member,)


class Track:
    """Hits in order of event time. Windows laid over it stay right while hits are added and forgotten."""

    def __init__(self, hits: Iterable[Hit] = ()) -> None:
        self.times: list[datetime] = []
        self.hits: list[Hit] = []
        self._windows: list[Window] = []
        for hit in hits:
            self.add(hit)

    def __len__(self) -> int:
        return len(self.times)

    @property
    def newest(self) -> datetime | None:
        return self.times[-1] if self.times else None

    def window(self, timeframe: timedelta, keys: Keys = voice) -> Window:
        """Lay a window over the hits."""
        window = Window(self, timeframe, keys)
        self._windows.append(window)
        return window

    def add(self, hit: Hit) -> None:
        place = bisect_right(self.times, hit.at)
        self.times.insert(place, hit.at)
        self.hits.insert(place, hit)
        for window in self._windows:
            window.shifted(place, hit)

    def between(self, after: datetime, until: datetime) -> list[Hit]:
        """Return the hits after the one moment and up to the other."""
        return self.hits[bisect_right(self.times, after) : bisect_right(self.times, until)]

    def moments(self, since: datetime, before: datetime) -> Iterator[datetime]:
        """Yield the distinct times of hits from *since* on and before the other moment."""
        place = bisect_left(self.times, since)
        while place < len(self.times) and self.times[place] < before:
            at = self.times[place]
            yield at
            place = bisect_right(self.times, at, place)

    def forget_before(self, at: datetime) -> None:
        """Let go of hits before *at* that no window holds, once they are the greater part."""
        gone = min((bisect_left(self.times, at), *(window.low for window in self._windows)))
        if 2 * gone <= len(self.times):
            return
        del self.times[:gone], self.hits[:gone]
        for window in self._windows:
            window.low -= gone
            window.high -= gone


class Window:
    """Counts what is distinct in (t − timeframe, t] (RULES §3.2): exactly *timeframe* apart is not together.

    Asking about times in order costs the same however many hits there are.
    """

    def __init__(self, track: Track, timeframe: timedelta, keys: Keys) -> None:
        self._track = track
        self._timeframe = timeframe
        self._keys = keys
        self._counts: Counter[str] = Counter()
        self.low = self.high = 0  # the window holds hits [low, high)

    def count(self, at: datetime) -> int:
        """Return how many distinct things the window that ends at *at* holds."""
        self._end_at(bisect_right(self._track.times, at))
        since = at - self._timeframe
        times = self._track.times
        while self.low < self.high and times[self.low] <= since:
            self._leave(self.low)
            self.low += 1
        while self.low > 0 and times[self.low - 1] > since:
            self.low -= 1
            self._enter(self.low)
        return len(self._counts)

    def shifted(self, place: int, hit: Hit) -> None:
        """Learn that *hit* was inserted at *place*."""
        if place < self.low:
            self.low += 1
            self.high += 1
        elif place < self.high:
            self.high += 1
            self._counts.update(self._keys(hit))

    def _end_at(self, high: int) -> None:
        while self.high < high:
            self._enter(self.high)
            self.high += 1
        while self.high > high:
            self.high -= 1
            if self.high >= self.low:
                self._leave(self.high)
        self.low = min(self.low, self.high)

    def _enter(self, place: int) -> None:
        self._counts.update(self._keys(self._track.hits[place]))

    def _leave(self, place: int) -> None:
        for key in self._keys(self._track.hits[place]):
            self._counts[key] -= 1
            if not self._counts[key]:
                del self._counts[key]
