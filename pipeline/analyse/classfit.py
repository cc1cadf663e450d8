"""Fit the columns of one question, one for each class; needs scikit-learn (``pip install yuqing[train]``).

Three linear models answer together, since an average of linear models is one: two support vector machines, which see
n-grams stretched by how unevenly the classes use them (Wang and Manning 2012, "Baselines and bigrams") and by how
rare they are, and naive Bayes, which is surer where a class has few texts. Where a ``Context`` is given, the machines
also see what the n-grams of a text keep company with in many unlabelled texts, or tell in texts that answer another
question; that too is linear and folds into the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from pipeline.analyse.classes import Weights, softmax
from pipeline.analyse.fitting import Column
from pipeline.analyse.ngrams import BITS, slots
from pipeline.text.normal import normal_batch

CHUNK = 256  # texts

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.intp]
Matrix = Any  # scipy ships no types; always a csr_matrix
Context = npt.NDArray[np.float32]  # slots × directions

_STRENGTH = 0.5  # how far the rows may bend a machine
_SMOOTHING = 0.1, 0.5  # of the shares that stretch, and of naive Bayes
_FEWEST = 2  # texts that an n-gram must be in
_KNOWN, _COMMON = 5, 0.5  # texts, and share of texts, between which an n-gram has company worth knowing
_DIRECTIONS = 150  # of the context
_TRUST = 1.4, 0.7  # in the context, of each machine
_LARGEST = 127
_CUT = 0.9999  # of the weights are stored as they are; the few larger ones as the largest


class Columns(NamedTuple):
    """Weights (slots × classes) and an intercept for each class."""

    weights: Floats
    intercept: Floats

    def scores(self, rows: Matrix) -> Floats:
        return np.asarray(rows @ self.weights + self.intercept)


Part = TypeVar("Part", Columns, Column)


class _Knowing(NamedTuple):
    """What a machine is told beside its rows: the company of n-grams and how far to trust it, what rows are worth."""

    company: Context | None
    trust: float
    importance: Floats | None
    strength: float


class Calibration(NamedTuple):
    """What makes log-odds of scores: the same scale for all classes, a bias for each."""

    scale: float
    bias: Floats

    def probabilities(self, scores: Floats) -> Floats:
        return softmax(scores * self.scale + self.bias)


def matrix(texts: Sequence[str], *, counted: bool) -> Matrix:
    """Return one row per text: what its n-grams are worth, divided by the root of how many it has."""
    from scipy.sparse import csr_matrix, vstack  # type: ignore[import-untyped] # it ships no types

    rows = []
    for start in range(0, len(texts), CHUNK):
        found = slots(normal_batch(texts[start : start + CHUNK]))
        worth = found.worth.astype(np.float64) if counted else np.ones(len(found.slots))
        values = worth / np.repeat(np.sqrt(found.counts), found.counts)
        bounds = np.concatenate(([0], np.cumsum(found.counts)))
        rows.append(csr_matrix((values, found.slots.astype(np.int32), bounds), shape=(len(found.counts), 1 << BITS)))
    return vstack(rows).tocsr()


def context(rows: Matrix) -> Context:
    """Return the directions in which the n-grams of *rows* go together, scaled to rows of length one on average."""
    from sklearn.utils.extmath import randomized_svd

    seen = np.bincount(rows.indices, minlength=rows.shape[1])
    known = (seen >= _KNOWN) & (seen < _COMMON * rows.shape[0])
    rarity = np.where(known, np.log(rows.shape[0] / np.maximum(seen, 1)), 0.0).astype(np.float32)
    stretched = rows.multiply(rarity[None, :]).tocsr().astype(np.float32)
    _, _, directions = randomized_svd(stretched, _DIRECTIONS, n_iter=2, random_state=0)
    found = (directions * rarity).T
    return np.asarray(found / np.sqrt(np.square(rows @ found).sum(axis=1).mean()), np.float32)


def fit(
    rows: Matrix,
    truth: Truth,
    classes: int,
    company: Context | None = None,
    *,
    importance: Floats | None = None,
    evenly: bool = False,
    strength: float = _STRENGTH,
) -> Columns:
    """Return the columns that tell the *classes* of *truth* apart. The same data give the same columns.

    Rows of more *importance* teach more; without it, all rows have the same. *evenly* lets all tell the same of how
    classes use n-grams. *strength* says how far the rows may bend the machines.
    """
    seen = np.bincount(rows.indices, minlength=rows.shape[1])
    kept = seen >= _FEWEST
    rarity = np.where(kept, np.log((1 + rows.shape[0]) / (1 + seen)) + 1, 0.0)
    said = rows if importance is None or evenly else rows.multiply(importance[:, None]).tocsr()
    bayes = _shares(said, truth, classes, _SMOOTHING[1]) * kept[:, None]
    uneven = _shares(said, truth, classes, _SMOOTHING[0]).std(axis=1) * kept
    stretches = uneven, np.sqrt(uneven * rarity)
    machines = [
        _machine(rows, truth, stretch / stretch[kept].mean(), _Knowing(company, trust, importance, strength))
        for stretch, trust in zip(stretches, _TRUST, strict=True)
    ]
    return together([*machines, Columns(bayes, np.zeros(classes))], rows)


def together(parts: Sequence[Part], rows: Matrix, worth: Sequence[float] = ()) -> Part:
    """Return the sum of *parts*, each divided by how far apart its scores of *rows* are, and times its *worth* (or 1)."""
    factors = [times / part.scores(rows).std() for part, times in zip(parts, worth or [1.0] * len(parts), strict=True)]
    return parts[0]._replace(
        weights=np.sum([part.weights * factor for part, factor in zip(parts, factors, strict=True)], axis=0),
        intercept=np.sum([part.intercept * factor for part, factor in zip(parts, factors, strict=True)], axis=0),
    )


def directions(columns: Columns, rows: Matrix) -> Context:
    """Return what *columns* of another question tell of n-grams, scaled to *rows* of length one on average."""
    found = columns.weights - columns.weights.mean(axis=1, keepdims=True)
    return np.asarray(found / np.sqrt(np.square(rows @ found).sum(axis=1).mean()), np.float32)


def calibrated(scores: Floats, truth: Truth) -> Calibration:
    """Return the scale and biases under which *scores* of held-out texts make *truth* most likely.

    Biases that get fewer of them right than none are left out: they would only favour the largest class.
    """
    biased, plain = _likeliest(scores, truth, biased=True), _likeliest(scores, truth, biased=False)
    right = [int((found.probabilities(scores).argmax(axis=1) == truth).sum()) for found in (biased, plain)]
    return biased if right[0] > right[1] else plain


def on_disk(columns: Columns, calibration: Calibration) -> tuple[Weights, float, tuple[float, ...]]:
    """Return the columns less the last as whole numbers, and the scale and biases that read their sums."""
    against = columns.weights[:, :-1] - columns.weights[:, -1:]
    unit = float(np.quantile(np.abs(against[against != 0]), _CUT)) / _LARGEST
    whole = np.clip(np.round(against / unit), -_LARGEST, _LARGEST).astype(np.int8)
    bias = (columns.intercept - columns.intercept[-1]) * calibration.scale + calibration.bias
    return whole, unit * calibration.scale, tuple(bias[:-1].tolist())


def _likeliest(scores: Floats, truth: Truth, *, biased: bool) -> Calibration:
    from scipy.optimize import minimize  # type: ignore[import-untyped] # it ships no types

    classes = scores.shape[1]
    own = np.eye(classes)[truth]
    start = np.concatenate(([1 / scores.std()], np.zeros(classes)))

    def surprise(given: Floats) -> tuple[float, Floats]:
        likely = softmax(scores * given[0] + given[1:])
        off = (likely - own) / len(truth)
        loss = -np.log(np.maximum(likely[own > 0], 1e-12)).mean()
        return float(loss), np.concatenate(([float((off * scores).sum())], off.sum(axis=0) * biased))

    found = minimize(surprise, start, jac=True, method="L-BFGS-B").x
    return Calibration(float(found[0]), np.asarray(found[1:] - found[-1]))


def _machine(rows: Matrix, truth: Truth, stretch: Floats, knowing: _Knowing) -> Columns:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.svm import LinearSVC

    company, trust, importance, strength = knowing
    kept = np.flatnonzero(stretch)
    stretched = rows[:, kept].multiply(stretch[kept][None, :]).tocsr()
    if company is not None:
        trust *= float(np.sqrt(stretched.multiply(stretched).sum(axis=1).mean()))
        stretched = hstack([stretched, csr_matrix(rows @ company * trust)]).tocsr()
    model = LinearSVC(C=strength, random_state=0, max_iter=2000)
    model.fit(stretched, truth, sample_weight=importance)
    found, intercept = model.coef_, model.intercept_
    if len(found) == 1:  # of two classes it tells the second only
        found, intercept = np.concatenate([-found, found]), np.concatenate([-intercept, intercept])
    weights = np.zeros((rows.shape[1], len(found)))
    weights[kept] = (found[:, : len(kept)] * stretch[kept]).T
    if company is not None:
        weights += company @ (found[:, len(kept) :].T * trust)
    return Columns(weights, intercept)


def _shares(rows: Matrix, truth: Truth, classes: int, smoothing: float) -> Floats:
    """Return how much more each class uses an n-gram than all do, as logarithms."""
    mass = np.stack([np.asarray(rows[truth == number].sum(axis=0)).ravel() for number in range(classes)], axis=1)
    sizes = mass.sum(axis=0)
    mass += smoothing * sizes / sizes.sum()
    shares = mass / mass.sum(axis=0)
    return np.asarray(np.log(shares / shares.mean(axis=1, keepdims=True)))
