"""The memory of clusters: the texts that new posts are compared with, found again by the minima they share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.analyse.keyform import ROWS, SKETCH, Hashes, Traces, bands, grams
from pipeline.analyse.shelves import Shelves
from pipeline.analyse.veto import NOWHERE, NUMERALS, Known, Marks, apart, marks

WIDTH: Final = 4  # texts remembered under one band, the newest; bounds the cost of a flood of one form letter
BLOCK: Final = 256  # posts
BEST: Final = 6  # texts that are compared, those that share most minima
LIKELY: Final = 0.37  # share of the smaller sketch that must be in the other: CONTAINED, and what chance may take away
CONTAINED: Final = 0.45  # share of the shorter text's 3-grams that the other must have
SHORT: Final = 20  # 3-grams; below this, chance likeness is likely and more must be shared
SHORT_EXTRA: Final = 0.25
SHORTER: Final = 0.3  # a text much shorter than the other quotes it, at most
FEW: Final = 3  # 3-grams that one changed letter takes away
FEW_SHARE: Final = 0.05  # of what else may differ between copies of one form letter
FULL: Final = SKETCH * 3 // 4  # bits of two sketches, from which on they tell nothing
FULLER: Final = (1.2, 2.5)  # times as long as the head, and it holds what the head says: the head was cut from it
WITHIN: Final = 0.8  # of the head's 3-grams

Numbers = npt.NDArray[np.int64]


class Said:
    """What is compared of a post: its words, and the places and numbers that veto."""

    __slots__ = ("_grams", "_marks", "known", "words")

    def __init__(self, words: str, known: Known = NOWHERE) -> None:
        self.words = words
        self.known = known
        self._grams: set[int] | None = None
        self._marks: Marks | None = None

    @property
    def grams(self) -> set[int]:
        if self._grams is None:  # few posts are ever compared
            self._grams = grams(self.words)
        return self._grams

    @property
    def marks(self) -> Marks:
        if self._marks is None:
            self._marks = marks(self.words, self.known)
        return self._marks

    def share(self, other: Said) -> float:
        """Return which part of the shorter one's 3-grams both have; 0 if it is too little to say the same."""
        short, long = sorted((self, other), key=lambda said: len(said.words))
        if len(short.words) < SHORTER * len(long.words):
            return 0.0
        if short.words in long.words:  # most copies are the original, or cut from it
            return 1.0
        small = min(len(self.grams), len(other.grams))
        share = len(self.grams & other.grams) / small
        return share if share >= CONTAINED + SHORT_EXTRA * max(0.0, 1 - small / SHORT) else 0.0

    def contradicts(self, other: Said, share: float) -> bool:
        """Say whether the two speak of another place, number or date; *share* is what they have in common."""
        if apart(self.known, other.known):
            return True
        if share == 1 and self._whole_in(other):
            return False
        small = min(len(self.grams), len(other.grams))
        return self.marks.contradict(other.marks, alike=(1 - share) * small <= FEW + FEW_SHARE * small)

    def _whole_in(self, other: Said) -> bool:
        """Say whether one is a piece of the other, and no number was cut: 4号楼 is a piece of 14号楼."""
        short, long = sorted((self.words, other.words), key=len)
        before = long[: max(0, long.find(short))][-1:]
        return short in long and not (before in NUMERALS and short[0] in NUMERALS)

    def fuller(self, head: Said) -> bool:
        """Say whether *head* was cut from this, or from a copy of it."""
        least, most = FULLER
        if not least * len(head.words) < len(self.words) <= most * len(head.words):
            return False
        return len(self.grams & head.grams) >= WITHIN * len(head.grams)


class Head(NamedTuple):
    """A text that others are compared with, first said *at*, in seconds, of the cluster with that number.

    *alike* is how many bits of its sketch are set in that of whoever met it, too.
    """

    said: Said
    at: float
    cluster: int
    alike: int = 0


