"""Train the shipped models from labelled files, the same bytes every time.

``python -m pipeline.analyse.train --evaluate FILES`` measures the models in the repository on other files.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse import labelled, scoring
from pipeline.analyse.drill import courteous, sentences
from pipeline.analyse.emotion import EmotionCard
from pipeline.analyse.fitting import USUAL, Column, Manner, Matrix, calibrated, fit, matrix, on_disk
from pipeline.analyse.labelled import FOLDS, Family, Labelled
from pipeline.analyse.linear import Head, chained
from pipeline.analyse.sentiment import CARD, CITIZEN, MODELS, SOCIAL, ModelPart
from pipeline.analyse.train_emotion import train_emotion
from pipeline.errors import Fault, Misconfigured
from pipeline.model import Polarity
from pipeline.text.normal import normal_batch

SPLIT = (
    f"sha256(id) mod {FOLDS}: every score is of texts that the model scored had not seen, trained on the other folds; "
    "the weights that ship are then trained on all"
)
_DRILLED = "drill"
_BITS = 19  # of a hash: with 18, n-grams that share a slot cost half a point of macro-F1

Progress = Callable[[str], None]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Recipe(NamedTuple):
    """How much a text of each family counts when a model learns its two questions.

    *polarity* counts where a text leans (with *praise_first* also where it does not); *neutrality* where a file has
    neutral texts, *leaning* in the same question where a file has none: all its texts lean.
    """

    own: Family
    polarity: Mapping[Family, float]
    neutrality: Mapping[Family, float]
    leaning: Mapping[Family, float]
    distinct: bool
    praise_first: bool
    sober: Manner
    """How neutrality is fitted: it has fewer rows to learn from than polarity."""


RECIPES = {
    SOCIAL: Recipe(
        own=Family.MICROBLOG,
        polarity={Family.MICROBLOG: 3.0, Family.REVIEW: 1.0, Family.EMOTICON: 0.6, Family.DRILL: 1.0},
        neutrality={Family.MICROBLOG: 1.0, Family.DRILL: 0.2},
        leaning={Family.MICROBLOG: 0.3, Family.REVIEW: 0.05},
        distinct=False,
        praise_first=False,
        sober=Manner(strength=2.0, stretch=0.5),
    ),
    CITIZEN: Recipe(
        own=Family.CITIZEN,
        polarity={
            Family.MICROBLOG: 2.0,
            Family.REVIEW: 1.0,
            Family.DRILL: 2.0,
            Family.CITIZEN: 1.0,
            Family.COURTESY: 1.0,
        },
        neutrality={Family.CITIZEN: 1.0, Family.COURTESY: 0.3, Family.DRILL: 0.05},
        leaning={},
        distinct=True,
        praise_first=True,
        sober=Manner(strength=2.0, stretch=0.7),
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
    """One thing a model learns: which rows count how much, what is true of them, which rows calibrate it, and how."""

    importance: Floats
    truth: Flags
    judged: Flags
    manner: Manner = USUAL


class _Answer(NamedTuple):
    """What was learned of a question: the head of its column, and the log-odds of every row by columns that had not seen it."""

    head: Head
    odds: Floats


class _Table:
    """All rows and their n-grams; drills and messages with a courtesy added at the end."""

    def __init__(self, rows: Sequence[Labelled], recipe: Recipe) -> None:
        drills = [
            Labelled(text, text, polarity, _DRILLED, Family.DRILL) for text, polarity in dict(sentences()).items()
        ]
        self.rows = [*rows, *drills, *map(_with_courtesy, (row for row in rows if row.family is Family.CITIZEN))]
        self.matrix: Matrix = matrix([row.text for row in self.rows], distinct=recipe.distinct, bits=_BITS)
        self.fold = np.array([row.fold if row.family is not Family.DRILL else FOLDS for row in self.rows])
        self._recipe = recipe
        self._positive = self._which(lambda row: row.polarity is Polarity.POS)
        self._neutral = self._which(lambda row: row.polarity is Polarity.NEU)
        with_neutral = {row.file for row in self.rows if row.polarity is Polarity.NEU}
        self._knows_neutral = self._which(lambda row: row.file in with_neutral)

    def polarity(self) -> _Question:
        """Ask which way a text leans; neutral ones cannot tell, unless praise is asked for first."""
        counts = self._counts(self._recipe.polarity)
        importance = counts if self._recipe.praise_first else np.where(self._neutral, 0.0, counts)
        judged = self.of(Family.MICROBLOG) | self.of(self._recipe.own)
        return _Question(importance, self._positive, judged & (importance > 0))

    def neutrality(self) -> _Question:
        """Ask whether a text leans at all; of what is not praise, if that was asked first."""
        knowing, leaning = self._counts(self._recipe.neutrality), self._counts(self._recipe.leaning)
        importance = np.where(self._knows_neutral, knowing, leaning)
        if self._recipe.praise_first:
            importance = np.where(self._positive, 0.0, importance)
        return _Question(importance, self._neutral, self.of(self._recipe.own) & (importance > 0), self._recipe.sober)

    def of(self, family: Family) -> Flags:
        return self._which(lambda row: row.family is family)

    def from_file(self, file: str) -> Flags:
        return self._which(lambda row: row.file == file)

    def answer(self, question: _Question, progress: Progress) -> _Answer:
        """Judge each fold by a column of the others; calibrate on what it said."""
        importance, truth, judged, manner = question
        scores = np.zeros(len(self.rows))
        for number in range(FOLDS):
            progress(f"第 {number + 1} 份 / fold {number + 1}")
            mine = self.fold == number
            column = fit(self.matrix, truth, np.where(mine, 0.0, importance), manner)
            scores[mine] = column.scores(self.matrix[mine])
        head = calibrated(scores[judged], truth[judged])
        return _Answer(head, scores * head.scale + head.bias)

    def column(self, question: _Question) -> Column:
        """Return the column that learned from all rows."""
        return fit(self.matrix, question.truth, question.importance, question.manner)

    def _counts(self, weights: Mapping[Family, float]) -> Floats:
        return np.array([weights.get(row.family, 0.0) for row in self.rows])

    def _which(self, holds: Callable[[Labelled], bool]) -> Flags:
        return np.array([holds(row) for row in self.rows], bool)


def train(task: str, data: Sequence[Path], out: Path, progress: Progress = lambda step: None) -> Card | EmotionCard:
    """Train *task*, ``sentiment`` or ``emotion``, on *data* and write weights and card into *out*. Raises Misconfigured."""
    match task:
        case "sentiment":
            return train_sentiment(data, out, progress)
        case "emotion":
            return train_emotion(data, out, progress)
    zh, en = "只能训练 sentiment、emotion", "only sentiment and emotion can be trained"
    raise Misconfigured([Fault(f"train {task}", zh, en)])


def train_sentiment(data: Sequence[Path], out: Path, progress: Progress = lambda step: None) -> Card:
    """Train both models of sentiment. Which one a file feeds is told by its name (``labelled.Family``)."""
    rows = labelled.read(data)
    _require(rows)
    progress(f"读入 {len(rows)} 条 / {len(rows)} rows")
    out.mkdir(parents=True, exist_ok=True)
    parts: dict[str, ModelPart] = {}
    cross = _Cross(rows, progress)
    for name, table, polarity, neutrality in cross.judged():
        columns = table.column(table.polarity()), table.column(table.neutrality())
        parts[name] = _write(out, name, columns, (polarity.head, neutrality.head))
    counts = {file: dict(Counter(row.polarity.value for row in rows if row.file == file)) for file in _files(rows)}
    card = Card("sentiment", parts, SPLIT, counts, cross.scores())
    (out / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card, order="sorted"), indent=1) + b"\n")
    return card


def held_out(data: Sequence[Path], progress: Progress = lambda step: None) -> dict[str, float]:
    """Return the scores of a card anew: of texts of *data* by weights that had not seen them. Takes minutes."""
    rows = labelled.read(data)
    _require(rows)
    cross = _Cross(rows, progress)
    for _ in cross.judged():
        pass
    return cross.scores()


class _Cross:
    """Judges every row by weights that had not seen it, one model after the other."""

    def __init__(self, rows: Sequence[Labelled], progress: Progress) -> None:
        self._rows, self._progress = rows, progress
        self._unseen: dict[str, Floats] = {}
        self._domains: dict[str, float] = {}

    def judged(self) -> Iterator[tuple[str, _Table, _Answer, _Answer]]:
        """Yield each model's name, its table, and both answers."""
        for name, recipe in RECIPES.items():
            self._progress(f"训练 {name} / training {name}")
            table = _Table(self._rows, recipe)
            polarity = table.answer(table.polarity(), self._progress)
            neutrality = table.answer(table.neutrality(), self._progress)
            positive, neutral = (1 / (1 + np.exp(-one.odds[: len(self._rows)])) for one in (polarity, neutrality))
            self._unseen[name] = chained(positive, neutral, praise_first=recipe.praise_first)
            if name == SOCIAL:
                self._progress("未见领域 / unseen domains")
                self._domains = _other_domains(table)
            yield name, table, polarity, neutrality

    def scores(self) -> dict[str, float]:
        return _scores(self._unseen, self._rows) | self._domains


