"""What a post and an event have in common, and what an event keeps of a post that joins it.

An event is a row of KEPT terms, each with how many of its posts have it. These loops run for each post by itself,
since each post may change what the next one meets; ``_overlap.c`` is their twin, many times as fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]
Times = npt.NDArray[np.uint16]

_OFTEN = np.iinfo(np.uint16).max


class Kept(NamedTuple):
    """Of each event, one row each: its terms, how many of its posts have each (0: there is no such term), and its posts."""

    terms: Codes
    times: Times
    posts: Codes


def shared(terms: Codes, weights: Weights, slots: Sequence[int], kept: Kept) -> list[float]:
    """Return the weight of *terms* that each event of *slots* has, too, each by how many of its posts have it."""
    at = np.array(slots, np.intp)
    if not len(at) or not len(terms):
        return [0.0] * len(at)
    same = terms[None, :, None] == kept.terms[at][:, None, :]
    times = np.einsum("eij,ej->ei", same, kept.times[at].astype(np.float64))
    sums: list[float] = (weights * np.sqrt(times / kept.posts[at, None])).cumsum(axis=1)[:, -1].tolist()  # in order
    return sums


def begin(terms: Codes, slot: int, kept: Kept) -> None:
    """Put a new event of one post, which has *terms*, where another may have been."""
    row, times = kept.terms[slot], kept.times[slot]
    row[: len(terms)], row[len(terms) :] = terms, 0
    times[: len(terms)], times[len(terms) :] = 1, 0
    kept.posts[slot] = 1


def join(terms: Codes, slot: int, kept: Kept, settled: int) -> list[int]:
    """Count one more post, which has *terms*, of the event; return those of them that it took up.

    While it has fewer than *settled* posts they take the places that are free, or of a term that a single post had
    and no other repeated.
    """
    same = terms[:, None] == kept.terms[slot][None, :]
    times = kept.times[slot]
    times += same.any(axis=0) & (times < _OFTEN)
    posts = int(kept.posts[slot])
    kept.posts[slot] = posts + 1
    if posts >= settled:
        return []
    new = terms[~same.any(axis=1)]
    free = np.flatnonzero(times <= (1 if posts > 1 else 0))[::-1][: len(new)]
    taken: list[int] = new[: len(free)].tolist()
    kept.terms[slot, free] = taken
    times[free] = 1
    return taken
