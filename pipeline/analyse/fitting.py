"""Fit one weight column of a linear model; needs scikit-learn (``pip install yuqing[train]``)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.analyse.linear import LARGEST, Head
from pipeline.analyse.ngrams import BITS, grid
from pipeline.text.normal import normal_batch

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.int16]
Matrix = Any  # scipy ships no types; always a csr_matrix

_CHUNK = 2000
_STEPS = 60  # of the optimiser; more fit the noise of the labels
_SMOOTHING = 0.3
_FEWEST = 2  # texts that a slot is seen in, to be learned


class Manner(NamedTuple):
    """How a column is fitted: *strength*, how much the rows may bend it; *stretch*, how far unevenness counts (0 not at all)."""

    strength: float = 0.6
    stretch: float = 1.0


USUAL = Manner()


class Column(NamedTuple):
    """Weights of one question, and its intercept."""

    weights: Floats
    intercept: float

    def scores(self, matrix: Matrix) -> Floats:
        return np.asarray(matrix @ self.weights + self.intercept)


def matrix(texts: Sequence[str], *, distinct: bool, bits: int = BITS) -> Matrix:
    """Return one row of n-gram slots per text, of length one if no slot comes twice; *distinct* takes each once."""
    from scipy.sparse import csr_matrix, vstack  # type: ignore[import-untyped] # it ships no types

    rows = []
    for start in range(0, len(texts), _CHUNK):
        found = grid(normal_batch(texts[start : start + _CHUNK]), bits)
        lengths, columns = found.lengths, found.slots.T.ravel()
        if distinct:
            columns, lengths, _ = found.distinct(bits)
        values = np.repeat(1 / np.sqrt(lengths), lengths).astype(np.float32)
        bounds = np.concatenate(([0], np.cumsum(lengths)))
        row = csr_matrix((values, columns.astype(np.int32), bounds), shape=(len(lengths), 1 << bits))
        row.sum_duplicates()
        rows.append(row)
    return vstack(rows).tocsr()


def fit(rows: Matrix, truth: Flags, importance: Floats, manner: Manner = USUAL) -> Column:
    """Return the column that tells *truth* from its opposite, by logistic regression.

    Columns are first stretched by how unevenly they fall on both sides (Wang and Manning 2012, "Baselines
    and bigrams"): two points better than without on microblogs.
    """
    from sklearn.linear_model import LogisticRegression

    used = importance > 0
    rows, truth, importance = rows[used], truth[used], importance[used]
    kept = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]) >= _FEWEST)
    weights = np.zeros(rows.shape[1])
    rows = rows[:, kept]
    stretch = _unevenness(rows, truth, importance) ** manner.stretch
    rows.data *= stretch[rows.indices]
    model = LogisticRegression(C=manner.strength, max_iter=_STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it stops early is wanted
        model.fit(rows, truth, sample_weight=importance)
    weights[kept] = model.coef_[0] * stretch
    return Column(weights, float(model.intercept_[0]))


def calibrated(scores: Floats, truth: Flags) -> Head:
    """Return the scale and bias that turn *scores* into log-odds of *truth* (Platt); too few tell nothing."""
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(truth)) < 2:
        return Head(1.0, 0.0)
    model = LogisticRegression(C=1e6).fit(scores[:, None], truth)
    return Head(float(model.coef_[0][0]), float(model.intercept_[0]))


def on_disk(column: Column, head: Head) -> tuple[Weights, Head]:
    """Return *column* as whole numbers and the head that reads its sums."""
    unit = float(np.abs(column.weights).max()) / LARGEST
    whole = np.round(column.weights / unit).astype(np.int16)
    return whole, Head(unit * head.scale, column.intercept * head.scale + head.bias)


def _unevenness(rows: Matrix, truth: Flags, importance: Floats) -> npt.NDArray[np.float32]:
    shares = []
    for side in (truth, ~truth):
        mass = np.asarray(rows[side].T @ importance[side]) + _SMOOTHING
        shares.append(mass / mass.sum())
    ratio = np.abs(np.log(shares[0] / shares[1]))
    seen = np.unique(rows.indices)
    return np.asarray(ratio / ratio[seen].mean(), np.float32)