def evaluate(folder: Path, parts: Mapping[str, ModelPart], rows: Sequence[Labelled]) -> dict[str, float]:
    """Return the scores of the models in *folder* on *rows*; rows that they were trained on flatter them."""
    texts = normal_batch([row.text for row in rows])
    return _scores({name: part.read(folder).probabilities(texts) for name, part in parts.items()}, rows)


def _scores(judged: Mapping[str, Floats], rows: Sequence[Labelled]) -> dict[str, float]:
    """Return how the probabilities of each model (one row for each of *rows*) did."""
    with_neutral = {row.file for row in rows if row.polarity is Polarity.NEU}
    scores: dict[str, float] = {}
    for name, probabilities in judged.items():
        own = [place for place, row in enumerate(rows) if row.family is RECIPES[name].own]
        known = [place for place in own if rows[place].file in with_neutral]
        scores |= _tone(f"{name}.tone", probabilities[known], [rows[place] for place in known])
        if len(known) < len(own):
            scores |= _tone(f"{name}.all", probabilities[own], [rows[place] for place in own])
    groups = {file: [place for place, row in enumerate(rows) if row.file == file] for file in _files(rows)}
    groups["microblogs"] = [place for place, row in enumerate(rows) if row.family is Family.MICROBLOG]
    for what, places in groups.items():
        group = [rows[place] for place in places]
        if {row.polarity for row in group} >= {Polarity.NEG, Polarity.POS}:
            scores |= _leaning(what, judged[SOCIAL][places], group)
    return scores


