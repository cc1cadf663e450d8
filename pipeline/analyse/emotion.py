"""Say which of six emotions a post on the net shows, for who asks: ``analyse.emotion = true``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse.ngrams import Table, sums
from pipeline.errors import Fault, Misconfigured

EMOTIONS: Final = ("angry", "fear", "happy", "neutral", "sad", "surprise")
FILE: Final = "sentiment-emotion.npy"
CARD: Final = "sentiment-emotion.json"

Floats = npt.NDArray[np.float64]


class EmotionCard(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the sums of each emotion mean (× *scale* + its bias), and what the model learned and scored."""

    version: str
    scales: tuple[float, ...]
    biases: tuple[float, ...]
    split: str
    data: dict[str, dict[str, int]]
    scores: dict[str, float]


class Emotions:
    """One weight column (slots × 6, whole numbers of one byte) for each emotion; the strongest is told."""

    def __init__(self, weights: npt.NDArray[np.int8], scales: Sequence[float], biases: Sequence[float]) -> None:
        self._weights = weights
        self._scales, self._biases = np.array(scales), np.array(biases)

    @classmethod
    def read(cls, folder: Path) -> Emotions:
        """Return the model whose card lies in *folder*. Raises Misconfigured."""
        try:
            card = msgspec.json.decode((folder / CARD).read_bytes(), type=EmotionCard)
            return cls(np.load(folder / FILE, mmap_mode="r"), card.scales, card.biases)
        except (OSError, ValueError, msgspec.ValidationError) as error:
            fault = Fault(
                str(folder / CARD), f"情绪模型读不出来：{error}", f"the emotion model cannot be read: {error}"
            )
            raise Misconfigured([fault]) from error

    def tell(self, texts: Sequence[str]) -> list[str]:
        """Return the emotion of each normalised text."""
        found = sums(texts, [Table(self._weights)], len(self._weights).bit_length() - 1)
        scores = found.sums / np.sqrt(found.lengths)[:, None] * self._scales + self._biases
        return [EMOTIONS[best] for best in scores.argmax(axis=1).tolist()]
