"""A linear model over hashed n-grams: two sums per text, polarity and neutrality, turned into three probabilities.

Which way a text leans and whether it leans at all are two questions with two weight columns: many labelled sets
answer only the first. Each n-gram counts once in a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse.ngrams import How, Summed, Table, sums

LARGEST = 127  # of a weight

Floats = npt.NDArray[np.float64]


class Head(msgspec.Struct, frozen=True):
    """How a sum of whole-number weights becomes log-odds: sum / √n-grams × *scale* + *bias*."""

    scale: float
    bias: float


@dataclass(frozen=True)
class Linear:
    """Weights (slots, a power of two, × 2: polarity and neutrality, whole numbers) and what their sums mean.

    The sums are exact, so a text's probabilities do not depend on the batch it came in. *praise_first* says what the
    columns were asked: whether a text is praise and, if not, whether it is neutral; else both at once.
    """

    version: str
    weights: npt.NDArray[np.int8]
    polarity: Head
    neutrality: Head
    praise_first: bool = False

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return p_neg, p_neu and p_pos for each normalised text."""
        found = self._read(texts)
        odds = found.sums / np.sqrt(found.distinct)[:, None] * (self.polarity.scale, self.neutrality.scale)
        odds += (self.polarity.bias, self.neutrality.bias)
        return verdicts(odds[:, 0], odds[:, 1], praise_first=self.praise_first)

    def grams_of(self, text: str) -> int:
        """Return how many n-grams *text* is judged by."""
        return int(self._read([text]).distinct[0])

    @cached_property
    def bits(self) -> int:
        """How many bits of a hash choose the slot: as many as the weights have slots for."""
        return len(self.weights).bit_length() - 1

    def _read(self, texts: Sequence[str]) -> Summed:
        return sums(texts, [Table(self.weights, How.DISTINCT)], self.bits)


def verdicts(leaning: Floats, sobriety: Floats, *, praise_first: bool) -> Floats:
    """Return p_neg, p_neu and p_pos from the log-odds of both questions.

    With *praise_first* they are those of praise and, of what is none, those of neutral; else *leaning* is that of
    positive against negative, and *sobriety* that of neutral against the middle of these two.
    """
    if praise_first:
        positive, neutral = 1.0 / (1.0 + np.exp(-leaning)), 1.0 / (1.0 + np.exp(-sobriety))
        return np.stack([(1 - positive) * (1 - neutral), (1 - positive) * neutral, positive], axis=1)
    odds = np.stack([-leaning / 2, sobriety, leaning / 2], axis=1)
    likely: Floats = np.exp(odds - odds.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    return likely
