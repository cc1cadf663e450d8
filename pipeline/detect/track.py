"""The hits of one rule and group in order of event time, and windows that slide over them both ways."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


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

    def places(self, since: datetime, before: datetime) -> tuple[int, int]:
        """Return the places of the first hit from *since* on, and of the first from the other moment on."""
        return bisect_left(self.times, since), bisect_left(self.times, before)

    def forget_before(self, at: datetime) -> None:
        """Let go of hits before *at*, once they are the greater part."""
        gone = bisect_left(self.times, at)
        if 2 * gone <= len(self.times):
            return
        hits = self.hits[:gone]
        del self.times[:gone], self.hits[:gone]
        for window in self._windows:
            window.forgotten(hits)


class Window:
    """Counts what is distinct in (t − timeframe, t] (RULES §3.2): exactly *timeframe* apart is not together.

    Asking about times in order costs the same however many hits there are; so does asking ``ends`` about all hits
    behind a late one, but for a few nanoseconds each.
    """

    def __init__(self, track: Track, timeframe: timedelta, keys: Keys) -> None:
        self._track = track
        self._timeframe = timeframe
        self._keys = keys
        self._counts: Counter[str] = Counter()
        self.low = self.high = 0  # the window holds hits [low, high)
        self._ends: _Ends | None = None
        self._asked = False

    def count(self, at: datetime) -> int:
        """Return how many distinct things the window that ends at *at* holds."""
        if self._ends is not None:
            return self._ends.at(at)
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

    def ends(self, low: int, high: int) -> npt.NDArray[np.int32]:
        """Return for each hit of these places what ``count`` says of its time."""
        self._asked = True
        if self._ends is None:
            self._ends = _Ends(self._track, self._timeframe, self._keys)
        return self._ends.counts[low:high]

    def forgotten(self, hits: Sequence[Hit]) -> None:
        """Learn that *hits*, the first ones, are gone."""
        if self.low < len(hits):
            self._counts.clear()
            self.low = self.high = len(hits)
        self.low -= len(hits)
        self.high -= len(hits)
        if self._ends is not None:
            self._ends.forgotten(hits)
        if not self._asked:
            self._ends = None  # nothing was late for a while
        self._asked = False

    def shifted(self, place: int, hit: Hit) -> None:
        """Learn that *hit* was inserted at *place*."""
        if self._ends is not None:
            self._ends.inserted(place, hit)
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


class _Ends:
    """For each hit, how many distinct things the window holds that ends with it; kept right while hits are added.

    A hit adds one to all windows that hold it and have nothing else of its kind: those between the one before of its
    kind, and the next. It counts for itself what the window before it counts, without what has left since.
    """

    def __init__(self, track: Track, timeframe: timedelta, keys: Keys) -> None:
        self._times, self._hits = track.times, track.hits
        self._timeframe, self._keys = timeframe, keys
        self._seen: dict[str, list[datetime]] = {}  # when each thing was seen, in order
        window = Window(track, timeframe, keys)
        self._counts = np.zeros(max(64, 2 * len(track)), np.int32)
        self._size = len(track)
        for place, hit in enumerate(track.hits):
            self._counts[place] = window.count(hit.at)
            for key in set(keys(hit)):
                self._seen.setdefault(key, []).append(hit.at)

    @property
    def counts(self) -> npt.NDArray[np.int32]:
        return self._counts[: self._size]

    def at(self, moment: datetime) -> int:
        """Return what the window that ends at *moment* holds."""
        return self._before(bisect_right(self._times, moment), moment)

    def inserted(self, place: int, hit: Hit) -> None:
        if self._size == len(self._counts):
            self._counts = np.concatenate((self._counts, np.zeros_like(self._counts)))
        self._counts[place + 1 : self._size + 1] = self._counts[place : self._size].copy()
        self._size += 1
        self._counts[place] = self._before(place, hit.at)
        for key in set(self._keys(hit)):
            self._add(key, hit.at)

    def forgotten(self, hits: Sequence[Hit]) -> None:
        self._counts = self._counts[len(hits) :].copy()
        self._size -= len(hits)
        for hit in hits:
            for key in set(self._keys(hit)):
                times = self._seen[key]
                del times[0]
                if not times:
                    del self._seen[key]

    def _before(self, place: int, at: datetime) -> int:
        """Return what the window that ends at *at* holds of the hits before *place*, the last of which is no later."""
        if not place or self._times[place - 1] <= at - self._timeframe:
            return 0
        earlier = self._times[place - 1]
        low = bisect_right(self._times, earlier - self._timeframe)
        high = bisect_right(self._times, at - self._timeframe)
        left = {
            key
            for hit in self._hits[low:high]
            for key in self._keys(hit)
            if self._last(key, at) <= at - self._timeframe
        }
        return int(self._counts[place - 1]) - len(left)

    def _last(self, key: str, at: datetime) -> datetime:
        times = self._seen[key]
        return times[bisect_right(times, at) - 1]

    def _add(self, key: str, at: datetime) -> None:
        times = self._seen.setdefault(key, [])
        place = bisect_right(times, at)
        since, until = at, at + self._timeframe
        if place:
            since = max(since, times[place - 1] + self._timeframe)
        if place < len(times):
            until = min(until, times[place])
        times.insert(place, at)
        if since < until:
            self._counts[bisect_left(self._times, since) : bisect_left(self._times, until)] += 1
