"""Fit one weight column of a linear model; needs scikit-learn (``pip install yuqing[train]``)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.analyse.linear import LARGEST, Head, verdicts
from pipeline.analyse.ngrams import BITS, grid
from pipeline.text.normal import normal_batch

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Truth = npt.NDArray[np.intp]
Weights = npt.NDArray[np.int8]
Matrix = Any  # scipy ships no types; always a csr_matrix

_CHUNK = 2000
_STEPS = 60  # of the optimiser; more fit the noise of the labels
_SMOOTHING = 0.3
_CUT = 0.9999  # of the weights are stored as they are; the few larger ones as the largest
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


def calibrated_at_once(leaning: Floats, sobriety: Floats, truth: Truth) -> tuple[Head, Head]:
    """Return what makes *leaning* and *sobriety* log-odds of *truth* (0 negative, 1 neutral, 2 positive), both at once."""
    from scipy.optimize import minimize  # type: ignore[import-untyped] # it ships no types

    own = np.eye(3)[truth]

    def surprise(given: Floats) -> tuple[float, Floats]:
        likely = verdicts(leaning * given[0] + given[1], sobriety * given[2] + given[3], praise_first=False)
        loss = -np.log(np.maximum(likely[own > 0], 1e-12)).mean()
        leans = ((likely[:, 2] - own[:, 2]) - (likely[:, 0] - own[:, 0])) / 2
        rests = likely[:, 1] - own[:, 1]
        return float(loss), np.array([(leans * leaning).mean(), leans.mean(), (rests * sobriety).mean(), rests.mean()])

    found = minimize(surprise, (1 / leaning.std(), 0.0, 1 / sobriety.std(), 0.0), jac=True, method="L-BFGS-B").x
    return Head(float(found[0]), float(found[1])), Head(float(found[2]), float(found[3]))


def on_disk(column: Column, head: Head) -> tuple[Weights, Head]:
    """Return *column* as whole numbers and the head that reads its sums."""
    unit = float(np.quantile(np.abs(column.weights[column.weights != 0]), _CUT)) / LARGEST
    whole = np.clip(np.round(column.weights / unit), -LARGEST, LARGEST).astype(np.int8)
    return whole, Head(unit * head.scale, float(column.intercept * head.scale + head.bias))


def _unevenness(rows: Matrix, truth: Flags, importance: Floats) -> npt.NDArray[np.float32]:
    shares = []
    for side in (truth, ~truth):
        mass = np.asarray(rows[side].T @ importance[side]) + _SMOOTHING
        shares.append(mass / mass.sum())
    ratio = np.abs(np.log(shares[0] / shares[1]))
    seen = np.unique(rows.indices)
    return np.asarray(ratio / ratio[seen].mean(), np.float32)
