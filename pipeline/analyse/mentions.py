"""Which events have a term: where a post may meet the event that it tells of; ``_mentions.c`` does the same many times
as fast."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.analyse.shelves import Shelves

WIDTH: Final = 8  # events found under one term, the newest
CLOSEST: Final = 4  # events that a post is weighed against
TOGETHER: Final = 2  # terms that an event of this very block must share to be weighed
HEAVIEST: Final = 24  # terms of a post by which events of this very block are found
_COUNTS: Final = 1 << 18  # slots in which events are counted by term
_SLOT: Final = np.uint32(14)

Codes = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]


class Mentions:
    """Events below *most* by the terms that they have, each with room for *terms* of its own.

    A weight is divided by what *rarer* has for the number of events that have such a term; the last is for all more.
    """

    def __init__(self, most: int, terms: int, rarer: Weights) -> None:
        self._most = most
        self._rarer = rarer
        self._shelves = Shelves(most * terms, most, WIDTH, room=1.0)
        self._counts = np.zeros(_COUNTS, np.uint32)  # of events, by term
        self._new: dict[int, int] = {}  # the newest event of each term that is not on the shelves
        self._brought: list[tuple[int, list[int]]] = []

    def likely(self, terms: Codes, weights: Weights, enough: float, /) -> list[list[int]]:
        """Return for each post, a row of *terms*, the settled events that share most with it, if that may be *enough*.

        What many events have weighs less from then on: *weights* are changed.
        """
        places = self._shelves.read(*self._shelves.places(terms.astype(np.uint64)))
        places[weights == 0] = -1
        often = np.minimum(self._counts[terms >> _SLOT], np.uint32(len(self._rarer) - 1))
        weights /= self._rarer[often]
        rows, columns, ways = np.nonzero(places >= 0)
        pairs, which = np.unique(rows * self._most + places[rows, columns, ways], return_inverse=True)
        sums = np.bincount(which, weights[rows, columns].astype(np.float64), len(pairs))
        found: list[list[int]] = [[] for _ in terms]
        for at in np.argsort(-sums, kind="stable").tolist():
            row, event = divmod(int(pairs[at]), self._most)
            if sums[at] >= enough and len(found[row]) < CLOSEST:
                found[row].append(event)
        return found

    def new(self, terms: Codes, /) -> list[int]:
        """Return the events that are not settled and share enough with a post of these *terms*, in their order."""
        often = Counter(map(self._new.get, terms[:HEAVIEST].tolist()))
        return sorted(event for event, times in often.items() if event is not None and times >= TOGETHER)

    def bring(self, event: int, terms: Codes, /) -> None:
        """Tell of *terms* that an event has got."""
        codes = terms.tolist()
        self._brought.append((event, codes))
        self._new.update(dict.fromkeys(codes, event))

    def settle(self) -> None:
        """Put on the shelves what was brought, and count it."""
        self._new.clear()
        found = np.array([code for _, codes in self._brought for code in codes], np.uint32)
        events = np.repeat([event for event, _ in self._brought], [len(codes) for _, codes in self._brought])
        self._brought.clear()
        if len(found):
            self._shelves.put(*self._shelves.places(found.astype(np.uint64)), events)
            np.add.at(self._counts, found >> _SLOT, 1)
