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

from pipeline.analyse.ngrams import slots

CHUNK = 256  # texts at a time: their n-grams stay in the processor's cache
_HALF = np.int64(32)

Floats = npt.NDArray[np.float64]


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

    @cached_property
    def _packed(self) -> npt.NDArray[np.int64]:
        # One gather and one sum for both columns: polarity in the lower half, neutrality in the upper.
        polarity, neutrality = self.weights.astype(np.int64).T
        packed: npt.NDArray[np.int64] = (neutrality << _HALF) + polarity
        return packed

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return p_neg, p_neu and p_pos for each normalised text."""
        if not texts:
            return np.zeros((0, 3))
        odds = [self._log_odds(texts[start : start + CHUNK]) for start in range(0, len(texts), CHUNK)]
        positive, neutral = 1.0 / (1.0 + np.exp(-np.concatenate(odds, axis=1)))
        return np.stack([(1 - neutral) * (1 - positive), neutral, (1 - neutral) * positive], axis=1)

    def _log_odds(self, texts: Sequence[str]) -> Floats:
        found, counts = slots(texts)
        starts = np.cumsum(counts) - counts  # no text is without n-grams: its edges count
        sums = np.add.reduceat(self._packed.take(found), starts)
        polarity = ((sums & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
        neutrality = (sums - polarity) >> _HALF
        length = np.sqrt(counts)
        return np.stack(
            [
                polarity / length * self.polarity.scale + self.polarity.bias,
                neutrality / length * self.neutrality.scale + self.neutrality.bias,
            ]
        )
