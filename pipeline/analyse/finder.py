"""Finds the earlier texts that promise to say the same as a post, by their bands and sketches alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.analyse.keyform import ROWS, SKETCH, Hashes, Traces
from pipeline.analyse.shelves import Shelves

WIDTH: Final = 4  # texts remembered under one band, the newest; bounds the cost of a flood of one form letter
BEST: Final = 6  # texts that are compared, those that share most bits
LIKELY: Final = 0.37  # share of the smaller sketch that must be in the other: CONTAINED, and what chance may take away
CONTAINED: Final = 0.45  # share of the shorter text's 3-grams that the other must have
SHORT: Final = 20  # 3-grams; below this, chance likeness is likely and more must be shared
SHORT_EXTRA: Final = 0.25
SHORTER: Final = 0.3  # a text much shorter than the other quotes it, at most
ROUNDED: Final = 1e-6  # what rounding may take away
NEAR: Final = 8  # posts of a block that share a band: those so far apart are taken for alike unseen
FULL: Final = SKETCH * 3 // 4  # bits of two sketches, from which on they tell nothing

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Found = tuple[int, int]
"""How many bits of two sketches are the same, and where the other text is kept."""


class Finder:
    """The *most* heads that were added last, each at its place; ``_finder.c`` does the same many times as fast.

    Posts come in batches: ``meet`` tells of a whole one, ``heads`` and ``add`` then of its posts in their order, and
    ``settle`` ends it. New heads go to the shelves after each *block* of posts, whatever the batches; until then the
    newest of each band is found.
    """

    def __init__(self, most: int, block: int) -> None:
        self._most, self._block = most, block
        self._shelves = Shelves(most * ROWS, most, WIDTH)
        self._added = 0  # and written
        self._shelved = 0
        self._seen = 0  # posts of this block
        self._bands: list[Hashes] = []  # of the heads that are not on the shelves
        self._bits, self._lengths = np.zeros(most, np.intp), np.zeros(most, np.intp)
        self._sketch = np.zeros((most, SKETCH // 64), np.uint64)
        self._meeting: _Meeting | None = None

    @property
    def room(self) -> int:
        """The posts that may be met before ``settle`` is called."""
        return self._block - self._seen

    def meet(self, bands: Hashes, sketches: Hashes, bits: Places, lengths: Places, /) -> list[int]:
        """Take the traces of a batch; return which of its posts may have heads to meet. No others have."""
        if len(bits) > self.room:
            raise ValueError("more posts than there is room for")
        traces = Traces(bands, sketches, bits, lengths)
        which, numbers = self._shelves.found(bands)
        likely = self._likely(traces, which // ROWS, numbers)
        self._meeting = _Meeting(traces, likely, self._companions(traces))
        return sorted({*likely, *self._meeting.companions.doubtful})

    def heads(self, row: int, /) -> list[Found]:
        """Return the few heads that share most with the post of that *row*."""
        meeting = self._met()
        met = [found for found in meeting.likely.get(row, ()) if not self._replaced(found[1])]
        met += self._promising(meeting, row)
        if len(met) > BEST:
            last = self._added + len(meeting.added) - 1
            met = sorted(met, key=lambda found: (-found[0], (last - found[1]) % self._most))[:BEST]
        return met

    def add(self, row: int, /) -> int:
        """Make the post of that *row* a head that the posts after it may meet; return its place."""
        return self.add_all(row, row + 1)

    def add_all(self, start: int, stop: int, /) -> int:
        """Make the posts from row *start* to *stop* heads; return the place of the first. The others follow."""
        meeting = self._met()
        if not 0 <= start <= stop <= len(meeting.traces.bits):
            raise IndexError("no such rows")
        if stop - start > len(meeting.traces.bits) - len(meeting.added):
            raise ValueError("more heads than posts")
        place = self._place(0)
        for row in meeting.companions.rows(start, stop):
            meeting.companions.add(row, self._place(row - start))
        meeting.added += range(start, stop)
        return place

    def settle(self, /) -> None:
        """End the batch, and put the heads of a whole block on the shelves."""
        meeting = self._met()
        if meeting.added:
            places = self._places(self._added, self._added + len(meeting.added))
            chosen = np.array(meeting.added)
            bands, self._sketch[places], self._bits[places], self._lengths[places] = (
                each[chosen] for each in meeting.traces
            )
            self._bands.append(bands)
            self._added += len(meeting.added)
        self._seen += len(meeting.traces.bits)
        self._meeting = None
        if self.room:
            return
        if self._bands:
            self._shelves.put_all(np.concatenate(self._bands).ravel(), self._places(self._shelved, self._added))
        self._shelved, self._seen = self._added, 0
        self._bands.clear()

    def _met(self) -> _Meeting:
        if self._meeting is None:
            raise ValueError("nobody is met")
        return self._meeting

    def _places(self, start: int, stop: int) -> Places:
        return np.arange(start, stop) % self._most

    def _place(self, number: int) -> int:
        """Return where the head is kept that is added after *number* others from now on."""
        return (self._added + len(self._met().added) + number) % self._most

    def _replaced(self, place: int) -> bool:
        """Say whether a head on the shelves is forgotten by now."""
        return (place - self._shelved) % self._most < self._added + len(self._met().added) - self._shelved

    def _promising(self, meeting: _Meeting, row: int) -> Iterator[Found]:
        sketch, bits = _whole(meeting.traces.sketches[row]), int(meeting.traces.bits[row])
        for place in sorted(meeting.companions.newest(row)):
            number = (place - self._added) % self._most
            if number < len(meeting.added):
                traces, its_row = meeting.traces, meeting.added[number]
                its, its_bits = traces.sketches[its_row], int(traces.bits[its_row])
            else:
                its, its_bits = self._sketch[place], int(self._bits[place])
            both = (_whole(its) & sketch).bit_count()
            if _promises(both, its_bits, bits):
                yield both, place

    def _likely(self, traces: Traces, rows: Numbers, numbers: Numbers) -> dict[int, list[Found]]:
        """Return for each row the heads on the shelves that promise to say the same, and how many bits they share.

        Rows of which none of these can say the same are left out.
        """
        rows, places = np.divmod(_distinct(rows * self._most + numbers), self._most)
        bits, its = traces.bits[rows], self._bits[places]
        both = _shared(traces.sketches.take(rows, axis=0), self._sketch.take(places, axis=0))
        hopeful = np.zeros(len(traces.bits), bool)
        hopeful[rows[possible(both, bits, its, traces.lengths[rows], self._lengths[places])]] = True
        likely = _promising(both, bits, its) & hopeful[rows]
        found: dict[int, list[Found]] = {}
        for row, count, place in zip(*(column[likely].tolist() for column in (rows, both, places)), strict=True):
            found.setdefault(row, []).append((count, place))
        return found

    def _companions(self, traces: Traces) -> _Companions:
        """Return which of these posts share bands with each other, or with heads that are not on the shelves."""
        places = self._places(self._shelved, self._added)
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


class _Meeting:
    """A batch: its traces, what it may meet on the shelves, row by row, and among itself, and which rows were added."""

    def __init__(self, traces: Traces, likely: dict[int, list[Found]], companions: _Companions) -> None:
        self.traces, self.likely, self.companions = traces, likely, companions
        self.added: list[int] = []


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
