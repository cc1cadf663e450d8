"""Scores of a classifier: macro-F1 and how far its probabilities are from what happens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.model import Polarity

LABELS = (Polarity.NEG, Polarity.NEU, Polarity.POS)
_BINS = 10

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def macro_f1(truth: Sequence[str], told: Sequence[str]) -> float:
    """Return the mean F1 over the labels that occur in *truth*."""
    labels = sorted(set(truth))
    return sum(_f1(truth, told, label) for label in labels) / len(labels)


def calibration_error(probabilities: Floats, truth: Sequence[str]) -> float:
    """Return the expected calibration error of the most probable label, in ten bins."""
    right = np.array(
        [LABELS[best] == true for best, true in zip(probabilities.argmax(axis=1), truth, strict=True)], bool
    )
    return reliability_error(probabilities.max(axis=1), right)


def reliability_error(probabilities: Floats, happened: Flags) -> float:
    """Return the expected calibration error of one probability, such as p_neg, in ten bins."""
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(probabilities[bins == number].mean() - happened[bins == number].mean()) * (bins == number).mean()
        for number in range(_BINS)
        if (bins == number).any()
    ]
    return float(sum(gaps))


def _f1(truth: Sequence[str], told: Sequence[str], label: str) -> float:
    both = sum(true == label == said for true, said in zip(truth, told, strict=True))
    return 2 * both / (sum(true == label for true in truth) + sum(said == label for said in told))
