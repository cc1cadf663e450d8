"""Character n-grams of many texts at once, hashed into the slots of a weight table.

Besides one, two and three characters, what stands in the scope of a negation gets slots of its own:
满意 after 不 is another feature than 满意. Training and judging both read texts through ``slots``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

BITS = 19
MOST = (1 << (32 - BITS)) - 1  # texts in one call: a text's number and a slot share 32 bits, which sort fast
LONGEST = 10_000  # a longer text is judged by its beginning; keeps packed sums far from overflow
REACH = 6  # characters behind a negation that it may turn round, unless the clause ends before

_NEGATIONS = "不没未无"
_BREAKS = "\n\r，。！？；：、,.!?;:…~～ "
_NEGATION, _BREAK = 1, 2
_FIRST, _SECOND, _THIRD = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_MARK = np.uint32(0x27D4EB2F)
_NUMBER = np.uint32(BITS)
_SLOT = np.uint32((1 << BITS) - 1)
_HASH = np.uint32(32 - BITS)

Codes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.intp]


class Slots(NamedTuple):
    """The distinct slots of each text, one text after the other: text *i* has ``counts[i]`` of them."""

    slots: Codes
    counts: Places


class Gram(NamedTuple):
    """One n-gram of a text: where it stands, and its slot."""

    start: int
    end: int
    slot: int


def slots(texts: Sequence[str]) -> Slots:
    """Return the slots of up to MOST normalised *texts*; those of one do not depend on its neighbours."""
    codes, owners = _laid_out(texts)
    numbers = owners[:-2] << _NUMBER
    one, two, three = _plain(codes)
    negated, once, twice = _marked(codes, two)
    keys = np.concatenate(
        [numbers | (hashed >> _HASH) for hashed in (one, two, three)]
        + [numbers[negated] | (hashed >> _HASH) for hashed in (once, twice)]
    )
    keys.sort()
    keys = keys[: np.searchsorted(keys, np.uint32(len(texts)) << _NUMBER)]  # places between texts belong to none
    first = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    distinct = keys.compress(first)
    bounds = np.searchsorted(distinct, np.arange(len(texts) + 1, dtype=np.uint32) << _NUMBER)
    return Slots(distinct & _SLOT, np.diff(bounds))


def grams(text: str) -> Iterator[Gram]:
    """Yield the n-grams of one normalised *text* that hold no edge, for explanations."""
    codes, _ = _laid_out([text])
    one, two, three = _plain(codes)
    negated, once, twice = _marked(codes, two)
    every = np.arange(len(one))
    length = min(len(text), LONGEST)
    for width, places, hashed in (
        (1, every, one),
        (2, every, two),
        (3, every, three),
        (1, negated, once),
        (2, negated, twice),
    ):
        for place, slot in zip(places.tolist(), (hashed >> _HASH).tolist(), strict=True):
            if place >= 1 and place + width <= length + 1:
                yield Gram(place - 1, place - 1 + width, slot)


def _laid_out(texts: Sequence[str]) -> tuple[Codes, Codes]:
    """Return the code points of all *texts* with edges between them, and the number of the text each belongs to.

    A text owns the edge before it, so that its beginning is a feature. Edges after it have the number
    ``len(texts)``.
    """
    cut = [text[:LONGEST] for text in texts]
    joined = "".join(f"\n{text}\n\n" for text in cut)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    stretches = np.full(2 * len(cut), 2, np.intp)
    stretches[::2] = np.fromiter(map(len, cut), np.intp, len(cut)) + 1
    numbers = np.full(2 * len(cut), len(cut), np.uint32)
    numbers[::2] = np.arange(len(cut))
    return codes, np.repeat(numbers, stretches)


def _plain(codes: Codes) -> tuple[Codes, Codes, Codes]:
    """Return the hashes of one, two and three characters from each place on."""
    here, after, second = codes[:-2], codes[1:-1], codes[2:]
    two = here * _FIRST + after * _SECOND
    return here * _SECOND, two, two * _THIRD + second * _FIRST


def _marked(codes: Codes, two: Codes) -> tuple[Places, Codes, Codes]:
    """Return the negated places, and the hashes of one and two characters there; a double negation is another."""
    negated, depth = _negated(codes)
    seed = depth * _MARK
    return negated, (codes[negated] + seed) * _SECOND, (two[negated] ^ seed) * _THIRD


def _negated(codes: Codes) -> tuple[Places, Codes]:
    """Return the places in the scope of a negation, and 1 for one, 2 for a double one; the last edge ends all."""
    kinds = _KINDS.take(codes, mode="clip")
    negations = np.flatnonzero(kinds == _NEGATION)
    scopes = np.minimum(negations[:, None] + np.arange(1, REACH + 1), len(codes) - 1)
    inside = ~np.logical_or.accumulate(kinds[scopes] == _BREAK, axis=1)
    negated, times = np.unique(scopes[inside], return_counts=True)
    return negated, np.minimum(times, 2).astype(np.uint32)


def _table_of_kinds() -> npt.NDArray[np.int8]:
    """Return what each code point of the first plane is: a negation, the end of a clause, or neither (0)."""
    kinds = np.zeros(0x10000, np.int8)
    kinds[[ord(character) for character in _NEGATIONS]] = _NEGATION
    kinds[[ord(character) for character in _BREAKS]] = _BREAK
    return kinds


_KINDS = _table_of_kinds()
