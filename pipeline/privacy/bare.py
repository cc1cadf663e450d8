"""Names that nothing announces: 王建国和李秀英昨天去了街道.

How like a name each character is, which ordinary words a name would cut and what stands beside it are added up for a
whole batch at once, in ten times the logarithm of the odds.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.privacy.likeness import CODES, NEVER, Codes, Known, Odds, Tables, tables

Codes32 = NDArray[np.uint32]
Places = NDArray[np.intp]

_ENOUGH: Final = 62
_ENOUGH_SHORT: Final = 95
_LOOSE: Final = 22  # against a name on a side where neither a word nor a gap is
_BEFORE_WORDS: Final = 48  # what the characters alone must reach, before context (at most 26) and the words cut


class Bare:
    """Finds such names; ``_bare.c`` does the same several times as fast.

    *family* to *right* tell of every character how likely it stands there, *usual* which families are. Of given names
    that many chose, and of words of two and of three characters, come the sorted numbers and a value for each.
    """

    def __init__(
        self,
        family: Odds,
        first: Odds,
        last: Odds,
        only: Odds,
        left: Odds,
        right: Odds,
        usual: NDArray[np.bool_],
        chosen: Codes,
        chosen_values: Odds,
        pairs: Codes,
        pairs_values: Odds,
        threes: Codes,
        threes_values: Odds,
    ) -> None:
        self._known = Tables(
            family, first, last, only, usual, left, right,
            Known(chosen, chosen_values), Known(pairs, pairs_values), Known(threes, threes_values),
        )  # fmt: skip

    def find(self, texts: list[str], /) -> list[list[tuple[int, int]]]:
        """Return where names stand in each of *texts*: those of three characters, then those of two."""
        found: list[list[tuple[int, int]]] = [[] for _ in texts]
        joined = "\n\n".join(["", *texts, "\n\n"])
        codes = np.minimum(np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32), CODES - 1)
        spans = [(at, at + 3) for at in _full(self._known, codes)] + [(at, at + 2) for at in _short(self._known, codes)]
        if not spans:
            return found
        begins = np.cumsum([2, *(2 + len(text) for text in texts)])
        which = np.searchsorted(begins, [start for start, _ in spans], side="right") - 1
        for text, (start, end) in zip(which.tolist(), spans, strict=True):
            found[text].append((start - int(begins[text]), end - int(begins[text])))
        return found


def bare(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Return where such names stand in each of *texts* (normal forms)."""
    return _bare().find(list(texts))


@functools.cache
def _bare() -> Bare:
    return _Compiled(*as_arguments(tables()))


def as_arguments(known: Tables) -> tuple[Any, ...]:
    """Return what a ``Bare`` is made of."""
    lists = (of for words in (known.chosen, known.pairs, known.threes) for of in words)
    return (known.family, known.first, known.last, known.only, known.left, known.right, known.usual, *lists)


def _full(known: Tables, codes: Codes32) -> list[int]:
    """Return where names of three characters begin."""
    at = np.flatnonzero(known.family[codes[:-4]] > NEVER)
    odds = known.family[codes[at]] + known.first[codes[at + 1]] + known.last[codes[at + 2]]
    likely = odds > NEVER // 3
    at, odds, wide = at[likely], odds[likely], codes.astype(np.uint64)
    odds += known.chosen.of(_pair(wide, at + 1))
    likely = odds > _BEFORE_WORDS
    at, odds = at[likely], odds[likely]
    left, right = known.left[codes[at - 1]], known.right[codes[at + 3]]
    odds += left + right - _cut(known, wide, at)
    odds -= _LOOSE * ((left == 0) & (known.pairs.of(_pair(wide, at - 2)) == 0))
    odds -= _LOOSE * ((right == 0) & (known.pairs.of(_pair(wide, at + 3)) == 0))
    return [int(one) for one in at[odds >= _ENOUGH]]


def _short(known: Tables, codes: Codes32) -> list[int]:
    """Return where names of two characters begin: only of usual families, and only between two words that show them."""
    at = np.flatnonzero(known.usual[codes[:-4]])
    odds = known.family[codes[at]] + known.only[codes[at + 1]]
    odds += 2 * (known.left[codes[at - 1]] + known.right[codes[at + 2]])
    likely = (odds >= _ENOUGH_SHORT) & (known.left[codes[at - 1]] > 0) & (known.right[codes[at + 2]] > 0)
    at, wide = at[likely], codes.astype(np.uint64)
    return [int(one) for one in at[_cut_short(known, wide, at) == 0]]


def _pair(wide: Codes, at: Places) -> Codes:
    """Return the two characters at each place as one number."""
    return wide[at] << np.uint64(16) | wide[at + 1]


def _three(wide: Codes, at: Places) -> Codes:
    return wide[at] << np.uint64(32) | wide[at + 1] << np.uint64(16) | wide[at + 2]


def _cut(known: Tables, wide: Codes, at: Places) -> Odds:
    """Return how much speaks against a name of three characters at each place: the words it would be or cut."""
    pairs, threes = known.pairs, known.threes
    crossing = pairs.of(_pair(wide, at - 1)) + pairs.of(_pair(wide, at + 2))
    for shift in (-2, -1, 1, 2):
        crossing += threes.of(_three(wide, at + shift))
    itself = 6 * pairs.of(_pair(wide, at)) + 20 * threes.of(_three(wide, at))
    return 5 * crossing + itself + 2 * pairs.of(_pair(wide, at + 1))


def _cut_short(known: Tables, wide: Codes, at: Places) -> Odds:
    """Return how common the words are that a name of two characters at each place would be or cut."""
    pairs, threes = known.pairs, known.threes
    cut = pairs.of(_pair(wide, at - 1)) + pairs.of(_pair(wide, at)) + pairs.of(_pair(wide, at + 1))
    for shift in (-2, -1, 0, 1):
        cut += threes.of(_three(wide, at + shift))
    return cut


try:
    from pipeline.privacy._bare import Bare as _Compiled
except ImportError:  # no compiler where this was installed
    _Compiled = Bare  # type: ignore[misc]
