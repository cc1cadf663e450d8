"""A linear model over hashed n-grams: two sums per text, polarity and neutrality, turned into three probabilities.

Whether a text is neutral and, if it is not, which way it leans are two questions with two weight columns:
many labelled sets answer only the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse.ngrams import How, Places, Summed, Table, sums

LARGEST = 10_000  # of a weight

Floats = npt.NDArray[np.float64]


class Head(msgspec.Struct, frozen=True):
    """How a sum of whole-number weights becomes log-odds: sum / √n-grams × *scale* + *bias*."""

    scale: float
    bias: float


@dataclass(frozen=True)
class Linear:
    """Weights (slots, a power of two, × 2: polarity and neutrality, whole numbers) and what their sums mean.

    The sums are exact, so a text's probabilities do not depend on the batch it came in. *distinct* counts a slot
    once in a text, which is slower and helps with long ones. *praise_first* says what the columns were asked: whether
    a text is praise and, if not, whether it is neutral; else whether it is neutral and, if not, whether it is praise.
    """

    version: str
    weights: npt.NDArray[np.int16]
    polarity: Head
    neutrality: Head
    distinct: bool = False
    praise_first: bool = False

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return p_neg, p_neu and p_pos for each normalised text."""
        found = self._read(texts)
        root = np.sqrt(self._lengths(found))
        odds = found.sums / root[:, None] * (self.polarity.scale, self.neutrality.scale)
        odds += (self.polarity.bias, self.neutrality.bias)
        positive, neutral = 1.0 / (1.0 + np.exp(-odds.T))
        return chained(positive, neutral, praise_first=self.praise_first)

    def grams_of(self, text: str) -> int:
        """Return how many n-grams *text* is judged by."""
        return int(self._lengths(self._read([text]))[0])

    @cached_property
    def bits(self) -> int:
        """How many bits of a hash choose the slot: as many as the weights have slots for."""
        return len(self.weights).bit_length() - 1

    def _read(self, texts: Sequence[str]) -> Summed:
        return sums(texts, [Table(self.weights, How.DISTINCT if self.distinct else How.EACH)], self.bits)

    def _lengths(self, found: Summed) -> Places:
        return found.distinct if self.distinct else found.lengths


def chained(positive: Floats, neutral: Floats, *, praise_first: bool) -> Floats:
    """Return p_neg, p_neu and p_pos from the two answers, the second of which holds if the first is no."""
    if praise_first:
        return np.stack([(1 - positive) * (1 - neutral), (1 - positive) * neutral, positive], axis=1)
    return np.stack([(1 - neutral) * (1 - positive), neutral, (1 - neutral) * positive], axis=1)
