"""Hears whether the sentence around a word of danger is calm: a lesson, a joke, an old story, a worry.

A table of weights like that of ``peril``, trained with it on invented sentences alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from pipeline.analyse.peril import MODELS, Weights, slots
from pipeline.errors import Fault, Misconfigured

CARD: Final = "calm.json"


class Model(msgspec.Struct, frozen=True):
    """The weight file, below which sum a sentence is calm, and from which on it is anything but."""

    file: str
    version: str
    floor: int
    loud: int


class Calm:
    """Says of a sentence whether danger is only a word in it; whole-number sums, the same anywhere."""

    def __init__(self, weights: Weights, floor: int, loud: int) -> None:
        self._weights = weights.astype(np.int64)
        self._floor, self._loud = floor, loud

    @classmethod
    def read(cls, folder: Path = MODELS) -> Calm:
        """Return the model whose card lies in *folder*. Raises Misconfigured."""
        try:
            model = msgspec.json.decode((folder / CARD).read_bytes(), type=Model)
            return cls(np.load(folder / model.file), model.floor, model.loud)
        except (OSError, ValueError) as error:
            fault = Fault(str(folder / CARD), f"模型读不出来：{error}", f"the model cannot be read: {error}")
            raise Misconfigured([fault]) from error

    def hears(self, squeezed: str) -> bool:
        """Say whether nothing happens in *squeezed*, whatever words are in it."""
        return self._sum(squeezed) < self._floor

    def tells(self, squeezed: str) -> bool:
        """Say whether *squeezed* is more like danger than like calm."""
        return 2 * self._sum(squeezed) >= self._floor + self._loud

    def loud(self, squeezed: str) -> bool:
        """Say whether hardly anything but danger is told like *squeezed*."""
        return self._sum(squeezed) >= self._loud

    def _sum(self, squeezed: str) -> int:
        one, two = slots([squeezed])
        return int(self._weights.take(one).sum() + self._weights.take(two).sum())
