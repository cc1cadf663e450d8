"""Hears danger that no word list names, by the pairs of characters it is told in.

A small table of weights, trained by ``python -m pipeline.analyse.periltrain`` on invented sentences and on posts
without danger. It reads stretches of a text, never the whole: what else somebody writes moves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.errors import Fault, Misconfigured

try:
    from pipeline.analyse import _peril
except ImportError:  # no compiler where this was installed
    _peril = None  # type: ignore[assignment]

MODELS: Final = Path(__file__).with_name("models")
CARD: Final = "peril.json"
BITS: Final = 16
STRETCH: Final = 40  # letters
_FIRST, _SECOND, _ALONE = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_SHIFT = np.uint32(32 - BITS)
_APART_BY = np.int64(1 << 44)
_APART = "\n"  # between two texts; it weighs nothing

Codes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.intp]
Weights = npt.NDArray[np.int16]


class Model(msgspec.Struct, frozen=True):
    """The weight file, and from which sum on a stretch tells of danger."""

    file: str
    version: str
    least: int


class Peril:
    """Finds the stretch of a text that tells most of danger; whole-number sums, the same in any batch."""

    def __init__(self, weights: Weights, least: int) -> None:
        self._weights = weights
        self._least = least

    @classmethod
    def read(cls, folder: Path = MODELS) -> Peril:
        """Return the model whose card lies in *folder*. Raises Misconfigured."""
        try:
            model = msgspec.json.decode((folder / CARD).read_bytes(), type=Model)
            return cls(np.load(folder / model.file), model.least)
        except (OSError, ValueError) as error:
            fault = Fault(str(folder / CARD), f"模型读不出来：{error}", f"the model cannot be read: {error}")
            raise Misconfigured([fault]) from error

    def stretches(self, squeezed: Sequence[str]) -> list[tuple[int, int] | None]:
        """Return where each squeezed text tells of danger, None where it does not."""
        if _peril is not None:
            return _peril.stretches(list(squeezed), self._weights, BITS, self._least, STRETCH)
        return _stretches(list(squeezed), self._weights, self._least) if squeezed else []


def _stretches(squeezed: Sequence[str], weights: Weights, least: int) -> list[tuple[int, int] | None]:
    """Do what ``_peril.stretches`` does, where there is none."""
    found: list[tuple[int, int] | None] = [None] * len(squeezed)
    sums, starts = heaviest(weights.astype(np.int64), squeezed)
    highest = np.maximum.reduceat(sums, starts)
    ends = np.append(starts[1:], len(sums))
    for row in np.flatnonzero(highest >= least).tolist():
        last = int(sums[starts[row] : ends[row]].argmax())
        found[row] = (max(0, last + 1 - STRETCH), min(last + 1, len(squeezed[row])))
    return found


def heaviest(weights: npt.NDArray[np.int64], squeezed: Sequence[str]) -> tuple[npt.NDArray[np.int64], Places]:
    """Return what the heaviest stretch up to each letter weighs, one text after the other, and where each text begins.

    What stands before or after a stretch takes nothing from it.
    """
    one, two = slots(squeezed)
    letter, pair = weights.take(one), weights.take(two)
    lengths = np.fromiter(map(len, squeezed), np.intp, len(squeezed)) + 1
    own = np.repeat(np.arange(len(squeezed), dtype=np.int64) * _APART_BY, lengths)  # no stretch begins in another text
    begun = np.cumsum(letter + pair) - letter - pair - own
    lowest, reach = begun.copy(), 1
    while reach < STRETCH:
        step = min(reach, STRETCH - reach)
        lowest[step:] = np.minimum(lowest[step:], lowest[:-step])
        reach += step
    ends = np.cumsum(lengths)
    return begun + letter - lowest, ends - lengths


def window_sums(weights: npt.NDArray[np.int64], squeezed: Sequence[str]) -> tuple[npt.NDArray[np.int64], Places]:
    """Return what the stretch from each letter on weighs, one text after the other, and where each text begins."""
    one, two = slots(squeezed)
    weight = weights.take(one)
    weight += weights.take(two)
    total = np.concatenate(([0], np.cumsum(weight)))
    lengths = np.fromiter(map(len, squeezed), np.intp, len(squeezed)) + 1
    ends = np.cumsum(lengths)
    places = np.arange(len(weight))
    return total[np.minimum(places + STRETCH, np.repeat(ends - 1, lengths))] - total[places], ends - lengths


def slots(squeezed: Sequence[str]) -> tuple[Codes, Codes]:
    """Return the slots of every letter and of it with the next; those at the end of a text are slot 0, which weighs 0."""
    joined = _APART.join(squeezed) + _APART + _APART
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    here, after = codes[:-1], codes[1:]
    one = (here * _ALONE) >> _SHIFT
    two = ((here * _FIRST) ^ (after * _SECOND)) >> _SHIFT
    apart = here == ord(_APART)
    one[apart] = 0
    two[apart | (after == ord(_APART))] = 0
    return one, two
