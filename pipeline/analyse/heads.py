"""The memory of clusters: the first post of each, found again by its bands."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from itertools import islice
from operator import attrgetter
from typing import Final

from pipeline.analyse.keyform import Codes
from pipeline.analyse.veto import Marks, marks
from pipeline.model import PlaceFinding

DEPTH: Final = 4  # clusters compared per band, the oldest and the newest; bounds the cost of a flood of one template
BEST: Final = 6  # candidates that are compared, those that share most bands
CONTAINED: Final = 0.5  # share of the shorter text's 3-grams that the other must have
SHORT: Final = 40  # 3-grams; below this, chance likeness is likely and more must be shared
SHORT_EXTRA: Final = 0.2
FEW: Final = 3  # 3-grams that one changed letter takes away
FEW_SHARE: Final = 0.05  # of what else may differ between copies of one form letter
SHORTER: Final = 0.3  # a text much shorter than the other quotes it, at most


class Said:
    """What is compared of a post: its 3-grams, and the places and numbers that veto.

    *sketch* has a bit set for every 3-gram, the same for both texts where both have it.
    """

    __slots__ = ("_marks", "_normal", "_place", "_unseen", "grams", "sketch")

    def __init__(self, normal: str, place: PlaceFinding | None, grams: Codes, sketch: int) -> None:
        self._normal = normal
        self._place = place
        self._marks: Marks | None = None
        self._unseen = len(grams) - sketch.bit_count()  # 3-grams whose bit another one has set as well
        self.grams = grams
        self.sketch = sketch

    @property
    def marks(self) -> Marks:
        if self._marks is None:  # few posts are ever compared
            self._marks = marks(self._normal, self._place)
        return self._marks

    def share(self, other: Said) -> float:
        """Return which part of the shorter one's 3-grams both have; 0 if it is too little to say the same."""
        mine, theirs = len(self.grams), len(other.grams)
        small, large = (mine, theirs) if mine < theirs else (theirs, mine)
        if small < SHORTER * large:
            return 0.0
        needed = CONTAINED + (SHORT_EXTRA * (1 - small / SHORT) if small < SHORT else 0.0)
        # Most that meet did so by chance: then a glance at the sketches is enough.
        if ((self.sketch & other.sketch).bit_count() + self._unseen) / small < needed:
            return 0.0
        share = len(set(self.grams.tolist()).intersection(other.grams.tolist())) / small  # faster than numpy
        return share if share >= needed else 0.0

    def nearly(self, other: Said, share: float) -> bool:
        """Say whether the two differ in a few places only, as copies of one form letter do."""
        small = min(len(self.grams), len(other.grams))
        return (1 - share) * small <= FEW + FEW_SHARE * small


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
    distinct = dict.fromkeys(met)
    if len(distinct) <= BEST:
        return sorted(distinct, key=_serial)
    counts = Counter(met)
    often = [head for head, times in counts.items() if times > 1]
    if len(often) > BEST:
        often = sorted(often, key=lambda head: (-counts[head], head.serial))[:BEST]
    once = (head for head, times in counts.items() if times == 1)
    often += islice(once, BEST - len(often))
    return sorted(often, key=_serial)


_serial = attrgetter("serial")


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
        shared = [band for band in bands if band in self._by_band]
        if not shared:
            return None
        met = [self._by_band[band] for band in shared]
        met += [head for band in shared for head in self._younger.get(band, ())]
        for head in _best(met):
            if abs(at - head.at) > self._window_s:
                continue
            share = said.share(head.said)
            if share and not said.marks.contradict(head.said.marks, alike=said.nearly(head.said, share)):
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
