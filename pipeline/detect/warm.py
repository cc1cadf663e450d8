"""The measures of the groups that spoke lately, in memory; the ledger has the hits, so that nothing here can be lost."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pipeline.detect.measure import EVER, Measure
from pipeline.detect.track import Hit

_OVERHEAD: Final = 8  # what a measure costs besides its hits, in hits
_LATELY: Final = 2048  # hits of a group: as many as other sources may deliver in between
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)

Stored = Callable[[datetime | None, datetime | None], Iterable[Hit]]
"""Returns the stored hits of a group after the one moment and up to the other (None: all), in order of time."""

Make = Callable[[Iterable[Hit]], Measure]


class Warm:
    """Measures by rule and group, at most *most* hits in all (some 0.2 KB each); others are read again when asked for."""

    def __init__(self, most: int = 500_000) -> None:
        self._most = most
        self._size = 0
        self._measures: OrderedDict[tuple[str, str], _Kept] = OrderedDict()

    def taken_in(self, key: tuple[str, str], hit: Hit, also: timedelta, make: Make, stored: Stored) -> Measure:
        """Return the measure of a group with *hit*, which is stored already, and all that can matter to it.

        *also* is how much further before and after the hit will be asked about.
        """
        known = self._measures.get(key)
        since = hit.at - (known.measure.back + known.measure.span + 2 * also) if known else None
        if known is None or since is None or since < known.since:
            # So late that more is needed than is kept: others may be as late, so from now on that is kept, too.
            self._forget(key)
            fresh = make(())
            since = _ALWAYS if fresh.back >= EVER else hit.at - fresh.back - fresh.span - 2 * also
            known = _Kept(make(stored(None if since == _ALWAYS else since, None)), since, since)
            return self._keep(key, known)
        known.measure.add(hit)
        self._size += 1
        self._tidy(known, since)
        self._measures.move_to_end(key)
        return known.measure

    def asked(self, key: tuple[str, str], since: datetime, make: Make, stored: Stored) -> Measure:
        """Return the measure of a group for questions about *since* and later, without a new hit."""
        self._forget(key)
        fresh = make(())
        return make(stored(None if fresh.back >= EVER else since - fresh.back, None))

    def clear(self) -> None:
        """Forget everything: what was taken in may have been rolled back."""
        self._measures.clear()
        self._size = 0

    def _keep(self, key: tuple[str, str], kept: _Kept) -> Measure:
        self._measures[key] = kept
        self._size += len(kept.measure.track) + _OVERHEAD
        while self._size > self._most and len(self._measures) > 1:
            self._drop(next(iter(self._measures)))
        return kept.measure

    def _forget(self, key: tuple[str, str]) -> None:
        if key in self._measures:
            self._drop(key)

    def _drop(self, key: tuple[str, str]) -> None:
        self._size -= len(self._measures.pop(key).measure.track) + _OVERHEAD

    def _tidy(self, kept: _Kept, since: datetime) -> None:
        """Let go of what no hit needed for a while; of a track that takes half the room, of what this one does not need."""
        track = kept.measure.track
        before = len(track)
        if kept.measure.back >= EVER:
            return
        kept.needed(since)
        kept.since = max(kept.since, since if 2 * before > self._most else min(kept.low, kept.lower))
        track.forget_before(kept.since)
        self._size -= before - len(track)


@dataclass(slots=True)
class _Kept:
    """A measure, from when on it has all hits, and how far back the hits of lately needed it."""

    measure: Measure
    since: datetime
    low: datetime
    lower: datetime = _NEVER
    hits: int = 0

    def needed(self, since: datetime) -> None:
        """Note that a hit needed all from *since* on; after _LATELY of them the others before are forgotten."""
        self.hits += 1
        if self.hits % _LATELY == 0:
            self.low, self.lower = since, self.low
        self.low = min(self.low, since)
