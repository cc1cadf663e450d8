"""Weighs how a text sounds: no matter, one grievance, a service lost, or danger to life.

Two tables of weights over letters, pairs and triples, trained by ``python -m pipeline.analyse.periltrain``. The quick one
reads every short text of a batch, the close one reads few texts, with words that are alike folded into one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse.alike import alike
from pipeline.analyse.peril import MODELS
from pipeline.errors import Fault, Misconfigured

try:
    from pipeline.analyse import _tiers
except ImportError:  # no compiler where this was installed
    _tiers = None  # type: ignore[assignment]

CARD: Final = "tiers.json"
TIERS: Final = ("H0", "H1", "H2", "H3")
LOWER: Final = TIERS[:-1]
CLOSE_BITS: Final = 17
QUICK_BITS: Final = 16
LONGEST: Final = 160  # letters; the weights of more would drown each other
_ONE, _TWO, _THREE = np.uint32(0xC2B2AE35), np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
_FOLDED = np.uint32(0x27D4EB2F)
_APART = "\n"
_SIGNS = "。!;\n"  # how often people put one tells nothing

Codes = npt.NDArray[np.uint32]
Slots = npt.NDArray[np.int64]
Weights = npt.NDArray[np.int16]


class Model(msgspec.Struct, frozen=True):
    """Both tables, what a unit of each weighs, and what facts weigh beside them (``verdict``)."""

    close: str
    quick: str
    version: str
    close_unit: float
    quick_unit: float
    ask: float  # from so much on at a quick look a text gets a close one
    danger: dict[str, float]
    lower: dict[str, dict[str, float]]


class Tiers:
    """Says how much a text sounds like each tier; whole-number sums, the same in any batch."""

    def __init__(self, model: Model, close: Weights, quick: Weights) -> None:
        self.model = model
        self._close, self._quick = close, quick

    @classmethod
    def read(cls, folder: Path = MODELS) -> Tiers:
        """Return the model whose card lies in *folder*. Raises Misconfigured."""
        try:
            model = msgspec.json.decode((folder / CARD).read_bytes(), type=Model)
            return cls(model, np.load(folder / model.close), np.load(folder / model.quick))
        except (OSError, ValueError) as error:
            fault = Fault(str(folder / CARD), f"模型读不出来：{error}", f"the model cannot be read: {error}")
            raise Misconfigured([fault]) from error

    def closely(self, letters: str) -> Sequence[float]:
        """Return what *letters* weigh for each tier."""
        return _once(letters, alike(letters), self._close, self.model.close_unit)

    def quickly(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return what each text weighs for each tier; nothing if it is long."""
        return _each(texts, self._quick, self.model.quick_unit)

    def sound_dangerous(self, sounds: Sequence[float]) -> bool:
        """Say whether a text that weighs so much at a quick look needs a close one."""
        nothing, grievance, loss, danger = sounds
        ask = self.model.ask
        # The odds are never above what danger weighs more than any other: most texts are far below.
        if danger - nothing < ask or danger - grievance < ask or danger - loss < ask:
            return False
        return odds(sounds) >= ask


def _once(plain: str, folded: str, table: Weights, unit: float) -> Sequence[float]:
    """Return how many times *unit* the slots of ``close_slots`` weigh, of *plain* letters and the *folded* ones."""
    if _tiers is not None:
        return _tiers.once(plain, folded, table, unit, CLOSE_BITS, _SIGNS)
    sums = table[_close_slots(plain, folded)].astype(np.int64).sum(0)
    return tuple((sums * unit).tolist())


def _each(texts: Sequence[str], table: Weights, unit: float) -> Sequence[Sequence[float]]:
    """Return how many times *unit* the slots of ``quick_slots`` weigh for each text that is not too long."""
    if _tiers is not None:
        return _tiers.each(list(texts), table, unit, QUICK_BITS, _SIGNS, LONGEST)
    slots, bounds = quick_slots([text if len(text) <= LONGEST else "" for text in texts])
    rows = table[slots].astype(np.int64)
    rows[slots == 0] = 0
    total = np.concatenate((np.zeros((1, len(TIERS)), np.int64), np.cumsum(rows, axis=0)))
    return [tuple(row) for row in ((total[bounds[1:]] - total[bounds[:-1]]) * unit).tolist()]


def odds(weighed: Sequence[float]) -> float:
    """Return how much more danger weighs than all other tiers together, as a logarithm."""
    nothing, grievance, loss, danger = weighed
    most = max(nothing, grievance, loss)
    return danger - most - math.log(math.exp(nothing - most) + math.exp(grievance - most) + math.exp(loss - most))


def close_slots(letters: str) -> Slots:
    """Return the slots of every letter, pair and triple of *letters*, as they are and folded; each once."""
    return _close_slots(letters, alike(letters))


def _close_slots(plain: str, folded: str) -> Slots:
    each = [*_grams(_codes(plain)), *(gram ^ _FOLDED for gram in _grams(_codes(folded)))]
    return np.unique(np.concatenate([_mixed(gram, CLOSE_BITS) for gram in each]))


def quick_slots(texts: Sequence[str]) -> tuple[Slots, Slots]:
    """Return the slots of every letter and pair of each text, and where those of each begin and end.

    Slot 0, which weighs nothing, is that of signs and of pairs with one.
    """
    codes = _codes(_APART.join(texts) + _APART)
    apart = _signs(codes)
    slots = np.zeros((len(codes), 2), np.int64)
    slots[:, 0] = _mixed(codes * _ONE, QUICK_BITS)
    slots[:-1, 1] = _mixed((codes[:-1] * _TWO ^ codes[1:]) * _ONE, QUICK_BITS)
    slots[apart, :] = 0
    slots[:-1, 1][apart[1:]] = 0
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    return slots.ravel(), 2 * np.concatenate(([0], np.cumsum(lengths)))


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _signs(codes: Codes) -> npt.NDArray[np.bool_]:
    return np.isin(codes, _codes(_SIGNS))


def _grams(codes: Codes) -> Iterator[Codes]:
    """Yield letters, pairs and triples without a sign in them."""
    kept = ~_signs(codes)
    gram = codes
    yield (gram * _ONE)[kept]
    for reach in (1, 2):
        gram = gram[:-1] * _TWO ^ codes[reach:]
        kept = kept[:-1] & ~_signs(codes[reach:])
        yield (gram * _ONE)[kept]


def _mixed(gram: Codes, bits: int) -> Slots:
    """Return the upper bits after a stir, so that all of a code point counts."""
    stirred = gram ^ (gram >> np.uint32(15))
    return ((stirred * _THREE) >> np.uint32(32 - bits)).astype(np.int64)
