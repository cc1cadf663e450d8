"""The memory of clusters: the texts that new posts are compared with, found again by the minima they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.analyse.keyform import ROWS, SKETCH, Hashes, Traces, overlap
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
ROUNDED: Final = 1e-6  # what rounding may take away
NEAR: Final = 8  # posts of a block that share a band: those so far apart are taken for alike unseen
FEW: Final = 3  # 3-grams that one changed letter takes away
FEW_SHARE: Final = 0.05  # of what else may differ between copies of one form letter
FULL: Final = SKETCH * 3 // 4  # bits of two sketches, from which on they tell nothing
FULLER: Final = (1.2, 2.5)  # times as long as the head, and it holds what the head says: the head was cut from it
WITHIN: Final = 0.8  # of the head's 3-grams

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


class Said:
    """What is compared of a post: its words, and the places and numbers that veto."""

    __slots__ = ("_marks", "known", "words")

    def __init__(self, words: str, known: Known = NOWHERE) -> None:
        self.words = words
        self.known = known
        self._marks: Marks | None = None

    @property
    def marks(self) -> Marks:
        if self._marks is None:
            self._marks = marks(self.words, self.known)
        return self._marks

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
        return self.marks.contradict(other.marks, alike=(1 - share) * small <= FEW + FEW_SHARE * small)

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
        self.most = most
        self._block = min(BLOCK, most)
        self._shelves = Shelves(most * ROWS, most, WIDTH)
        self._added = 0  # and written
        self._shelved = 0
        self._seen = 0  # posts of this block
        self._bands: list[Hashes] = []  # the bands of the heads that are not on the shelves
        self._bits, self._lengths = np.zeros(most, np.intp), np.zeros(most, np.intp)
        self._sketch = np.zeros((most, SKETCH // 64), np.uint64)
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
        which, numbers = self._shelves.found(traces.bands)
        return Meeting(self, traces, self._likely(traces, which // ROWS, numbers), self._companions(traces))

    def place(self, number: int) -> int:
        """Return where the head is kept that is added after *number* others of its meeting."""
        return (self._added + number) % self.most

    def number(self, place: int) -> int:
        """Return what ``place`` was given."""
        return (place - self._added) % self.most

    def replaced(self, place: int, more: int) -> bool:
        """Say whether a head on the shelves is forgotten once *more* are added."""
        return (place - self._shelved) % self.most < self._added + more - self._shelved

    def trace(self, place: int) -> tuple[int, int]:
        """Return the sketch of the head that is kept there, and how many bits of it are set."""
        return _whole(self._sketch[place]), int(self._bits[place])

    def head(self, place: int) -> Head:
        said = Said(self._words[place], self._known[place])
        return Head(said, float(self._at[place]), int(self._cluster[place]))

    def settle(self, posts: int, meeting: Meeting) -> None:
        """Keep the heads of *meeting*, count *posts* more, and put the heads of a whole block on the shelves."""
        if meeting.added:
            self._keep(meeting)
        self._seen += posts
        if self.room:
            return
        if self._bands:
            places = np.arange(self._shelved, self._added) % self.most
            numbers = np.repeat(places[:, None], ROWS, axis=1)
            self._shelves.put(*self._shelves.places(np.concatenate(self._bands)), numbers)
        self._shelved, self._seen = self._added, 0
        self._bands.clear()

    def _keep(self, meeting: Meeting) -> None:
        words, known, at, clusters, rows = zip(*meeting.added, strict=True)
        places = np.arange(self._added, self._added + len(rows)) % self.most
        new = min(len(rows), self.most - len(self._words))
        self._words += words[:new]
        self._known += known[:new]
        for place, each, its in zip(places[new:].tolist(), words[new:], known[new:], strict=True):
            self._words[place], self._known[place] = each, its
        self._at[places], self._cluster[places] = at, clusters
        chosen = np.array(rows)
        bands, self._sketch[places], self._bits[places], self._lengths[places] = (
            each[chosen] for each in meeting.traces
        )
        self._bands.append(bands)
        self._added += len(rows)

    def _companions(self, traces: Traces) -> _Companions:
        """Return which of these posts share bands with each other, or with heads that are not on the shelves."""
        places = np.arange(self._shelved, self._added) % self.most
        all_ = np.concatenate((*self._bands, traces.bands))
        bits = np.uint64(len(all_).bit_length())
        # Band and row in one number: of neighbours, equal but for the row, both have the band.
        keys = np.repeat(np.arange(len(all_), dtype=np.uint64), ROWS)
        keys = np.sort(all_.ravel() >> bits << bits | keys)
        same = keys[1:] >> bits == keys[:-1] >> bits
        alike = np.flatnonzero(np.append(same, False) | np.append(False, same))
        rows = (keys[alike] & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.intp)
        bands_ = np.cumsum(np.append(True, ~same))[alike]
        doubtful = _doubtful(
            rows,
            bands_,
            np.concatenate((self._sketch[places], traces.sketches)),
            np.concatenate((self._bits[places], traces.bits)),
            np.concatenate((self._lengths[places], traces.lengths)),
        )
        # Who shares a band with none of these is met by nobody.
        asked = np.zeros(len(keys), bool)
        asked[bands_[doubtful[rows]]] = True
        rows, bands_ = rows[asked[bands_]], bands_[asked[bands_]]
        return _Companions(places.tolist(), rows.tolist(), bands_.tolist(), np.flatnonzero(doubtful).tolist())

    def _likely(self, traces: Traces, rows: Numbers, numbers: Numbers) -> dict[int, list[tuple[int, int]]]:
        """Return for each row the heads on the shelves that promise to say the same, and how many bits they share.

        Rows of which none of these can say the same are left out.
        """
        rows, places = np.divmod(_distinct(rows * self.most + numbers), self.most)
        bits, its = traces.bits[rows], self._bits[places]
        both = _shared(traces.sketches.take(rows, axis=0), self._sketch.take(places, axis=0))
        hopeful = np.zeros(len(traces.bits), bool)
        hopeful[rows[possible(both, bits, its, traces.lengths[rows], self._lengths[places])]] = True
        likely = _promising(both, bits, its) & hopeful[rows]
        found: dict[int, list[tuple[int, int]]] = {}
        for row, count, place in zip(*(column[likely].tolist() for column in (rows, both, places)), strict=True):
            found.setdefault(row, []).append((count, place))
        return found


class _Companions:
    """The bands that several posts of a block have, and the newest head of each."""

    def __init__(
        self, heads: Sequence[int], rows: Sequence[int], bands_: Sequence[int], doubtful: Sequence[int]
    ) -> None:
        """Rows are those of *heads*, told by where they are kept, and then those of the posts to come."""
        self._first = len(heads)
        self.doubtful = [row - self._first for row in doubtful if row >= self._first]
        self._bands: defaultdict[int, list[int]] = defaultdict(list)
        for row, band in zip(rows, bands_, strict=True):
            self._bands[row].append(band)
        self._newest: dict[int, int] = {}
        for row, place in enumerate(heads):
            self._newest.update(zip(self._bands.get(row, ()), repeat(place)))

    def rows(self, start: int, stop: int) -> list[int]:
        """Return the posts to come that have any, from *start* to *stop*."""
        return [row for row in range(start, stop) if self._first + row in self._bands]

    def newest(self, row: int) -> set[int]:
        """Return where the newest heads are kept that share a band with the post of that *row*."""
        newest = map(self._newest.get, self._bands.get(self._first + row, ()))
        return {place for place in newest if place is not None}

    def add(self, row: int, place: int) -> None:
        """Make the post of that *row*, kept at *place*, the newest head of its bands."""
        self._newest.update(zip(self._bands.get(self._first + row, ()), repeat(place)))


class Meeting:
    """The posts of a batch, one after the other, and the heads that they may repeat: those of the batch itself too.

    *added* are the heads of the batch: words, known places, time, cluster and row.
    """

    def __init__(
        self,
        heads: Heads,
        traces: Traces,
        on_shelves: dict[int, list[tuple[int, int]]],
        companions: _Companions,
    ) -> None:
        self._heads, self._on_shelves, self._companions = heads, on_shelves, companions
        self.traces = traces
        self.added: list[tuple[str, Known, float, int, int]] = []
        self._met: dict[int, Head] = {}  # where several meet the same, its words are cut up once

    def doubtful(self) -> set[int]:
        """Return the rows that may have heads to meet; no others have."""
        return {*self._on_shelves, *self._companions.doubtful}

    def heads(self, row: int) -> list[Head]:
        """Return the few heads that share most with the post of that *row*."""
        on_shelves, newest = self._on_shelves.get(row, ()), self._companions.newest(row)
        met = [pair for pair in on_shelves if not self._heads.replaced(pair[1], len(self.added))]
        if newest:
            met += self._promising(row, newest)
        if len(met) > BEST:
            last = self._heads.place(len(self.added) - 1)
            met = sorted(met, key=lambda pair: (-pair[0], (last - pair[1]) % self._heads.most))[:BEST]
        return [self._head(place, both) for both, place in met]

    def add(self, row: int, head: Head) -> None:
        """Make the post of that *row* a head that the posts after it may meet."""
        place = self._heads.place(len(self.added))
        self._companions.add(row, place)
        self._met[place] = head
        self.added.append((head.said.words, head.said.known, head.at, head.cluster, row))

    def add_all(
        self, start: int, words: Sequence[str], known: Sequence[Known], at: Sequence[float], first: int
    ) -> None:
        """Make the posts from row *start* on heads, each of its own cluster: *first* and the numbers after it."""
        rows = range(start, start + len(words))
        for row in self._companions.rows(start, rows.stop):
            self._companions.add(row, self._heads.place(len(self.added) + row - start))
        for number in range(len(self.added), len(self.added) + len(words)) if self._met else ():
            self._met.pop(self._heads.place(number), None)  # these take the places of older ones
        self.added += zip(words, known, at, range(first, first + len(words)), rows, strict=True)

    def _promising(self, row: int, newest: Iterable[int]) -> Iterator[tuple[int, int]]:
        sketch, bits = _whole(self.traces.sketches[row]), int(self.traces.bits[row])
        for place in newest:
            its, its_bits = self._trace(place)
            both = (its & sketch).bit_count()
            if _promises(both, its_bits, bits):
                yield both, place

    def _trace(self, place: int) -> tuple[int, int]:
        number = self._heads.number(place)
        if number >= len(self.added):
            return self._heads.trace(place)
        row = self.added[number][-1]
        return _whole(self.traces.sketches[row]), int(self.traces.bits[row])

    def _head(self, place: int, alike: int) -> Head:
        head = self._met.get(place)
        if head is None:
            head = self._met[place] = self._made(place)
        return head._replace(alike=alike)

    def _made(self, place: int) -> Head:
        number = self._heads.number(place)
        if number >= len(self.added):
            return self._heads.head(place)
        words, known, at, cluster, _ = self.added[number]
        return Head(Said(words, known), at, cluster)


def _whole(sketch: Hashes) -> int:
    return int.from_bytes(sketch.tobytes(), "little")


def _doubtful(rows: Places, bands_: Places, sketches: Hashes, bits: Places, lengths: Places) -> Flags:
    """Say which of all rows share a band with an earlier one that may say the same.

    *rows* are those with the same of *bands_* as another. Of many with one band some are told to do so unseen.
    """
    doubtful = np.zeros(len(bits), bool)
    doubtful[rows[NEAR:][bands_[NEAR:] == bands_[:-NEAR]]] = True
    near = [(apart_, np.flatnonzero(bands_[apart_:] == bands_[:-apart_])) for apart_ in range(1, NEAR)]
    pairs = [rows[same + apart_] * len(bits) + rows[same] for apart_, same in near]
    one, other = np.divmod(_distinct(np.concatenate(pairs)), len(bits))
    both = _shared(sketches.take(one, axis=0), sketches.take(other, axis=0))
    promising = _promising(both, bits[one], bits[other])
    promising &= possible(both, bits[one], bits[other], lengths[one], lengths[other])
    doubtful[one[promising]] = True
    return doubtful


def _shared(ours: Hashes, theirs: Hashes) -> Places:
    # Counts of bits are small: sums of floats are exact, and the fastest.
    counts = np.bitwise_count(ours & theirs).astype(np.float32)
    both: Places = (counts @ np.ones(counts.shape[1], np.float32)).astype(np.intp)
    return both


def _distinct(numbers: Places) -> Places:
    """Return *numbers* in order, each once: many times faster than numpy's own."""
    ordered = np.sort(numbers)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def _promises(both: int, bits: int, its: int) -> bool:
    """Say of two sketches what ``_promising`` says of many."""
    if bits + its > FULL:
        return True
    return both - bits * its / SKETCH >= LIKELY * min(bits, its) * (1 - (bits + its) / SKETCH)


def _promising(both: Numbers, bits: Numbers, its: Numbers) -> Flags:
    """Say whether texts that set so many *bits* may share enough words if *both* set so many of them.

    Some bits are set in both by chance. Sketches of very long texts are too full to tell.
    """
    told = bits + its <= FULL
    enough = LIKELY * np.minimum(bits, its) * (1 - (bits + its) / SKETCH)
    likely: Flags = ~told | (both - bits * its / SKETCH >= enough)
    return likely


def possible(both: Numbers, bits: Numbers, its: Numbers, length: Numbers, its_length: Numbers) -> Flags:
    """Say whether ``Said.share`` may be more than nothing; it is told by lengths and sketches alone.

    What both have sets bits in both. It sets fewer than it counts only as far as all of either text does.
    """
    short = np.minimum(length, its_length)
    needed = CONTAINED + SHORT_EXTRA * np.maximum(0.0, 1 - (short - 2) / SHORT)
    most = both + np.minimum(length - bits, its_length - its) - 2
    possible: Flags = most >= needed * np.minimum(bits, its) - ROUNDED
    return possible & (short >= SHORTER * np.maximum(length, its_length))