def _write(out: Path, name: str, columns: tuple[Column, Column], heads: tuple[Head, Head]) -> ModelPart:
    (leans, leaning), (sober, sobriety) = map(on_disk, columns, heads)
    weights = np.stack([leans, sober], axis=1)
    file, recipe = f"sentiment-{name}.npy", RECIPES[name]
    np.save(out / file, weights)
    version = f"{name}-{sha256(weights.tobytes()).hexdigest()[:8]}"
    return ModelPart(file, version, leaning, sobriety, recipe.distinct, recipe.praise_first)


def _tone(what: str, probabilities: Floats, rows: Sequence[Labelled]) -> dict[str, float]:
    """Score the three labels, and how far p_neg is from what happens."""
    if not rows:
        return {}
    truth = [row.polarity for row in rows]
    told = [scoring.LABELS[best] for best in probabilities.argmax(axis=1)]
    negative = np.array([polarity is Polarity.NEG for polarity in truth], bool)
    return {
        f"{what}.macro_f1": round(scoring.macro_f1(truth, told), 4),
        f"{what}.ece": round(scoring.calibration_error(probabilities, truth), 4),
        f"{what}.p_neg_ece": round(scoring.reliability_error(probabilities[:, 0], negative), 4),
    }


def _leaning(what: str, probabilities: Floats, rows: Sequence[Labelled]) -> dict[str, float]:
    """Score negative against positive, leaving the neutral ones out."""
    polar = np.array([row.polarity is not Polarity.NEU for row in rows], bool)
    truth = [row.polarity for row in rows if row.polarity is not Polarity.NEU]
    told = np.where(probabilities[polar, 2] > probabilities[polar, 0], Polarity.POS, Polarity.NEG).tolist()
    return {f"leaning.{what}.macro_f1": round(scoring.macro_f1(truth, told), 4)} if truth else {}


def _other_domains(table: _Table) -> dict[str, float]:
    """Score each family of reviews by a column that saw none of that file: another domain than it learned."""
    scores = {}
    importance, truth, _, manner = table.polarity()
    for file in sorted({row.file for row in table.rows if row.family is Family.REVIEW}):
        mine = table.from_file(file)
        column = fit(table.matrix, truth, np.where(mine, 0.0, importance), manner)
        told = column.scores(table.matrix[mine]) > 0
        scores[f"unseen.{file}.macro_f1"] = round(scoring.macro_f1(truth[mine].tolist(), told.tolist()), 4)
    return scores


def _with_courtesy(row: Labelled) -> Labelled:
    return msgspec.structs.replace(row, text=courteous(row.text, row.number), family=Family.COURTESY)


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
        scores = train_sentiment(given.files, given.out, _say).scores
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(scores), indent=1).decode() + "\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
