"""The terms that set a text apart: pieces of two or three characters that are rare elsewhere, the rarest first.

How rare a piece is tells a table of figures that was counted once over many public texts (``rarity.py``),
and what the desk itself has read since. Names of places, companies and schemes are what remains.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.text.normal import SENTENCE_ENDS, squeeze_batch

try:
    from pipeline.analyse import _terms
except ImportError:  # no compiler where this was installed
    _terms = None  # type: ignore[assignment]

TABLE: Final = Path(__file__).with_name("models") / "rarity.npy"
BITS: Final = 21
KEPT: Final = 48  # terms of a text
LEAD: Final = 300  # characters of a text that are read: what it is about stands in the beginning
OPENING: Final = 40  # letters of a text without a title that stand for one
STEPS: Final = 16  # of the table, to one natural logarithm
USUAL: Final = 5.0  # logarithm below which a piece sets nothing apart: it stands in one text of 150
TITLE: Final = 2.0  # times as much counts what stands in the title
OPENS: Final = 1.5
AGAIN: Final = 0.5  # more for each time that a text repeats a piece, two times at most

Codes = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

_ONE, _TWO, _THREE = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_SLOT = np.uint32(32 - BITS)
_HEAVIEST, _FINE = 0xFFFF, 512.0  # of weights while they are sorted


class Terms(NamedTuple):
    """The terms of some texts, one row each, the heaviest first; where a text has fewer than KEPT the rest is 0."""

    terms: Codes
    weights: Weights


class Pieces(NamedTuple):
    """All pieces of some texts: their hashes, whose they are, where they begin among its letters, and how long."""

    hashes: Codes
    owners: Places
    starts: Places
    lengths: Places


def terms(normals: Sequence[str], titles: Sequence[int]) -> Terms:
    """Return the terms of normalised texts, the first characters of which, as many as *titles* says, are a title."""
    letters, heads, boosts = _opened(normals, titles)
    found = Terms(np.zeros((len(normals), KEPT), np.uint32), np.zeros((len(normals), KEPT), np.float32))
    (heaviest if _terms is None else _terms.heaviest)(letters, heads, boosts, _rarity(), *found)
    return found


def heaviest(
    letters: list[str],
    heads: Places,
    boosts: Weights,
    rarity: npt.NDArray[np.uint8],
    found: Codes,
    weights: Weights,
) -> None:
    """Write the terms of each text into its row of *found*, and their *weights*; both hold zeros.

    As many *letters* as *heads* says open a text, and a piece of these counts *boosts* times as much.
    """
    pieces = cut(letters)
    rare = rarity[pieces.hashes >> _SLOT] > STEPS * USUAL
    hashes, owners = pieces.hashes[rare], pieces.owners[rare]
    opens = pieces.starts[rare] + pieces.lengths[rare] <= heads[owners]
    if not len(hashes):
        return
    # One number for owner, hash and whether it opens the text: numbers sort many times faster than places do.
    keys = np.sort(owners.astype(np.uint64) << np.uint64(33) | hashes.astype(np.uint64) << np.uint64(1) | opens)
    last = np.flatnonzero(np.append(keys[1:] >> np.uint64(1) != keys[:-1] >> np.uint64(1), True))
    times = np.diff(last, prepend=-1)
    keys = keys[last]
    owners, hashes = (keys >> np.uint64(33)).astype(np.intp), (keys >> np.uint64(1)).astype(np.uint32)
    heavy = rarity[hashes >> _SLOT] / STEPS - USUAL
    heavy *= np.where(keys & np.uint64(1), boosts[owners], 1.0) * (1 + AGAIN * np.minimum(times - 1, 2))
    # The heaviest first; equal weights are ordered by hash, so that two texts keep the same ones.
    lightness = np.uint64(_HEAVIEST) - np.round(heavy * _FINE).astype(np.uint64)
    keys = np.sort(owners.astype(np.uint64) << np.uint64(48) | lightness << np.uint64(32) | hashes)
    owners = (keys >> np.uint64(48)).astype(np.intp)
    sizes = np.bincount(owners, minlength=len(letters))
    rank = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = rank < found.shape[1]
    keys, owners, rank = keys[kept], owners[kept], rank[kept]
    found[owners, rank] = keys.astype(np.uint32)
    weights[owners, rank] = (_HEAVIEST - (keys >> np.uint64(32) & np.uint64(_HEAVIEST)).astype(float)) / _FINE


def cut(letters: Sequence[str]) -> Pieces:
    """Return the pieces of two and three characters of *letters*, none across the end of a sentence."""
    codes = np.frombuffer("".join(letters).encode("utf-32-le", "surrogatepass"), np.uint32)
    sizes = np.fromiter(map(len, letters), np.intp, len(letters))
    owners = np.repeat(np.arange(len(letters)), sizes)
    starts = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    sound = ~np.isin(codes, _ENDS)
    two = sound[:-1] & sound[1:] & (owners[:-1] == owners[1:])
    three = two[:-1] & two[1:]
    pairs = _mixed(codes[:-1] * _ONE ^ codes[1:] * _TWO)[two]
    triples = _mixed(codes[:-2] * _ONE + codes[1:-1] * _TWO ^ codes[2:] * _THREE)[three]
    lengths = np.concatenate((np.full(len(pairs), 2), np.full(len(triples), 3)))
    return Pieces(
        np.concatenate((pairs, triples)),
        np.concatenate((owners[:-1][two], owners[:-2][three])),
        np.concatenate((starts[:-1][two], starts[:-2][three])),
        lengths,
    )


_ENDS = np.array([ord(end) for end in SENTENCE_ENDS], np.uint32)


@cache
def _rarity() -> npt.NDArray[np.uint8]:
    table: npt.NDArray[np.uint8] = np.load(TABLE)
    return table


def _mixed(hashes: Codes) -> Codes:
    hashes ^= hashes >> np.uint32(15)
    hashes *= _TWO
    hashes ^= hashes >> np.uint32(13)
    hashes *= _THREE
    return hashes


def _opened(normals: Sequence[str], titles: Sequence[int]) -> tuple[list[str], Places, Weights]:
    """Return the letters of each text, how many of them open it, and how much these count."""
    squeezed = squeeze_batch([text[: title + LEAD] for text, title in zip(normals, titles, strict=True)])
    heads = np.full(len(normals), OPENING, np.intp)
    boosts = np.full(len(normals), OPENS, np.float32)
    for place, title in enumerate(titles):
        if title:
            heads[place] = np.searchsorted(np.asarray(squeezed[place][1]), title)
            boosts[place] = TITLE
    return [letters for letters, _ in squeezed], heads, boosts
