"""Which class a resident's message belongs to: department, kind of message, domain; one look-up answers all three.

Each question has a linear model over the hashed n-grams of ``ngrams``: a whole-number weight per slot and label. The
columns of all models are packed side by side, so that one gather and one sum serve every label. Sums are exact: no
answer depends on the batch it came in.
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

from pipeline.analyse.ngrams import BITS, Gram, Grid, grams, grid
from pipeline.analyse.sentiment import CITIZEN, model_for
from pipeline.errors import Fault, Misconfigured
from pipeline.model import AnalysedPost, MatterFinding, Ranked, Reason
from pipeline.text.normal import normal

TASKS: Final = ("department", "msg_kind", "domain")
MODELS: Final = Path(__file__).with_name("models")
CHUNK: Final = 256  # texts at a time: their n-grams stay in the processor's cache
SHOWN: Final = 3  # labels that are told of each question
REASONS: Final = 8  # n-grams in an explanation
_TOLD: Final = 3  # of them for each question where all are told together
_WORTH: Final = np.array([0, 1, 2, 2, 3, 3, 3, 3, 4], np.uint64)  # what comes often counts more, but not as often
_LANES: Final = 8  # columns in one 64-bit word, a byte each
_BLOCK: Final = 64  # n-grams that are summed in 16 bits a lane: 64 × 255 × 4 fits
_ZERO: Final = 128  # the byte that stands for a weight of 0
_EVEN: Final = np.uint64(0x00FF00FF00FF00FF)
_BYTE: Final = np.uint64(8)
_NUMBER: Final = np.uint32(BITS)
_SLOT: Final = np.uint32((1 << BITS) - 1)

Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.int8]
Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.intp]
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


class Counted(NamedTuple):
    """The distinct slots of each text, what each is worth by how often it comes, and how many there are of each text."""

    slots: npt.NDArray[np.uint32]
    worth: Words
    counts: Places


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
        by_count = sorted(models, key=lambda task: not models[task].counted)
        groups = [[task for task in by_count if models[task].counted is counted] for counted in (True, False)]
        tables = [_packed([weights[task] for task in group]) for group in groups]
        self._table = np.concatenate(tables)
        self._counted = len(tables[0])  # words whose columns count an n-gram by its worth
        self._columns = _columns(groups, models)

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
        return [
            answer
            for start in range(0, len(texts), CHUNK)
            for answer in self.rank_grid(grid(texts[start : start + CHUNK]))
        ]

    def rank_grid(self, found: Grid) -> list[Ranking]:
        """Do the same for texts whose n-grams are known already."""
        answers = self.answers(found)
        columns = [_ranked(answers[task]) for task in self._models]
        return [dict(zip(self._models, row, strict=True)) for row in zip(*columns, strict=True)]

    def answers(self, found: Grid) -> dict[str, Answers]:
        """Return the probability of every label, one row for each text."""
        counted = count(found)
        sums = self._sums(counted) / np.sqrt(counted.counts)[:, None]
        return {
            task: Answers(
                model.labels, softmax(np.pad(sums[:, self._columns[task]] * model.scale + model.bias, ((0, 0), (0, 1))))
            )
            for task, model in self._models.items()
        }

    def explain(self, text: str, task: str) -> tuple[Reason, ...]:
        """Return the pieces of *text* that spoke most for (+) or against (-) the label it got, strongest first.

        A weight is by how much the log-odds of that label, against the mean of all labels, were moved.
        """
        folded = normal(text)
        found = grid([folded])
        answer = self.answers(found)[task]
        weighed = _weighed(self._weights[task], int(answer.probabilities[0].argmax()), folded)
        unit = self._models[task].scale / math.sqrt(int(count(found).counts[0]))
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

    def _sums(self, found: Counted) -> Floats:
        """Return the sum of every column for each text."""
        slots = found.slots.astype(np.intp)
        blocks, first = _blocks(found.counts)
        sums = np.empty((len(blocks), 2 * len(self._table)), np.uint64)
        # Word by word: rows of all words would be fresh memory of megabytes each time, and page faults cost more.
        odd, even = np.empty((2, len(slots)), np.uint64)
        for number, word in enumerate(self._table):
            word.take(slots, out=odd, mode="clip")
            np.bitwise_and(odd, _EVEN, out=even)
            np.right_shift(odd, _BYTE, out=odd)
            np.bitwise_and(odd, _EVEN, out=odd)
            for half, lanes in enumerate((even, odd)):
                if number < self._counted:
                    lanes *= found.worth
                sums[:, 2 * number + half] = np.add.reduceat(lanes, blocks)
        total = np.add.reduceat(sums.view(np.uint16), first, axis=0, dtype=np.int64).astype(np.float64)
        worth = np.add.reduceat(found.worth, blocks[first])
        total[:, : self._counted * _LANES] -= _ZERO * worth[:, None].astype(np.float64)
        total[:, self._counted * _LANES :] -= _ZERO * found.counts[:, None]
        return total


def _is_asked(doc: AnalysedPost) -> bool:
    return model_for(doc.post) == CITIZEN and any(letter.isalnum() for letter in _normal(doc))


def _normal(doc: AnalysedPost) -> str:
    return doc.text.normal if doc.text else normal(doc.body())


def count(found: Grid) -> Counted:
    """Return the distinct slots of each text of a batch."""
    numbers = np.arange(len(found.counts), dtype=np.uint32) << _NUMBER
    keys = (found.slots | np.repeat(numbers, found.counts)).ravel()
    keys.sort()
    first = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    places = np.flatnonzero(first)
    worth = _WORTH.take(np.diff(places, append=len(keys)), mode="clip")
    distinct = keys.take(places)
    bounds = np.append(np.searchsorted(distinct, numbers), len(distinct))
    return Counted(distinct & _SLOT, worth, np.diff(bounds))


def _blocks(counts: Places) -> tuple[Places, Places]:
    """Return where blocks of at most _BLOCK n-grams start, none across two texts, and the first block of each text."""
    many = -(-counts // _BLOCK)  # no text is without n-grams: its edges count
    first = np.cumsum(many) - many
    starts = np.cumsum(counts) - counts
    return np.repeat(starts - first * _BLOCK, many) + np.arange(many.sum()) * _BLOCK, first


def _columns(groups: Sequence[Sequence[str]], models: Mapping[str, Model]) -> dict[str, slice]:
    """Return which of the unpacked columns are whose."""
    columns = {}
    first = 0
    for group in groups:
        for task in group:
            columns[task] = slice(first, first + len(models[task].labels) - 1)
            first = columns[task].stop
        first = -(-first // _LANES) * _LANES
    return columns


def _packed(weights: Sequence[Weights]) -> Words:
    """Return rows of words, each with eight columns of *weights*: the first four in its even bytes, four in the odd."""
    columns = [column for weight in weights for column in weight.T]
    words = -(-len(columns) // _LANES)
    table = np.full((words, 1 << BITS), _ZERO * 0x0101010101010101, np.uint64)
    for number, column in enumerate(columns):
        word, lane = divmod(number, _LANES)
        byte = np.uint64(8 * (lane * 2 if lane < 4 else lane * 2 - 7))
        table[word] ^= ((column.astype(np.int64) + _ZERO) ^ _ZERO).astype(np.uint64) << byte
    return table


def softmax(odds: Floats) -> Floats:
    """Return the probabilities that log-odds mean, row by row."""
    likely: Floats = np.exp(odds - odds.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    return likely


def _ranked(answers: Answers) -> list[tuple[Ranked, ...]]:
    order = np.argsort(-answers.probabilities, axis=1, kind="stable")[:, :SHOWN]
    chances = np.take_along_axis(answers.probabilities, order, axis=1).round(4).tolist()
    labels = answers.labels
    return [
        tuple([Ranked(labels[place], chance) for place, chance in zip(places, row, strict=True)])
        for places, row in zip(order.tolist(), chances, strict=True)
    ]


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
