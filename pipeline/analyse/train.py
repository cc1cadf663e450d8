"""Train the shipped models from labelled files, the same bytes every time.

``python -m pipeline.analyse.train --evaluate FILES`` measures the models in the repository on the held-out part.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse import labelled, scoring
from pipeline.analyse.drill import sentences
from pipeline.analyse.fitting import Matrix, Weights, calibrated, fit, matrix, on_disk
from pipeline.analyse.labelled import CALIBRATED, TESTED, Family, Labelled
from pipeline.analyse.linear import Head, Linear
from pipeline.analyse.sentiment import CARD, CITIZEN, MODELS, SOCIAL, ModelPart
from pipeline.errors import Fault, Misconfigured
from pipeline.model import Polarity
from pipeline.text.normal import normal_batch

SPLIT = "sha256(id) mod 10: 0 tested and never trained on, 1 calibrated, 1 to 9 trained on"
_DRILLED = "drill"

Progress = Callable[[str], None]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Recipe(NamedTuple):
    """How much a text of each family counts when a model learns which way it leans, and whether it leans at all.

    A family of *others* tells the second question only by its positive texts: messages hold no praise to learn from.
    """

    leaning: Mapping[Family, float]
    neutrality: Mapping[Family, float]
    others: Mapping[Family, float]
    own: Family


_POLAR = {Family.MICROBLOG: 3.0, Family.REVIEW: 1.0, Family.EMOTICON: 0.6, Family.DRILL: 1.0}
RECIPES = {
    SOCIAL: Recipe(_POLAR, {Family.MICROBLOG: 1.0, Family.DRILL: 0.5}, {}, Family.MICROBLOG),
    CITIZEN: Recipe(
        _POLAR | {Family.CITIZEN: 0.5},
        {Family.CITIZEN: 1.0, Family.DRILL: 0.05},
        {Family.REVIEW: 0.01, Family.MICROBLOG: 0.02},
        Family.CITIZEN,
    ),
}


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lies beside the weights: what they were trained on, how they were tested, what came out. No date."""

    task: str
    models: dict[str, ModelPart]
    split: str
    data: dict[str, dict[str, int]]
    scores: dict[str, float]


class _Question(NamedTuple):
    """One thing a model learns: which rows count how much, what is true of them."""

    importance: Floats
    truth: Flags


class _Table:
    """All rows and their n-grams, drills at the end."""

    def __init__(self, rows: Sequence[Labelled]) -> None:
        drills = [
            Labelled(text, text, polarity, _DRILLED, Family.DRILL) for text, polarity in dict(sentences()).items()
        ]
        self.rows = [*rows, *drills]
        self.matrix: Matrix = matrix([row.text for row in self.rows])
        self.bucket = np.array([row.bucket if row.family is not Family.DRILL else -1 for row in self.rows])
        self._positive = self._which(lambda row: row.polarity is Polarity.POS)
        self._neutral = self._which(lambda row: row.polarity is Polarity.NEU)
        with_neutral = {row.file for row in self.rows if row.polarity is Polarity.NEU}
        self._knows_neutral = self._which(lambda row: row.file in with_neutral)

    def leaning(self, recipe: Recipe) -> _Question:
        """Ask which way a text leans; neutral ones cannot tell."""
        return _Question(np.where(self._neutral, 0.0, self._counts(recipe.leaning)), self._positive)

    def neutrality(self, recipe: Recipe) -> _Question:
        """Ask whether a text leans at all; a file without neutral rows tells nothing but by the recipe's *others*."""
        own, others = self._counts(recipe.neutrality), self._counts(recipe.others)
        return _Question(
            np.where(self._knows_neutral & (own > 0), own, np.where(self._positive, others, 0.0)), self._neutral
        )

    def of(self, family: Family) -> Flags:
        return self._which(lambda row: row.family is family)

    def from_file(self, file: str) -> Flags:
        return self._which(lambda row: row.file == file)

    def _counts(self, weights: Mapping[Family, float]) -> Floats:
        return np.array([weights.get(row.family, 0.0) for row in self.rows])

    def _which(self, holds: Callable[[Labelled], bool]) -> Flags:
        return np.array([holds(row) for row in self.rows], bool)


def train(task: str, data: Sequence[Path], out: Path, progress: Progress = lambda step: None) -> Card:
    """Train *task* on *data* and write weights and card into *out*. Raises Misconfigured.

    Which model a file feeds is told by its name (``labelled.Family``).
    """
    if task != "sentiment":
        raise Misconfigured([Fault(f"train {task}", "只能训练 sentiment", "only sentiment can be trained")])
    rows = labelled.read(data)
    _require(rows)
    progress(f"读入 {len(rows)} 条 / {len(rows)} rows")
    table = _Table(rows)
    out.mkdir(parents=True, exist_ok=True)
    parts = {}
    for name, recipe in RECIPES.items():
        progress(f"训练 {name} / training {name}")
        parts[name] = _write(out, name, _column(table, recipe, table.leaning), _column(table, recipe, table.neutrality))
    progress("测试 / testing")
    counts = {file: dict(Counter(row.polarity.value for row in rows if row.file == file)) for file in _files(rows)}
    card = Card(task, parts, SPLIT, counts, evaluate(out, parts, rows) | _unseen(table))
    (out / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card, order="sorted"), indent=1) + b"\n")
    return card


