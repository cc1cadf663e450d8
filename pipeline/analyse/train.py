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

from pipeline.analyse import classfit, labelled, scoring
from pipeline.analyse.classfit import Columns, Context, together
from pipeline.analyse.drill import courteous, sentences
from pipeline.analyse.emotion import EmotionCard
from pipeline.analyse.fitting import Column, Manner, Matrix, calibrated, calibrated_at_once, fit, matrix, on_disk
from pipeline.analyse.labelled import FOLDS, Family, Labelled
from pipeline.analyse.linear import Head, verdicts
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
_NEGATIVE, _NEUTRAL, _POSITIVE = range(3)  # as in scoring.LABELS
_SOBER = Manner(strength=2.0, stretch=0.7)  # neutrality has fewer rows to learn from than polarity
_STRENGTH = 1.0  # how far posts may bend what tells the three classes apart
_WELL_READ = 2.0  # times as much counts the column that also learned from reviews: it knows more words
_WITHOUT_NEUTRAL = 0.2  # of a text's importance, where its set has no neutral ones: it leans, but so do all of them
_BITS = 20  # of a hash: with 18, n-grams that share a slot cost half a point of macro-F1

Progress = Callable[[str], None]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Recipe(NamedTuple):
    """How much a text of each family counts when a model learns its two questions.

    *polarity* counts where a text leans (with *praise_first* also where it does not); *neutrality* where a file has
    neutral texts, and less where it has none. What n-grams tell in sets of *company* is known before it is learned.
    """

    own: Family
    polarity: Mapping[Family, float]
    neutrality: Mapping[Family, float]
    company: frozenset[Family]
    praise_first: bool


