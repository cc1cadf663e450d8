"""A linear model over hashed n-grams: two sums per text, polarity and neutrality, turned into three probabilities.

Whether a text is neutral and, if it is not, which way it leans are two questions with two weight columns:
many labelled sets answer only the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse.ngrams import BITS, WIDTH, Grid, grid

CHUNK = 256  # texts at a time: their n-grams stay in the processor's cache
_HALF = np.int64(32)

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]


class Head(msgspec.Struct, frozen=True):
    """How a sum of whole-number weights becomes log-odds: sum / √n-grams × *scale* + *bias*."""

    scale: float
    bias: float


@dataclass(frozen=True)
class Linear:
    """Weights (slots × 2, polarity and neutrality, whole numbers) and what their sums mean.

    The sums are exact, so a text's probabilities do not depend on the batch it came in.
    """

    version: str
    weights: npt.NDArray[np.int16]
    polarity: Head
    neutrality: Head

    @classmethod
    def read(cls, file: Path, version: str, polarity: Head, neutrality: Head) -> Linear:
        return cls(version, np.load(file, mmap_mode="r"), polarity, neutrality)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return p_neg, p_neu and p_pos for each normalised text."""
        if not texts:
            return np.zeros((0, 3))
        chunks = [grid(texts[start : start + CHUNK]) for start in range(0, len(texts), CHUNK)]
        return np.concatenate([self._alone.probabilities(found) for found in chunks])

    @cached_property
    def _alone(self) -> Panel:
        return Panel([self])


class Panel:
    """Several models side by side, each asked about the texts that are for it."""

    def __init__(self, models: Sequence[Linear]) -> None:
        # One gather and one sum for both columns: polarity in the lower half, neutrality in the upper.
        columns = np.concatenate([model.weights.astype(np.int64) for model in models])
        self._table: Numbers = (columns[:, 1] << _HALF) + columns[:, 0]
        heads = [(m.polarity.scale, m.neutrality.scale, m.polarity.bias, m.neutrality.bias) for m in models]
        self._heads = np.array(heads).T

    def probabilities(self, found: Grid, asked: Places | None = None) -> Floats:
        """Return p_neg, p_neu and p_pos of each text by the model whose number is in *asked*, else by the first."""
        if asked is None:
            scales_and_biases = self._heads[:, :1]
        else:
            scales_and_biases = self._heads.take(asked, axis=1)
            found = Grid(found.slots + np.repeat((asked << BITS).astype(np.uint32), found.counts), found.counts)
        sums = found.sums(self._table)
        odds = np.empty((2, len(sums)))
        odds[0] = polarity = ((sums & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
        odds[1] = (sums - polarity) >> _HALF
        odds /= np.sqrt(found.counts * WIDTH)
        odds *= scales_and_biases[:2]
        odds += scales_and_biases[2:]
        positive, neutral = 1.0 / (1.0 + np.exp(-odds))
        return np.stack([(1 - neutral) * (1 - positive), neutral, (1 - neutral) * positive], axis=1)