def evaluate(folder: Path, parts: Mapping[str, ModelPart], rows: Sequence[Labelled]) -> dict[str, float]:
    """Return the scores of the models in *folder* on the tested part of *rows*."""
    tested = [row for row in rows if row.bucket == TESTED]
    with_neutral = {row.file for row in tested if row.polarity is Polarity.NEU}
    models = {name: Linear.read(folder / p.file, p.version, p.polarity, p.neutrality) for name, p in parts.items()}
    scores: dict[str, float] = {}
    for name, model in models.items():
        scores |= _tone(name, model, [r for r in tested if r.family is RECIPES[name].own and r.file in with_neutral])
    groups = {file: [row for row in tested if row.file == file] for file in _files(tested)}
    groups["microblogs"] = [row for row in tested if row.family is Family.MICROBLOG]
    for what, group in groups.items():
        if {row.polarity for row in group} >= {Polarity.NEG, Polarity.POS}:
            scores |= _leaning(what, _judged(models[SOCIAL], group), group)
    return scores


def _column(table: _Table, recipe: Recipe, ask: Callable[[Recipe], _Question]) -> tuple[Weights, Head]:
    """Return the weights learned from all that is not tested; a first fit without CALIBRATED sets the scale."""
    importance, truth = ask(recipe)
    first = fit(table.matrix, truth, np.where(table.bucket <= CALIBRATED, _drilled_only(table, importance), importance))
    judged = (table.bucket == CALIBRATED) & (importance > 0) & (table.of(recipe.own) | table.of(Family.MICROBLOG))
    head = calibrated(first.scores(table.matrix[judged]), truth[judged])
    return on_disk(fit(table.matrix, truth, np.where(table.bucket == TESTED, 0.0, importance)), head)


def _drilled_only(table: _Table, importance: Floats) -> Floats:
    return np.where(table.of(Family.DRILL), importance, 0.0)


def _write(out: Path, name: str, leaning: tuple[Weights, Head], neutrality: tuple[Weights, Head]) -> ModelPart:
    weights = np.stack([leaning[0], neutrality[0]], axis=1)
    file = f"sentiment-{name}.npy"
    np.save(out / file, weights)
    return ModelPart(file, f"{name}-{sha256(weights.tobytes()).hexdigest()[:8]}", leaning[1], neutrality[1])


def _tone(name: str, model: Linear, rows: Sequence[Labelled]) -> dict[str, float]:
    """Score the three labels, where a file knows all that the model may say."""
    if not rows:
        return {}
    probabilities, truth = _judged(model, rows), [row.polarity for row in rows]
    told = [scoring.LABELS[best] for best in probabilities.argmax(axis=1)]
    return {
        f"{name}.tone.macro_f1": round(scoring.macro_f1(truth, told), 4),
        f"{name}.tone.ece": round(scoring.calibration_error(probabilities, truth), 4),
    }


def _leaning(what: str, probabilities: Floats, rows: Sequence[Labelled]) -> dict[str, float]:
    """Score negative against positive, leaving the neutral ones out."""
    polar = np.array([row.polarity is not Polarity.NEU for row in rows], bool)
    truth = [row.polarity for row in rows if row.polarity is not Polarity.NEU]
    told = np.where(probabilities[polar, 2] > probabilities[polar, 0], Polarity.POS, Polarity.NEG).tolist()
    return {f"leaning.{what}.macro_f1": round(scoring.macro_f1(truth, told), 4)} if truth else {}


def _unseen(table: _Table) -> dict[str, float]:
    """Score each family of reviews by a column that saw none of that file: another domain than it learned."""
    scores = {}
    for file in sorted({row.file for row in table.rows if row.family is Family.REVIEW}):
        importance, truth = table.leaning(RECIPES[SOCIAL])
        mine = table.from_file(file)
        found = fit(table.matrix, truth, np.where(mine | (table.bucket == TESTED), 0.0, importance))
        told = found.scores(table.matrix[mine]) > 0
        scores[f"unseen.{file}.macro_f1"] = round(scoring.macro_f1(truth[mine].tolist(), told.tolist()), 4)
    return scores


def _judged(model: Linear, rows: Sequence[Labelled]) -> Floats:
    return model.probabilities(normal_batch([row.text for row in rows]))


def _files(rows: Sequence[Labelled]) -> list[str]:
    return sorted({row.file for row in rows})


def _require(rows: Sequence[Labelled]) -> None:
    """Raise Misconfigured unless both models have something to learn from."""
    families = {row.family for row in rows}
    missing = [recipe.own.value for recipe in RECIPES.values() if recipe.own not in families]
    if missing:
        words = ", ".join(missing)
        raise Misconfigured([Fault("train sentiment", f"缺少这类数据：{words}", f"no data of this family: {words}")])


def _say(step: str) -> None:
    sys.stderr.write(step + "\n")


def _main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m pipeline.analyse.train", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=MODELS)
    parser.add_argument("--evaluate", action="store_true", help="measure what is there, train nothing")
    given = parser.parse_args(arguments)
    if given.evaluate:
        card = msgspec.json.decode((given.out / CARD).read_bytes(), type=Card)
        scores = evaluate(given.out, card.models, labelled.read(given.files))
    else:
        scores = train("sentiment", given.files, given.out, _say).scores
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(scores), indent=1).decode() + "\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
