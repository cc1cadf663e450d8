"""Train the models of the matter from texts that somebody filed: department, kind of message, domain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse import scoring
from pipeline.analyse.classdata import FOLDS, Filed, helpful, read, texts
from pipeline.analyse.classes import Model, Weights
from pipeline.analyse.classfit import (
    Columns,
    Context,
    Floats,
    Matrix,
    Truth,
    calibrated,
    context,
    directions,
    fit,
    matrix,
    on_disk,
)

SPLIT: Final = (
    f"{FOLDS} folds by sha256 of the text; each is scored by weights and a calibration that saw none of it; "
    "the shipped weights are fitted on all of them; a context (domain) knows the words of all texts, never their labels, "
    "and what other sets were filed under"
)
COUNTED: Final = frozenset({"department", "domain"})
"""Questions of which an n-gram that comes again tells more; the kind of a message shows in a word said once."""

IN_CONTEXT: Final = frozenset({"domain"})
"""Questions with many classes of few texts: what goes with what is also learned from texts that nobody filed so."""

Progress = Callable[[str], None]


class Card(Model, frozen=True, kw_only=True):
    """What lies beside the weights: what they were trained on, how they were tested, what came out. No date."""

    split: str
    data: dict[str, int]
    scores: dict[str, float]
    f1: dict[str, float]


class _Matter(NamedTuple):
    """Texts, what each was filed under, and the context if there is one."""

    rows: Matrix
    truth: Truth
    company: Context | None

    @property
    def classes(self) -> int:
        return int(self.truth.max()) + 1

    def part(self, chosen: npt.NDArray[np.bool_]) -> _Matter:
        return _Matter(self.rows[np.flatnonzero(chosen)], self.truth[chosen], self.company)

    def fitted(self) -> Columns:
        return fit(self.rows, self.truth, self.classes, self.company)


class _Held(msgspec.Struct, frozen=True):
    """Scores of texts by columns that saw none of them, and their probabilities by calibrations that saw none."""

    scores: Floats
    probabilities: Floats


def train(task: str, data: Sequence[Path], out: Path, progress: Progress = lambda step: None) -> Card:
    """Train *task* on *data* and write weights and card into *out*. Raises Misconfigured."""
    rows = read(task, data)
    progress(f"读入 {len(rows)} 条 / {len(rows)} rows")
    labels, truth = _labels(rows)
    matter = _Matter(matrix([row.text for row in rows], counted=task in COUNTED), truth, _company(task, data, progress))
    held = _held_out(rows, matter, progress)
    progress(f"训练 {task} / training {task}")
    weights, scale, bias = on_disk(matter.fitted(), calibrated(held.scores, truth))
    out.mkdir(parents=True, exist_ok=True)
    card = Card(
        task,
        f"{task}.npy",
        _version(task, weights, labels, scale, bias),
        labels,
        scale,
        bias,
        task in COUNTED,
        split=SPLIT,
        data=dict(Counter(row.label for row in rows)),
        scores=_scores(held.probabilities, truth),
        f1=_by_class(held.probabilities, truth, labels),
    )
    np.save(out / card.file, weights)
    (out / f"{task}.json").write_bytes(msgspec.json.format(msgspec.json.encode(card, order="sorted"), indent=1) + b"\n")
    return card


def evaluate(task: str, data: Sequence[Path], progress: Progress = lambda step: None) -> dict[str, float]:
    """Return how well *task* is told of texts that the weights did not see: every part of *data* in its turn."""
    rows = read(task, data)
    _, truth = _labels(rows)
    matter = _Matter(matrix([row.text for row in rows], counted=task in COUNTED), truth, _company(task, data, progress))
    return _scores(_held_out(rows, matter, progress).probabilities, truth)


def _company(task: str, data: Sequence[Path], progress: Progress) -> Context | None:
    if task not in IN_CONTEXT:
        return None
    progress("上下文 / context")
    rows = matrix(texts(data), counted=task in COUNTED)
    return np.hstack([context(rows), *(_told_by(other, task, rows) for other in helpful(task, data))])


def _told_by(other: Sequence[Filed], task: str, rows: Matrix) -> Context:
    """Return what n-grams tell in *other*, texts that were filed under something else."""
    labels, truth = _labels(other)
    return directions(fit(matrix([row.text for row in other], counted=task in COUNTED), truth, len(labels)), rows)


def _labels(rows: Sequence[Filed]) -> tuple[tuple[str, ...], Truth]:
    """Return the labels, the most frequent first, and which of them each row has."""
    counts = Counter(row.label for row in rows)
    labels = tuple(sorted(counts, key=lambda label: (-counts[label], label)))
    numbers = {label: number for number, label in enumerate(labels)}
    return labels, np.array([numbers[row.label] for row in rows])


def _held_out(rows: Sequence[Filed], matter: _Matter, progress: Progress) -> _Held:
    folds = np.array([row.fold for row in rows])
    truth = matter.truth
    scores = np.zeros((len(rows), matter.classes))
    for fold in range(FOLDS):
        progress(f"检验 {fold + 1}/{FOLDS} / testing part {fold + 1} of {FOLDS}")
        tested = folds == fold
        scores[tested] = matter.part(~tested).fitted().scores(matter.part(tested).rows)
    probabilities = np.zeros_like(scores)
    for fold in range(FOLDS):
        tested = folds == fold
        probabilities[tested] = calibrated(scores[~tested], truth[~tested]).probabilities(scores[tested])
    return _Held(scores, probabilities)


def _scores(probabilities: Floats, truth: Truth) -> dict[str, float]:
    order = np.argsort(-probabilities, axis=1)
    told = order[:, 0]
    scores = {
        "macro_f1": scoring.macro_f1(truth.tolist(), told.tolist()),
        "accuracy": float((told == truth).mean()),
        "first_two": float((order[:, :2] == truth[:, None]).any(axis=1).mean()),
        "ece": _calibration_error(probabilities.max(axis=1), told == truth),
    }
    return {name: round(score, 4) for name, score in scores.items()}


def _by_class(probabilities: Floats, truth: Truth, labels: Sequence[str]) -> dict[str, float]:
    told = probabilities.argmax(axis=1)
    hits = {n: 2 * int(((told == n) & (truth == n)).sum()) for n in range(len(labels))}
    return {
        label: round(hits[n] / max(1, int((told == n).sum() + (truth == n).sum())), 4) for n, label in enumerate(labels)
    }


def _calibration_error(surest: Floats, right: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Return by how much the probability of the label told is off, on average over *bins* of probability."""
    bin_ = np.minimum((surest * bins).astype(int), bins - 1)
    gaps = [abs(surest[bin_ == n].mean() - right[bin_ == n].mean()) * (bin_ == n).mean() for n in set(bin_.tolist())]
    return float(sum(gaps))


def _version(task: str, weights: Weights, *rest: object) -> str:
    seen = sha256(weights.tobytes() + repr(rest).encode())
    return f"{task}-{seen.hexdigest()[:8]}"