RECIPES = {
    SOCIAL: Recipe(
        own=Family.MICROBLOG,
        polarity={Family.MICROBLOG: 3.0, Family.REVIEW: 1.0, Family.EMOTICON: 0.6, Family.DRILL: 1.0},
        neutrality={Family.MICROBLOG: 1.0},
        company=frozenset({Family.REVIEW, Family.EMOTICON, Family.OFFENCE}),
        praise_first=False,
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
        neutrality={Family.CITIZEN: 1.0, Family.COURTESY: 0.5, Family.DRILL: 0.15},
        company=frozenset(),
        praise_first=True,
    ),
}


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lies beside the weights: what they were trained on, how they were tested, what came out. No date."""

    task: str
    models: dict[str, ModelPart]
    split: str
    data: dict[str, dict[str, int]]
    scores: dict[str, float]


class _Pair(NamedTuple):
    """The columns of both questions."""

    polarity: Column
    neutrality: Column


class _Answer(NamedTuple):
    """The heads of a model, and the probabilities of every row by columns that had not seen it."""

    heads: tuple[Head, Head]
    probabilities: Floats


class _Table:
    """All rows and their n-grams; drills and messages with a courtesy added at the end."""

    def __init__(self, rows: Sequence[Labelled], recipe: Recipe) -> None:
        drills = [
            Labelled(text, text, polarity, _DRILLED, Family.DRILL) for text, polarity in dict(sentences()).items()
        ]
        self.rows = [*rows, *drills, *map(_with_courtesy, (row for row in rows if row.family is Family.CITIZEN))]
        self.matrix: Matrix = matrix([row.text for row in self.rows], distinct=True, bits=_BITS)
        self.fold = np.array([row.fold if row.family is not Family.DRILL else FOLDS for row in self.rows])
        self._recipe = recipe
        self._truth = np.array([scoring.LABELS.index(row.polarity) for row in self.rows])
        with_neutral = {row.file for row in self.rows if row.polarity is Polarity.NEU}
        self._knows_neutral = self._which(lambda row: row.file in with_neutral)

    def columns(self, learned: Flags) -> _Pair:
        """Return the columns of both questions, from the rows *learned*."""
        counts = self._counts(self._recipe.polarity) * learned
        neutral, positive = self._truth == _NEUTRAL, self._truth == _POSITIVE
        if self._recipe.praise_first:
            return _Pair(fit(self.matrix, positive, counts), self._of_what_is_no_praise(learned))
        polarity = fit(self.matrix, positive, np.where(neutral, 0.0, counts))
        return self._at_once(polarity, learned)

    def answer(self, progress: Progress) -> _Answer:
        """Judge each fold by columns of the others; calibrate on what they said."""
        scores = np.zeros((2, len(self.rows)))
        for number in range(FOLDS):
            progress(f"第 {number + 1} 份 / fold {number + 1}")
            mine = self.fold == number
            scores[:, mine] = [column.scores(self.matrix[mine]) for column in self.columns(~mine)]
        heads = self._calibrated(*scores)
        odds = [score * head.scale + head.bias for score, head in zip(scores, heads, strict=True)]
        return _Answer(heads, verdicts(*odds, praise_first=self._recipe.praise_first))

    def of(self, *families: Family) -> Flags:
        return self._which(lambda row: row.family in families)

    def from_file(self, file: str) -> Flags:
        return self._which(lambda row: row.file == file)

    def is_positive(self, rows: Flags) -> Flags:
        positive: Flags = self._truth[rows] == _POSITIVE
        return positive

    def _calibrated(self, polarity: Floats, neutrality: Floats) -> tuple[Head, Head]:
        own = self.of(self._recipe.own)
        if not self._recipe.praise_first:
            return calibrated_at_once(polarity[own], neutrality[own], self._truth[own])
        judged = own | self.of(Family.MICROBLOG)
        return (
            calibrated(polarity[judged], self._truth[judged] == _POSITIVE),
            calibrated(neutrality[own], self._truth[own] == _NEUTRAL),
        )

    def _of_what_is_no_praise(self, learned: Flags) -> Column:
        """Return the column of neutrality: two that are fitted differently, together."""
        neutral = self._truth == _NEUTRAL
        importance = self._counts(self._recipe.neutrality) * (
            learned & self._knows_neutral & (self._truth != _POSITIVE)
        )
        used = np.flatnonzero(importance > 0)
        one = fit(self.matrix, neutral, importance, _SOBER)
        other = classfit.fit(self.matrix[used], neutral[used].astype(np.intp), 2, importance=importance[used])
        return together([one, _column(other, 1)], self.matrix[used])

    def _at_once(self, polarity: Column, learned: Flags) -> _Pair:
        """Return both columns of what tells three classes apart, the first of them together with *polarity*."""
        importance = self._counts(self._recipe.neutrality) * learned
        importance[~self._knows_neutral] *= _WITHOUT_NEUTRAL
        used = np.flatnonzero(importance > 0)
        rows = self.matrix[used]
        three = classfit.fit(
            rows,
            self._truth[used],
            3,
            self._company(learned),
            importance=importance[used],
            evenly=True,
            strength=_STRENGTH,
        )
        negative, neutral, positive = (_column(three, label) for label in range(3))
        leaning = Column(positive.weights - negative.weights, positive.intercept - negative.intercept)
        middle = Column((positive.weights + negative.weights) / 2, (positive.intercept + negative.intercept) / 2)
        return _Pair(
            together([polarity, leaning], rows, (_WELL_READ, 1.0)),
            Column(neutral.weights - middle.weights, neutral.intercept - middle.intercept),
        )

    def _company(self, learned: Flags) -> Context | None:
        """Return what n-grams tell in sets of another question: a direction each, all together of length one."""
        negative = self._truth == _NEGATIVE
        directions = []
        for file in _files([row for row in self.rows if row.family in self._recipe.company]):
            mine = self.from_file(file) & learned
            if len(set(negative[mine].tolist())) == 2:
                weights = fit(self.matrix, negative, mine.astype(np.float64)).weights
                directions.append(weights / np.sqrt(np.square(self.matrix[mine] @ weights).mean()))
        return np.asarray(np.stack(directions, axis=1) / np.sqrt(len(directions)), np.float32) if directions else None

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
    for name, table, heads in cross.judged():
        parts[name] = _write(out, name, table.columns(np.ones(len(table.rows), bool)), heads)
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

    def judged(self) -> Iterator[tuple[str, _Table, tuple[Head, Head]]]:
        """Yield each model's name, its table, and the heads of its columns."""
        for name, recipe in RECIPES.items():
            self._progress(f"训练 {name} / training {name}")
            table = _Table(self._rows, recipe)
            heads, probabilities = table.answer(self._progress)
            self._unseen[name] = probabilities[: len(self._rows)]
            if name == SOCIAL:
                self._progress("未见领域 / unseen domains")
                self._domains = _other_domains(table, heads[0])
            yield name, table, heads

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


def _write(out: Path, name: str, columns: _Pair, heads: tuple[Head, Head]) -> ModelPart:
    (leans, leaning), (sober, sobriety) = map(on_disk, columns, heads)
    weights = np.stack([leans, sober], axis=1)
    file, recipe = f"sentiment-{name}.npy", RECIPES[name]
    np.save(out / file, weights)
    version = f"{name}-{sha256(weights.tobytes()).hexdigest()[:8]}"
    return ModelPart(file, version, leaning, sobriety, recipe.praise_first)


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


def _other_domains(table: _Table, head: Head) -> dict[str, float]:
    """Score each family of reviews by a column that saw none of that file: another domain than it learned."""
    scores = {}
    for file in sorted({row.file for row in table.rows if row.family is Family.REVIEW}):
        mine = table.from_file(file)
        odds = table.columns(~mine).polarity.scores(table.matrix[mine]) * head.scale + head.bias
        truth = table.is_positive(mine)
        scores[f"unseen.{file}.macro_f1"] = round(scoring.macro_f1(truth.tolist(), (odds > 0).tolist()), 4)
    return scores


def _column(columns: Columns, label: int) -> Column:
    return Column(columns.weights[:, label], float(columns.intercept[label]))


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
