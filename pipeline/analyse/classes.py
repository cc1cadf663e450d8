"""Which class a resident's message belongs to: department, kind of message, domain; one pass answers all three.

Each question has a linear model over the hashed n-grams of ``ngrams``: a whole-number weight per slot and label. Sums
are exact: no answer depends on the batch it came in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse.ngrams import Gram, How, Table, grams, slots, sums
from pipeline.analyse.sentiment import of_residents
from pipeline.errors import Fault, Misconfigured
from pipeline.model import AnalysedPost, MatterFinding, Ranked, Reason
from pipeline.text.normal import normal

TASKS: Final = ("department", "msg_kind", "domain")
MODELS: Final = Path(__file__).with_name("models")
SHOWN: Final = 3  # labels that are told of each question
REASONS: Final = 8  # n-grams in an explanation
_TOLD: Final = 3  # of them for each question where all are told together

Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.int8]
Ranking = dict[str, tuple[Ranked, ...]]


class Model(msgspec.Struct, frozen=True):
    """One weight file and what its sums mean: sum / √n-grams × *scale* + *bias* is the log-odds against the last label.

    The last of *labels* has no column: its weights are 0, the others count from there. If it is *counted*, an n-gram
    that comes again weighs more.
    """

    task: str
    file: str
    version: str
    labels: tuple[str, ...]
    scale: float
    bias: tuple[float, ...]
    counted: bool


class Answers(NamedTuple):
    """What one question got: for each text the order of the labels, best first, and their probabilities."""

    labels: tuple[str, ...]
    probabilities: Floats


class Classes:
    """Every question with its model, ready to judge."""

    def __init__(self, models: Mapping[str, Model], weights: Mapping[str, Weights]) -> None:
        self.versions = tuple(model.version for model in models.values())
        self._models = models
        self._weights = weights
        self._tables = [Table(weights[task], _how(model)) for task, model in models.items()]

    @classmethod
    @cache
    def shipped(cls) -> Classes:
        """Return the models that come with the program. Raises Misconfigured."""
        return cls.read(MODELS)

    @classmethod
    def read(cls, folder: Path, tasks: Sequence[str] = TASKS) -> Classes:
        """Return the models whose cards lie in *folder*. Raises Misconfigured with every one that cannot be read."""
        models: dict[str, Model] = {}
        weights: dict[str, Weights] = {}
        faults: list[Fault] = []
        for task in tasks:
            try:
                models[task] = msgspec.json.decode((folder / f"{task}.json").read_bytes(), type=Model)
                weights[task] = np.load(folder / models[task].file, mmap_mode="r")
            except (OSError, ValueError) as error:
                file, zh = str(folder / f"{task}.json"), f"模型读不出来：{error}"
                faults.append(Fault(file, zh, f"the model cannot be read: {error}"))
        if faults:
            raise Misconfigured(faults)
        return cls(models, weights)

    def rank(self, texts: Sequence[str]) -> list[Ranking]:
        """Return for each normalised text and question the most probable labels, the best first."""
        columns = [_ranked(answer) for answer in self.answers(texts).values()]
        return [dict(zip(self._models, row, strict=True)) for row in zip(*columns, strict=True)]

    def answers(self, texts: Sequence[str]) -> dict[str, Answers]:
        """Return the probability of every label, one row for each normalised text."""
        found = sums(texts, self._tables)
        share = found.sums / np.sqrt(found.distinct)[:, None]
        answers: dict[str, Answers] = {}
        first = 0
        for task, model in self._models.items():
            odds = np.zeros((len(texts), len(model.labels)))
            columns = share[:, first : (first := first + len(model.labels) - 1)]
            np.add(columns * model.scale, model.bias, out=odds[:, :-1])
            answers[task] = Answers(model.labels, softmax(odds))
        return answers

    def explain(self, text: str, task: str) -> tuple[Reason, ...]:
        """Return the pieces of *text* that spoke most for (+) or against (-) the label it got, strongest first.

        A weight is by how much the log-odds of that label, against the mean of all labels, were moved.
        """
        folded = normal(text)
        answer = self.answers([folded])[task]
        weighed = _weighed(self._weights[task], int(answer.probabilities[0].argmax()), folded)
        unit = self._models[task].scale / math.sqrt(int(slots([folded]).counts[0]))
        return tuple(
            Reason(text[gram.start : gram.end], round(weight * unit, 4), gram.start, gram.end)
            for weight, gram in _strongest(weighed)
        )

    def filed(self, docs: Sequence[AnalysedPost], *, explain: bool = False) -> list[AnalysedPost]:
        """Return *docs* with the labels of what residents wrote to an office; other posts are as they were.

        The models learned from such messages alone. To *explain* adds the pieces of text that spoke for the labels.
        """
        docs = list(docs)
        asked = [place for place, doc in enumerate(docs) if _is_asked(doc)]
        ranked = self.rank([_normal(docs[place]) for place in asked])
        for place, answer in zip(asked, ranked, strict=True):
            docs[place] = self._filed(docs[place], answer, explain=explain)
        return docs

    def _filed(self, doc: AnalysedPost, answer: Ranking, *, explain: bool) -> AnalysedPost:
        found = doc.matter or MatterFinding()
        best = {task: labels[0].label for task, labels in answer.items()}
        why = (*found.why, *self.reasons(doc.body())) if explain else found.why
        filed = msgspec.structs.replace(
            found, **best, ranked={**found.ranked, **answer}, models=(*found.models, *self.versions), why=why
        )
        return msgspec.structs.replace(doc, matter=filed)

    def reasons(self, text: str) -> tuple[Reason, ...]:
        """Return the strongest pieces of *text* for every question, each once."""
        found = [reason for task in self._models for reason in self.explain(text, task)[:_TOLD]]
        return tuple({(reason.start, reason.end): reason for reason in found}.values())


def _is_asked(doc: AnalysedPost) -> bool:
    return of_residents(doc.post) and any(map(str.isalnum, _normal(doc)))


def _normal(doc: AnalysedPost) -> str:
    return doc.text.normal if doc.text else normal(doc.body())


def _how(model: Model) -> How:
    return How.COUNTED if model.counted else How.DISTINCT


def softmax(odds: Floats) -> Floats:
    """Return the probabilities that log-odds mean, row by row."""
    likely: Floats = np.exp(odds - odds.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    return likely


def _ranked(answers: Answers) -> list[tuple[Ranked, ...]]:
    order = np.argsort(-answers.probabilities, axis=1, kind="stable")[:, :SHOWN]
    chances = answers.probabilities[np.arange(len(order))[:, None], order].round(4)
    ranked = map(Ranked, map(answers.labels.__getitem__, order.ravel().tolist()), chances.ravel().tolist())
    return list(zip(*[ranked] * order.shape[1], strict=True))


def _weighed(weights: Weights, label: int, text: str) -> list[tuple[float, Gram]]:
    """Return the n-grams of *text*, each with its weight for *label* less the mean over all labels."""
    labels = weights.shape[1] + 1
    found = []
    for gram in grams(text):
        row = weights[gram.slot].astype(np.int64)
        own = int(row[label]) if label < len(row) else 0
        found.append((own - int(row.sum()) / labels, gram))
    return found


def _strongest(weighed: Sequence[tuple[float, Gram]]) -> list[tuple[float, Gram]]:
    """Return the heaviest, none inside another."""
    chosen: list[tuple[float, Gram]] = []
    for weight, gram in sorted(weighed, key=lambda pair: (-abs(pair[0]), pair[1])):
        if weight and all(gram.end <= other.start or other.end <= gram.start for _, other in chosen):
            chosen.append((weight, gram))
        if len(chosen) == REASONS:
            break
    return chosen
