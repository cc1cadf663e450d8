"""The memory of clusters: the texts that new posts are compared with, found again by the minima they share."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final

import msgspec

from pipeline.analyse.finder import CONTAINED, SHORT, SHORT_EXTRA, SHORTER, Finder
from pipeline.analyse.keyform import Traces, overlap
from pipeline.analyse.veto import NOWHERE, NUMERALS, Known, apart

try:
    from pipeline.analyse._finder import Finder as Compiled
except ImportError:  # no compiler where this was installed
    Compiled = Finder  # type: ignore[misc]
try:
    from pipeline.analyse._veto import contradict
except ImportError:
    from pipeline.analyse.veto import contradict

BLOCK: Final = 256  # posts
FEW: Final = 3  # 3-grams that one changed letter takes away
FEW_SHARE: Final = 0.05  # of what else may differ between copies of one form letter
FULLER: Final = (1.2, 2.5)  # times as long as the head, and it holds what the head says: the head was cut from it
WITHIN: Final = 0.8  # of the head's 3-grams


class Said(msgspec.Struct, frozen=True, gc=False):
    """What is compared of a post: its words, and the places and numbers that veto.

    *at* is when it was said, in seconds; a head, with which others are compared, has a *cluster*.
    """

    words: str
    known: Known = NOWHERE
    at: float = 0.0
    cluster: int = -1

    def share(self, other: Said) -> float:
        """Return which part of the shorter one's 3-grams both have; 0 if it is too little to say the same."""
        short, long = _by_length(self.words, other.words)
        if len(short) < SHORTER * len(long):
            return 0.0
        if short in long:  # most copies are the original, or cut from it
            return 1.0
        ours, theirs, both = overlap(short, long)
        small = min(ours, theirs)
        share = both / small
        return share if share >= CONTAINED + SHORT_EXTRA * max(0.0, 1 - small / SHORT) else 0.0

    def contradicts(self, other: Said, share: float) -> bool:
        """Say whether the two speak of another place, number or date; *share* is what they have in common."""
        if apart(self.known, other.known):
            return True
        if share == 1 and self._whole_in(other):
            return False
        ours, theirs, _ = overlap(self.words, other.words)
        small = min(ours, theirs)
        return contradict(self.words, other.words, (1 - share) * small <= FEW + FEW_SHARE * small)

    def _whole_in(self, other: Said) -> bool:
        """Say whether one is a piece of the other, and no number was cut: 4号楼 is a piece of 14号楼."""
        short, long = _by_length(self.words, other.words)
        start = long.find(short)
        return start >= 0 and not (long[max(0, start - 1) : start] in NUMERALS and short[0] in NUMERALS)

    def fuller(self, head: Said) -> bool:
        """Say whether *head* was cut from this, or from a copy of it."""
        least, most = FULLER
        if not least * len(head.words) < len(self.words) <= most * len(head.words):
            return False
        _, theirs, both = overlap(self.words, head.words)
        return both >= WITHIN * theirs


def _by_length(one: str, other: str) -> tuple[str, str]:
    return (one, other) if len(one) <= len(other) else (other, one)


class Heads:
    """The *most* heads that were added last.

    Posts come in batches: ``meet`` tells of a whole one, ``heads`` and ``add`` then of its posts in their order, and
    ``settle`` ends it.
    """

    def __init__(self, most: int, make: type[Finder] = Compiled) -> None:
        self._most = most
        self._finder = make(most, min(BLOCK, most))
        self._words: list[str] = []
        self._known: list[Known] = []
        self._at = array("d")
        self._clusters = array("q")
        self._batch: tuple[Sequence[str], Sequence[Known], Sequence[float]] = (), (), ()
        self._first = 0  # where the first head of this batch is kept
        self._rows: list[int] = []  # which posts of it were added
        self._added: list[int] = []  # and their clusters

    @property
    def room(self) -> int:
        """The posts that may be met before ``settle`` is called."""
        return self._finder.room

    def meet(self, traces: Traces, words: Sequence[str], known: Sequence[Known], at: Sequence[float]) -> list[int]:
        """Take a batch, for which there is ``room``; return which of its posts may have heads to meet. No others have."""
        self._begin(words, known, at)
        return self._finder.meet(*traces)

    def heads(self, row: int) -> list[tuple[int, Said]]:
        """Return the few heads that share most with the post of that *row*, and how many bits of their sketches."""
        return [(both, self._head(place)) for both, place in self._finder.heads(row)]

    def add(self, row: int, cluster: int) -> None:
        """Make the post of that *row* a head that the posts after it may meet."""
        self.add_all(row, range(cluster, cluster + 1))

    def add_all(self, start: int, clusters: range) -> None:
        """Make the posts from row *start* on heads of *clusters*, one each."""
        stop = start + len(clusters)
        place = self._finder.add_all(start, stop)
        if not self._rows:
            self._first = place
        self._rows += range(start, stop)
        self._added += clusters

    def settle(self) -> None:
        """End the batch."""
        all_words, all_known, all_at = self._batch
        words, known = [all_words[row] for row in self._rows], [all_known[row] for row in self._rows]
        at = [all_at[row] for row in self._rows]
        new = min(len(words), self._most - len(self._words))
        self._words += words[:new]
        self._known += known[:new]
        self._at.extend(at[:new])
        self._clusters.extend(self._added[:new])
        for number in range(new, len(words)):
            again = (self._first + number) % self._most
            self._words[again], self._known[again] = words[number], known[number]
            self._at[again], self._clusters[again] = at[number], self._added[number]
        self._begin((), (), ())
        self._finder.settle()

    def _begin(self, words: Sequence[str], known: Sequence[Known], at: Sequence[float]) -> None:
        self._batch = words, known, at
        self._rows.clear()
        self._added.clear()

    def _head(self, place: int) -> Said:
        number = (place - self._first) % self._most
        if number < len(self._rows):
            row, (words, known, at) = self._rows[number], self._batch
            return Said(words[row], known[row], at[row], self._added[number])
        return Said(self._words[place], self._known[place], self._at[place], self._clusters[place])
