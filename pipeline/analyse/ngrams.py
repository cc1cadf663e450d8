"""Character n-grams of many texts at once, hashed into the slots of weight tables.

From every place of a text start one, two and three characters. In the scope of a negation the first becomes another
feature, and the third gives way to the two characters as they stand negated: 满意 after 不 is not 满意. Every place has
as many slots as any other, so a ``Grid`` needs no sorting; a slot that comes twice in a text counts twice there, and
once in ``Slots``. Training and judging read texts through the same function.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

try:
    from pipeline.analyse import _ngrams
except ImportError:  # no compiler where this was installed
    _ngrams = None  # type: ignore[assignment]

BITS = 18
WIDTH = 3  # slots of each place
# Texts in one call of ``slots``: a text's number and a slot share 32 bits, which sort fast. More bits, fewer texts.
MOST = 1 << (32 - BITS)
LONGEST = 10_000  # a longer text is judged by its beginning
REACH = 6  # characters behind a negation that it may turn round, unless the clause ends before

_NEGATIONS = "不没未无"
_BREAKS = "\n\r，。！？；：、,.!?;:…~～ "
_FIRST, _SECOND, _THIRD = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_ONCE, _TWICE = np.uint32(0x27D4EB2F), np.uint32(0x4FA9D65E)
_STEPS = np.arange(1, REACH + 1)[:, None]

Codes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.intp]
Sums = npt.NDArray[np.int64]
Weights = npt.NDArray[np.int8] | npt.NDArray[np.int16]

_WORTH: Final = np.array([0, 1, 2, 2, 3, 3, 3, 3, 4], np.int64)  # what comes often counts more, but not as often
_CHUNK: Final = 256  # texts at a time: their n-grams stay in the processor's cache


class How(IntEnum):
    """What an n-gram counts for: each time that it comes, once in a text, or by a worth that grows with how often."""

    EACH = 0
    DISTINCT = 1
    COUNTED = 2


class Slots(NamedTuple):
    """The distinct slots of each text, one text after the other: text *i* has ``counts[i]`` of them."""

    slots: Codes
    counts: Places
    worth: Sums  # of each slot, by how often it comes in its text

    @property
    def starts(self) -> Places:
        """Where each text begins."""
        return np.cumsum(self.counts) - self.counts


class Grid(NamedTuple):
    """The slots of all places, one text after the other: text *i* has ``counts[i]`` columns of *slots*.

    The rows are the n-grams of one, two and three characters that start at a place. Edges are places, so no text
    is without.
    """

    slots: Codes
    counts: Places

    @property
    def starts(self) -> Places:
        """Where each text begins."""
        return np.cumsum(self.counts) - self.counts

    @property
    def lengths(self) -> Places:
        """How many slots each text has."""
        return self.counts * WIDTH

    def distinct(self, bits: int = BITS) -> Slots:
        """Return each slot of a text once, for up to MOST texts; takes three times as long as the grid itself.

        *bits* are those that the grid was made with.
        """
        numbers = np.arange(len(self.counts), dtype=np.uint32) << np.uint32(bits)
        keys = (self.slots | np.repeat(numbers, self.counts)).ravel()
        keys.sort()
        first = np.ones(len(keys), bool)
        np.not_equal(keys[1:], keys[:-1], out=first[1:])
        places = np.flatnonzero(first)
        found = keys.take(places)
        bounds = np.append(np.searchsorted(found, numbers), len(found))
        worth = _WORTH.take(np.diff(places, append=len(keys)), mode="clip")
        return Slots(found & np.uint32((1 << bits) - 1), np.diff(bounds), worth)


class Gram(NamedTuple):
    """One n-gram of a text: where it stands, and its slot."""

    start: int
    end: int
    slot: int


class Table(NamedTuple):
    """Whole-number weights, a row for each slot and as many columns as there are questions, and how n-grams count."""

    weights: Weights
    how: How = How.EACH


class Summed(NamedTuple):
    """What the columns of all tables sum up to for each text, how many n-grams it has, and how many distinct ones."""

    sums: Sums
    lengths: Places
    distinct: Places


def sums(texts: Sequence[str], tables: Sequence[Table], bits: int = BITS) -> Summed:
    """Return the sums of *tables* for normalised *texts*. They are exact: nothing hangs on the batch.

    How many distinct n-grams a text has is told only if a table asks for it.
    """
    added = np.empty((len(texts), sum(table.weights.shape[1] for table in tables)), np.int64)
    sizes = np.empty((len(texts), 2), np.intp)
    (_sums_here if _ngrams is None else _ngrams.sums)(list(texts), bits, tuple(tables), added, sizes)
    return Summed(added, sizes[:, 0], sizes[:, 1])


def _sums_here(texts: list[str], bits: int, tables: tuple[Table, ...], added: Sums, sizes: Places) -> None:
    """Do what ``_ngrams.sums`` does, where there is none."""
    asked = any(table.how != How.EACH for table in tables)
    for start in range(0, len(texts), _CHUNK):
        part = slice(start, start + _CHUNK)
        found = grid(texts[part], bits)
        once = found.distinct(bits) if asked else None
        sizes[part, 0] = found.lengths
        sizes[part, 1] = once.counts if once else 0
        column = 0
        for weights, how in tables:
            columns = slice(column, column := column + weights.shape[1])
            if once is None or how == How.EACH:
                rows, starts = weights.take(found.slots.T.ravel(), axis=0).astype(np.int64), found.starts * WIDTH
            else:
                rows, starts = weights.take(once.slots, axis=0).astype(np.int64), once.starts
                rows *= once.worth[:, None] if how == How.COUNTED else 1
            added[part, columns] = np.add.reduceat(rows, starts)


def grid(texts: Sequence[str], bits: int = BITS) -> Grid:
    """Return the slots of normalised *texts*, of 2 to the power of *bits*; those of one do not depend on its neighbours."""
    codes, counts = _laid_out(texts)
    hashes, _ = _hashed(codes, counts)
    hashes >>= np.uint32(32 - bits)
    return Grid(hashes, counts)


def slots(texts: Sequence[str], bits: int = BITS) -> Slots:
    """Return the distinct slots of up to MOST normalised *texts*."""
    return grid(texts, bits).distinct(bits)


def grams(text: str, bits: int = BITS) -> Iterator[Gram]:
    """Yield the n-grams of one normalised *text* that hold no edge, for explanations."""
    codes, counts = _laid_out([text])
    hashes, negated = _hashed(codes, counts)
    widths = np.repeat([[1], [2], [3]], hashes.shape[1], axis=1)
    widths[2, negated] = 2
    length = min(len(text), LONGEST)
    for row, numbers in zip(widths.tolist(), (hashes >> np.uint32(32 - bits)).tolist(), strict=True):
        for place, (width, slot) in enumerate(zip(row, numbers, strict=True)):
            if place >= 1 and place + width <= length + 1:
                yield Gram(place - 1, place - 1 + width, slot)


def _laid_out(texts: Sequence[str]) -> tuple[Codes, Places]:
    """Return the code points of all *texts*, each with an edge on both sides, and how many each has with its edges.

    More edges at the end spare everyone the question where it is.
    """
    cut = [text[:LONGEST] for text in texts]
    joined = "\n" + "\n\n".join(cut) + "\n" * (REACH + 2)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes, np.fromiter(map(len, cut), np.intp, len(cut)) + 2


def _hashed(codes: Codes, counts: Places) -> tuple[Codes, Places]:
    """Return the hashes of each place, three rows of them, and the places that are negated."""
    ends = np.cumsum(counts)
    size = int(counts.sum())
    here, after, second = codes[:size], codes[1 : size + 1], codes[2 : size + 2]
    hashes = np.empty((WIDTH, size), np.uint32)
    one, two, three = hashes
    spare = after * _SECOND
    np.multiply(here, _FIRST, out=two)
    two += spare
    np.multiply(two, _THIRD, out=three)
    np.multiply(second, _FIRST, out=spare)
    three += spare
    np.multiply(here, _SECOND, out=one)
    three[ends - 1] = 0  # would see the next text
    negated, mark = _negated(codes, size)
    marked = two[negated] ^ mark
    three[negated] = marked * _THIRD
    one[negated] = (one[negated] ^ mark) * _FIRST
    return hashes, negated


def _negated(codes: Codes, size: int) -> tuple[Places, Codes]:
    """Return the places in the scope of a negation, and the mark of each; a double negation has another.

    A place in two scopes comes twice, that of the first negation last: it alone knows of both.
    """
    negations = np.flatnonzero(_is_negation(codes[:size]))
    places = negations + _STEPS
    open_ = ~np.logical_or.accumulate(_IS_BREAK.take(codes.take(places), mode="clip"), axis=0)
    twice = places > np.append(negations[1:], size)
    return places[open_], np.where(twice[open_], _TWICE, _ONCE)


def _is_negation(codes: Codes) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = codes == _NEGATION_CODES[0]
    for code in _NEGATION_CODES[1:]:
        found |= codes == code
    return found


def _table_of_breaks() -> npt.NDArray[np.bool_]:
    """Return whether a code point of the first plane ends a clause."""
    breaks = np.zeros(0x10000, bool)
    breaks[[ord(character) for character in _BREAKS]] = True
    return breaks


_NEGATION_CODES = np.array([ord(character) for character in _NEGATIONS], np.uint32)
_IS_BREAK = _table_of_breaks()
