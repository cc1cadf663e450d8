"""Sliding windows of distinct voices, kept warm in memory; the ledger has the hits, so that nothing here can be lost."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Hit:
    """A counted hit in a window: when, and whose voice."""

    at: datetime
    member: str


@dataclass(frozen=True)
class Reach:
    """The condition held: first at *at* (event time), with at most *count* distinct voices in one window."""

    at: datetime
    count: int


class Window:
    """The hits of one rule and group in order of event time, and a window over them that slides both ways.

    A window is (t − timeframe, t], t the time of any hit (RULES §3.2): exactly *timeframe* apart is not
    together. Adding a hit at the end and asking about it costs the same however many there are.
    """

    def __init__(self, timeframe: timedelta, hits: Iterable[Hit] = ()) -> None:
        self._timeframe = timeframe
        self._times: list[datetime] = []
        self._members: list[str] = []
        self._voices: Counter[str] = Counter()
        self._low = self._high = 0  # the window is [low, high)
        for hit in hits:
            self.add(hit)

    def __len__(self) -> int:
        return len(self._times)

    @property
    def newest(self) -> datetime | None:
        return self._times[-1] if self._times else None

    def add(self, hit: Hit) -> None:
        place = bisect_right(self._times, hit.at)
        self._times.insert(place, hit.at)
        self._members.insert(place, hit.member)
        if place < self._low:
            self._low += 1
        elif place < self._high:
            self._voices[hit.member] += 1
        self._high += place < self._high

    def reach(self, new: datetime, needed: int) -> Reach | None:
        """Say where *needed* voices are together in the windows that contain *new*, the time of a hit in here."""
        first: datetime | None = None
        most = 0
        place = bisect_left(self._times, new)
        while place < len(self._times) and self._times[place] < new + self._timeframe:
            end = self._times[place]
            place = bisect_right(self._times, end, place)
            count = self._count_until(place)
            if count >= needed:
                first = first or end
                most = max(most, count)
        return Reach(first, most) if first is not None else None

    def forget_before(self, at: datetime) -> None:
        """Let go of hits before *at* that the window has left behind, once they are the greater part."""
        gone = min(bisect_left(self._times, at), self._low)
        if 2 * gone <= len(self._times):
            return
        del self._times[:gone], self._members[:gone]
        self._low -= gone
        self._high -= gone

    def _count_until(self, high: int) -> int:
        """Slide the window to end with the hit before *high*, and return its voices."""
        while self._high < high:
            self._voices[self._members[self._high]] += 1
            self._high += 1
        while self._high > high:
            self._high -= 1
            self._leave(self._high)
        since = self._times[high - 1] - self._timeframe
        while self._low < high and self._times[self._low] <= since:
            self._leave(self._low)
            self._low += 1
        while self._low > 0 and self._times[self._low - 1] > since:
            self._low -= 1
            self._voices[self._members[self._low]] += 1
        return len(self._voices)

    def _leave(self, place: int) -> None:
        member = self._members[place]
        self._voices[member] -= 1
        if not self._voices[member]:
            del self._voices[member]


Stored = Callable[[datetime, datetime | None], Iterable[Hit]]
"""Returns the stored hits of a group after the one moment and before the other (None: all), in order of time."""


class Windows:
    """The windows of the groups that spoke lately, at most *most* hits in all; others are read from the ledger again."""

    def __init__(self, most: int = 500_000) -> None:
        self._most = most
        self._size = 0
        self._windows: OrderedDict[tuple[str, str], Window] = OrderedDict()

    def reach(self, key: tuple[str, str], hit: Hit, timeframe: timedelta, needed: int, stored: Stored) -> Reach | None:
        """Take in *hit*, which is stored already, and say where *needed* voices are together around it."""
        window = self._windows.get(key)
        if window is not None and window.newest is not None and hit.at < window.newest - timeframe:
            self._drop(key)  # too late for what is kept here: look at its own past, and begin anew
            return Window(timeframe, stored(hit.at - timeframe, hit.at + timeframe)).reach(hit.at, needed)
        if window is None:
            window = self._keep(key, Window(timeframe, stored(hit.at - 2 * timeframe, None)))
        else:
            window.add(hit)
            self._size += 1
            self._tidy(window, timeframe)
        self._windows.move_to_end(key)
        return window.reach(hit.at, needed)

    def clear(self) -> None:
        """Forget everything: what was taken in may have been rolled back."""
        self._windows.clear()
        self._size = 0

    def _keep(self, key: tuple[str, str], window: Window) -> Window:
        self._windows[key] = window
        self._size += len(window)
        while self._size > self._most and len(self._windows) > 1:
            self._drop(next(iter(self._windows)))
        return window

    def _drop(self, key: tuple[str, str]) -> None:
        self._size -= len(self._windows.pop(key))

    def _tidy(self, window: Window, timeframe: timedelta) -> None:
        if window.newest is not None:
            before = len(window)
            window.forget_before(window.newest - 2 * timeframe)
            self._size -= before - len(window)
