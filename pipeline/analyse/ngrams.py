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
    keys = np.concatenate([(owners[places] << _NUMBER) | slot for _, places, slot in _hashed(codes)])
    keys = keys[keys < np.uint32(len(texts)) << _NUMBER]  # the places between texts belong to none
    keys.sort()
    first = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    distinct = keys[first]
    bounds = np.searchsorted(distinct, np.arange(len(texts) + 1, dtype=np.uint32) << _NUMBER)
    return Slots(distinct & _SLOT, np.diff(bounds))


def grams(text: str) -> Iterator[Gram]:
    """Yield the n-grams of one normalised *text* that hold no edge, for explanations."""
    codes, _ = _laid_out([text])
    length = min(len(text), LONGEST)
    for width, places, slot in _hashed(codes):
        for place, number in zip(places.tolist(), slot.tolist(), strict=True):
            if place >= 1 and place + width <= length + 1:
                yield Gram(place - 1, place - 1 + width, number)


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


def _hashed(codes: Codes) -> Iterator[tuple[int, Places, Codes]]:
    """Yield, kind by kind, the width of an n-gram, the places where it begins, and its slots."""
    here, after, second = codes[:-2], codes[1:-1], codes[2:]
    places = np.arange(len(here))
    two = here * _FIRST + after * _SECOND
    yield 1, places, here * _SECOND >> _HASH
    yield 2, places, two >> _HASH
    yield 3, places, two * _THIRD + second * _FIRST >> _HASH
    negated, depth = _negated(here)
    seed = depth * _MARK
    yield 1, negated, (here[negated] + seed) * _SECOND >> _HASH
    yield 2, negated, (two[negated] ^ seed) * _THIRD >> _HASH


def _negated(codes: Codes) -> tuple[Places, Codes]:
    """Return the places in the scope of a negation, and 1 for one, 2 for a double one."""
    kinds = _KINDS[np.minimum(codes, np.uint32(len(_KINDS) - 1))]
    negations = kinds == 1
    counts = np.cumsum(negations)
    places = np.arange(len(codes))
    clause = np.maximum.accumulate(np.where(kinds == 2, places, 0))
    since = np.maximum(clause, places - REACH)
    depth = counts - negations - counts[since] + negations[since]
    negated = np.flatnonzero((depth > 0) & (kinds != 2))
    return negated, np.minimum(depth[negated], 2).astype(np.uint32)


def _table_of_kinds() -> npt.NDArray[np.int8]:
    """Return for every code point of the first plane: 1 a negation, 2 the end of a clause, 0 the rest."""
    kinds = np.zeros(0x10000, np.int8)
    kinds[[ord(character) for character in _NEGATIONS]] = 1
    kinds[[ord(character) for character in _BREAKS]] = 2
    return kinds


_KINDS = _table_of_kinds()
