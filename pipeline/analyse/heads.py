"""The memory of clusters: the first post of each, found again by its bands."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import Final

import numpy as np

from pipeline.analyse.keyform import Codes
from pipeline.analyse.veto import Marks, marks
from pipeline.model import PlaceFinding

DEPTH: Final = 4  # clusters compared per band, the oldest and the newest; bounds the cost of a flood of one template
BEST: Final = 6  # candidates that are compared, those that share most bands
CONTAINED: Final = 0.5  # share of the shorter text's 3-grams that the other must have
SHORT: Final = 40  # 3-grams; below this, chance likeness is likely and more must be shared
SHORT_EXTRA: Final = 0.2
SHORTER: Final = 0.3  # a text much shorter than the other quotes it, at most


class Said:
    """What is compared of a post: its 3-grams, and the places and numbers that veto."""

    def __init__(self, normal: str, place: PlaceFinding | None, grams: Codes) -> None:
        self._normal = normal
        self._place = place
        self.grams = grams

    @cached_property
    def marks(self) -> Marks:
        return marks(self._normal, self._place)  # few posts are ever compared

    def shares(self, others: Sequence[Said]) -> list[float]:
        """Return for each of *others* which part of the shorter one's 3-grams both have; 0 if it is too little."""
        lengths = np.array([len(other.grams) for other in others])
        flat = np.concatenate([other.grams for other in others])
        places = np.minimum(np.searchsorted(self.grams, flat), len(self.grams) - 1)
        both = np.add.reduceat(self.grams[places] == flat, np.cumsum(lengths) - lengths, dtype=np.intp)
        small, large = np.minimum(lengths, len(self.grams)), np.maximum(lengths, len(self.grams))
        share = both / small
        needed = CONTAINED + SHORT_EXTRA * np.maximum(0.0, 1 - small / SHORT)
        alike: list[float] = np.where((share >= needed) & (small >= SHORTER * large), share, 0.0).tolist()
        return alike


class Head:
    """The first post of a cluster; *at* is its event time in seconds, *serial* its place among all heads."""

    __slots__ = ("at", "bands", "cluster", "said", "serial")

    def __init__(self, cluster: str, at: float, said: Said, bands: Sequence[int], serial: int) -> None:
        self.cluster = cluster
        self.at = at
        self.said = said
        self.bands = bands
        self.serial = serial


def _best(met: Sequence[Head]) -> list[Head]:
    """Return the few that were met most often, the earliest first; one band in common is mostly chance."""
    counts = Counter(met)
    often = [head for head, times in counts.items() if times > 1]
    if len(often) > BEST:
        often = sorted(often, key=lambda head: (-counts[head], head.serial))[:BEST]
    once = (head for head, times in counts.items() if times == 1)
    often += islice(once, BEST - len(often))
    often.sort(key=lambda head: head.serial)
    return often


class Heads:
    """The newest *most* heads, none first said more than *window_s* before the newest that was seen."""

    def __init__(self, window_s: float, most: int) -> None:
        self._window_s = window_s
        self._most = most
        self._heads: deque[Head] = deque()
        self._by_band: dict[int, Head] = {}  # the oldest; most bands have one head only
        self._younger: dict[int, list[Head]] = {}
        self._added = 0

    def __len__(self) -> int:
        return len(self._heads)

    def earliest_like(self, said: Said, at: float, bands: Sequence[int]) -> tuple[Head, float] | None:
        """Return the earliest head that says the same within the window, and how alike it is."""
        met = [head for band in bands if (head := self._by_band.get(band))]
        if not met:
            return None
        met += [head for band in bands for head in self._younger.get(band, ())]
        best = _best(met)
        for head, share in zip(best, said.shares([head.said for head in best]), strict=True):
            if share and abs(at - head.at) <= self._window_s and not said.marks.contradict(head.said.marks):
                return head, share
        return None

    def add(self, cluster: str, at: float, said: Said, bands: Sequence[int]) -> None:
        head = Head(cluster, at, said, bands, self._added)
        self._added += 1
        self._heads.append(head)
        for band in bands:
            if self._by_band.setdefault(band, head) is not head:
                self._join(band, head)

    def forget(self, newest: float) -> None:
        """Drop what is too old or too much."""
        oldest = newest - self._window_s
        while self._heads and (len(self._heads) > self._most or self._heads[0].at < oldest):
            self._drop(self._heads.popleft())

    def _join(self, band: int, head: Head) -> None:
        line = self._younger.setdefault(band, [])
        line.append(head)
        if len(line) > DEPTH:
            del line[0]

    def _drop(self, head: Head) -> None:
        for band in head.bands:
            line = self._younger.get(band, [])
            if head in line:
                line.remove(head)
            elif self._by_band.get(band) is head:
                if line:
                    self._by_band[band] = line.pop(0)
                else:
                    del self._by_band[band]
            if not line:
                self._younger.pop(band, None)
