"""The measures of the groups that spoke lately, in memory; the ledger has the hits, so that nothing here can be lost."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from pipeline.detect.measure import EVER, Measure
from pipeline.detect.track import Hit

_OVERHEAD: Final = 8  # what a measure costs besides its hits, in hits

Stored = Callable[[datetime | None, datetime | None], Iterable[Hit]]
"""Returns the stored hits of a group after the one moment and up to the other (None: all), in order of time."""

Make = Callable[[Iterable[Hit]], Measure]


class Warm:
    """Measures by rule and group, at most *most* hits in all (some 0.2 KB each); others are read again when asked for."""

    def __init__(self, most: int = 500_000) -> None:
        self._most = most
        self._size = 0
        self._measures: OrderedDict[tuple[str, str], Measure] = OrderedDict()

    def taken_in(self, key: tuple[str, str], hit: Hit, also: timedelta, make: Make, stored: Stored) -> Measure:
        """Return the measure of a group with *hit*, which is stored already, and all that can matter to it.

        *also* is how much further before and after the hit will be asked about.
        """
        known = self._measures.get(key)
        if known is None:
            fresh = make(())
            since = None if fresh.back >= EVER else hit.at - fresh.back - fresh.span - 2 * also
            return self._keep(key, make(stored(since, None)))
        newest = known.track.newest
        if newest is not None and hit.at < newest - known.span - also and known.back < EVER:
            self._drop(key)  # too late for what is kept here: look at its own past, and begin anew
            return make(stored(hit.at - known.back - also, hit.at + 2 * known.span + also))
        known.add(hit)
        self._size += 1
        self._tidy(known, also)
        self._measures.move_to_end(key)
        return known

    def asked(self, key: tuple[str, str], since: datetime, make: Make, stored: Stored) -> Measure:
        """Return the measure of a group for questions about *since* and later, without a new hit."""
        self._forget(key)
        fresh = make(())
        return make(stored(None if fresh.back >= EVER else since - fresh.back, None))

    def clear(self) -> None:
        """Forget everything: what was taken in may have been rolled back."""
        self._measures.clear()
        self._size = 0

    def _keep(self, key: tuple[str, str], measure: Measure) -> Measure:
        self._measures[key] = measure
        self._size += len(measure.track) + _OVERHEAD
        while self._size > self._most and len(self._measures) > 1:
            self._drop(next(iter(self._measures)))
        return measure

    def _forget(self, key: tuple[str, str]) -> None:
        if key in self._measures:
            self._drop(key)

    def _drop(self, key: tuple[str, str]) -> None:
        self._size -= len(self._measures.pop(key).track) + _OVERHEAD

    def _tidy(self, measure: Measure, also: timedelta) -> None:
        newest = measure.track.newest
        if newest is None or measure.back >= EVER:
            return
        before = len(measure.track)
        measure.track.forget_before(newest - measure.back - measure.span - 2 * also)
        self._size -= before - len(measure.track)