class Heads:
    """The *most* heads that were added last.

    New ones go to the shelves after each BLOCK of posts, whatever the batches; until then the newest of each band is met.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._block = min(BLOCK, most)
        self._shelves = Shelves(most * ROWS, most, WIDTH)
        self._added = 0
        self._shelved = 0
        self._seen = 0  # posts of this block
        self._sketches: dict[int, int] = {}  # of the heads that are not on the shelves, by where they are kept
        self._hashes: list[Hashes] = []  # the bands of these heads
        self._bits, self._sketch = np.zeros(most, np.intp), np.zeros((most, SKETCH // 64), np.uint64)
        self._at = np.zeros(most)
        self._cluster = np.zeros(most, np.int64)
        self._words: list[str] = []
        self._known: list[Known] = []

    @property
    def room(self) -> int:
        """The posts that may be judged before ``settle`` is called."""
        return self._block - self._seen

    def meet(self, traces: Traces) -> Meeting:
        """Return what posts with these *traces* may repeat; there may be no more of them than there is ``room`` for."""
        hashes = bands(traces.minima)
        numbers = self._shelves.read(*self._shelves.places(hashes))
        return Meeting(self, traces, hashes, self._likely(traces, numbers), self._companions(hashes))

    def met(self, on_shelves: Sequence[tuple[int, int]], newest: Iterable[int], sketch: int) -> list[Head]:
        """Return the few heads that share most with a post: among those *on_shelves*, and the *newest*.

        *on_shelves* has how many bits of its sketch each shares, and where it is kept.
        """
        met = [pair for pair in on_shelves if not self._replaced(pair[1])]
        for place in newest:
            its = self._sketches[place]
            both = (its & sketch).bit_count()
            if _promises(both, its.bit_count(), sketch.bit_count()):
                met.append((both, place))
        if len(met) > BEST:
            met = sorted(met, key=lambda pair: (-pair[0], (self._added - 1 - pair[1]) % self._most))[:BEST]
        return [self._head(place, both) for both, place in met]

    def add(self, head: Head, meeting: Meeting, row: int) -> int:
        """Remember *head*, and return where."""
        place = self._added % self._most
        if place == len(self._words):
            self._words.append(head.said.words)
            self._known.append(head.said.known)
        else:
            self._words[place], self._known[place] = head.said.words, head.said.known
        self._at[place], self._cluster[place] = head.at, head.cluster
        self._sketch[place], self._bits[place] = meeting.traces.sketches[row], meeting.traces.bits[row]
        self._hashes.append(meeting.hashes[row])
        self._sketches[place] = meeting.sketches[row]
        self._added += 1
        return place

    def settle(self, posts: int) -> None:
        """Count *posts* more, and put the heads of a whole block on the shelves."""
        self._seen += posts
        if self.room:
            return
        places = np.arange(self._shelved, self._added) % self._most
        if len(places):
            numbers = np.repeat(places[:, None], ROWS, axis=1)
            self._shelves.put(*self._shelves.places(np.stack(self._hashes)), numbers)
        self._shelved, self._seen = self._added, 0
        self._sketches.clear()
        self._hashes.clear()

    def _companions(self, hashes: Hashes) -> _Companions:
        """Return which of these posts share bands with each other, or with heads that are not on the shelves."""
        rows = [*self._hashes, *hashes]
        bits = np.uint64(len(rows).bit_length())
        # Band and row in one number: of neighbours, equal but for the row, both have the band.
        keys = np.repeat(np.arange(len(rows), dtype=np.uint64), ROWS)
        keys = np.sort(np.stack(rows).ravel() >> bits << bits | keys)
        same = keys[1:] >> bits == keys[:-1] >> bits
        alike = np.flatnonzero(np.append(same, False) | np.append(False, same))
        bands_ = np.cumsum(np.append(True, ~same))[alike]
        return _Companions(
            list(self._sketches), (keys[alike] & ((np.uint64(1) << bits) - np.uint64(1))).tolist(), bands_.tolist()
        )

    def _likely(self, traces: Traces, numbers: Numbers) -> dict[int, list[tuple[int, int]]]:
        """Return for each row the heads on the shelves that promise to say the same, and how many bits they share."""
        rows, bands_, columns = np.nonzero(numbers >= 0)
        pairs = np.unique(rows * self._most + numbers[rows, bands_, columns])
        rows, places = pairs // self._most, pairs % self._most
        both = np.bitwise_count(traces.sketches[rows] & self._sketch[places]).sum(axis=1, dtype=np.intp)
        likely = _promising(both, traces.bits[rows], self._bits[places])
        found: dict[int, list[tuple[int, int]]] = {}
        for row, count, place in zip(*(column[likely].tolist() for column in (rows, both, places)), strict=True):
            found.setdefault(row, []).append((count, place))
        return found

    def _head(self, place: int, alike: int) -> Head:
        said = Said(self._words[place], self._known[place])
        return Head(said, float(self._at[place]), int(self._cluster[place]), alike)

    def _replaced(self, place: int) -> bool:
        return (place - self._shelved) % self._most < self._added - self._shelved


class _Companions:
    """The bands that several posts of a block have, and the newest head of each."""

    def __init__(self, heads: Sequence[int], rows: Sequence[int], bands_: Sequence[int]) -> None:
        """Rows are those of *heads*, told by where they are kept, and then those of the posts to come."""
        self._first = len(heads)
        self._bands: dict[int, list[int]] = {}
        for row, band in zip(rows, bands_, strict=True):
            self._bands.setdefault(row, []).append(band)
        self._newest: dict[int, int] = {}
        for row, place in enumerate(heads):
            self._newest.update(zip(self._bands.get(row, ()), repeat(place)))

    def newest(self, row: int) -> set[int]:
        """Return where the newest heads are kept that share a band with the post of that *row*."""
        newest = map(self._newest.get, self._bands.get(self._first + row, ()))
        return {place for place in newest if place is not None}

    def add(self, row: int, place: int) -> None:
        """Make the post of that *row*, kept at *place*, the newest head of its bands."""
        self._newest.update(zip(self._bands.get(self._first + row, ()), repeat(place)))


class Meeting:
    """The posts of a batch, one after the other, and the heads that they may repeat: those of the batch itself too."""

    def __init__(
        self,
        heads: Heads,
        traces: Traces,
        hashes: Hashes,
        on_shelves: dict[int, list[tuple[int, int]]],
        companions: _Companions,
    ) -> None:
        self._heads, self._on_shelves, self._companions = heads, on_shelves, companions
        self.traces, self.hashes = traces, hashes
        flat, size = traces.sketches.tobytes(), SKETCH // 8
        self.sketches = [int.from_bytes(flat[at : at + size], "little") for at in range(0, len(flat), size)]

    def heads(self, row: int) -> list[Head]:
        """Return the few heads that share most with the post of that *row*."""
        on_shelves, newest = self._on_shelves.get(row, ()), self._companions.newest(row)
        return self._heads.met(on_shelves, newest, self.sketches[row]) if on_shelves or newest else []

    def add(self, row: int, head: Head) -> None:
        """Make the post of that *row* a head that the posts after it may meet."""
        self._companions.add(row, self._heads.add(head, self, row))


def _promises(both: int, bits: int, its: int) -> bool:
    """Say of two sketches what ``_promising`` says of many."""
    if bits + its > FULL:
        return True
    return both - bits * its / SKETCH >= LIKELY * min(bits, its) * (1 - (bits + its) / SKETCH)


def _promising(both: Numbers, bits: Numbers, its: Numbers) -> npt.NDArray[np.bool_]:
    """Say whether texts that set so many *bits* may share enough words if *both* set so many of them.

    Some bits are set in both by chance. Sketches of very long texts are too full to tell.
    """
    told = bits + its <= FULL
    enough = LIKELY * np.minimum(bits, its) * (1 - (bits + its) / SKETCH)
    likely: npt.NDArray[np.bool_] = ~told | (both - bits * its / SKETCH >= enough)
    return likely
