"""Learns how each tier sounds and what facts weigh beside it (``tiers``, ``verdict``); ``periltrain`` runs it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse import harm, matter, verdict
from pipeline.analyse import tiers as sound
from pipeline.analyse.alike import told
from pipeline.analyse.cases import Case, tones
from pipeline.analyse.cues import Reading
from pipeline.analyse.numbers import count
from pipeline.analyse.peril import Peril
from pipeline.analyse.tiers import CLOSE_BITS, LONGEST, LOWER, QUICK_BITS, TIERS, close_slots, quick_slots
from pipeline.analyse.trainingtexts import LARGEST, ORDINARY, SEED, Floats, digest, public, read, squeezed

_TONED = 0.5  # weight of an invented sentence in some tone
_FOLDS = 8
_CLOSE_STRENGTH, _QUICK_STRENGTH, _FACTS_STRENGTH = 1.0, 1.0, 0.3
_ALIKE = 0.4  # of the pairs of letters of two sentences; they are then learned from or asked together
_UNSUSPECTED = 0.03  # of dangers that a quick look may miss
_UNHEARD = 0.06  # of dangers in these hard sentences that models which never saw them may miss
_PLACES = 4  # decimals of a weight of a fact
_PARTS = 8  # of a public post at most

Ints = npt.NDArray[np.int64]


class Row(NamedTuple):
    """What is weighed at once: letters with the facts that hold of them, and the tier they ought to get."""

    letters: str
    tier: str
    weight: float
    group: int
    facts: frozenset[str]
    lower: frozenset[str]
    asked: bool  # by the close look: a word of danger or a stretch that sounds like it is there
    counts: bool  # whether facts may be learned from it


def train_tiers(body: Sequence[Case], files: Sequence[Path], out: Path) -> tuple[sound.Model, dict[str, float]]:
    """Write weights and card of how each tier sounds into *out*, and return how well unseen sentences were told.

    The ear for danger must lie in *out* already.
    """
    peril = Peril.read(out)
    rows = [*_told(body, peril), *_ordinary(files, peril)]
    tier = np.array([TIERS.index(row.tier) for row in rows])
    weight = np.array([row.weight for row in rows])
    group = np.array([row.group % _FOLDS for row in rows])
    close = _Table(_close_table(rows), tier, weight, _CLOSE_STRENGTH)
    quick = _Table(_quick_table(rows), tier, weight, _QUICK_STRENGTH)
    heard, quickly = close.unseen(group), quick.unseen(group)
    suspicion = np.array([sound.odds(one) for one in quickly.tolist()])
    invented = np.array([row.weight == 1.0 and row.counts for row in rows])
    ask = round(float(np.quantile(suspicion[invented & (tier == len(LOWER))], _UNSUSPECTED)), _PLACES)
    rows = [row._replace(asked=row.asked or bool(one >= ask)) for row, one in zip(rows, suspicion, strict=True)]
    danger, missed = _danger(rows, heard, quickly, tier, weight)
    lower, right = _lower(rows, quickly, tier, weight)
    close_weights, close_unit = _whole(close.weights())
    quick_weights, quick_unit = _whole(quick.weights())
    np.save(out / "tiers-close.npy", close_weights)
    np.save(out / "tiers-quick.npy", quick_weights)
    version = f"tiers-{digest(np.concatenate([close_weights.ravel(), quick_weights.ravel()]))}"
    model = sound.Model("tiers-close.npy", "tiers-quick.npy", version, close_unit, quick_unit, ask, danger, lower)
    (out / sound.CARD).write_bytes(msgspec.json.format(msgspec.json.encode(model, order="sorted"), indent=1) + b"\n")
    return model, {**missed, **right}


class _Table:
    """Rows of slots, what they ought to weigh most for, and a way to learn it."""

    def __init__(self, table: object, tier: Ints, weight: Floats, strength: float) -> None:
        self._table, self._tier, self._weight, self._strength = table, tier, weight, strength
        self._tiers = int(tier.max()) + 1

    def weights(self) -> Floats:
        return self._fit(np.flatnonzero(self._weight > 0))

    def unseen(self, group: Ints) -> Floats:
        """Return what each row weighs to weights that were learned from the other groups."""
        told = np.zeros((len(self._tier), self._tiers))
        for number in range(_FOLDS):
            asked = np.flatnonzero(group == number)
            weights = self._fit(np.flatnonzero((group != number) & (self._weight > 0)))
            told[asked] = self._table[asked] @ weights  # type: ignore[index] # scipy ships no types
        return told

    def _fit(self, rows: Ints) -> Floats:
        from sklearn.linear_model import LogisticRegression

        table = self._table[rows]  # type: ignore[index] # scipy ships no types
        model = LogisticRegression(C=self._strength, max_iter=400, fit_intercept=False)
        model.fit(table, self._tier[rows], sample_weight=self._weight[rows])
        weights: Floats = model.coef_.T.copy()
        return weights


def _danger(
    rows: Sequence[Row], heard: Floats, quickly: Floats, tier: Ints, weight: Floats
) -> tuple[dict[str, float], dict[str, float]]:
    """Return what facts weigh for danger, so that few dangers are missed, and how well that does."""
    kept = [at for at, row in enumerate(rows) if row.asked and row.counts]
    sounds = [verdict.sound_of_danger(heard[at].tolist(), quickly[at].tolist()) for at in kept]
    truth = tier[kept] == len(LOWER)
    names, table = _facts([rows[at].facts for at in kept], sounds)
    learned = _logistic(table, truth, weight[kept])
    told = _unseen_facts(table, truth, weight[kept], np.array([rows[at].group % _FOLDS for at in kept]))
    invented = weight[kept] == 1.0
    least = float(np.quantile(told[truth & invented], _UNHEARD))
    weights = {name: round(float(one), _PLACES) for name, one in zip(names, learned[:-1], strict=True)}
    weights[verdict.BIAS] = round(float(learned[-1]) - least, _PLACES)
    alarms = told >= least
    dangers = sum(row.tier == "H3" and row.weight == 1.0 and row.counts for row in rows)
    return weights, {
        "recall": float((alarms & truth & invented).sum() / dangers),
        "precision": float((alarms & truth & invented).sum() / (alarms & invented).sum()),
        "public": float((alarms & ~invented).sum()),
    }


def _lower(
    rows: Sequence[Row], quickly: Floats, tier: Ints, weight: Floats
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return what facts weigh for each tier below danger, and how many unseen sentences then get the right one."""
    kept = [at for at, row in enumerate(rows) if tier[at] < len(LOWER) and row.counts and row.weight == 1.0]
    sounds = [dict(zip(LOWER, quickly[at].tolist()[: len(LOWER)], strict=True)) for at in kept]
    names, table = _facts([rows[at].lower for at in kept], sounds)
    truth = tier[kept]
    learned = [_logistic(table, truth == number, weight[kept]) for number in range(len(LOWER))]
    group = np.array([rows[at].group % _FOLDS for at in kept])
    told = np.stack([_unseen_facts(table, truth == number, weight[kept], group) for number in range(len(LOWER))])
    weights = {
        name: {
            **{fact: round(float(one), _PLACES) for fact, one in zip(names, each[:-1], strict=True)},
            verdict.BIAS: round(float(each[-1]), _PLACES),
        }
        for name, each in zip(LOWER, learned, strict=True)
    }
    return weights, {"lower": float((told.argmax(0) == truth).mean())}


def _facts(facts: Sequence[frozenset[str]], sounds: Sequence[dict[str, float]]) -> tuple[list[str], Floats]:
    names = sorted({fact for one in facts for fact in one})
    place = {name: at for at, name in enumerate(names)}
    heard = [verdict.SOUND + name for name in sounds[0]]
    table = np.zeros((len(facts), len(names) + len(heard)))
    for row, (held, values) in enumerate(zip(facts, sounds, strict=True)):
        table[row, [place[fact] for fact in held]] = 1.0
        table[row, len(names) :] = list(values.values())
    return [*names, *heard], table


def _logistic(table: Floats, truth: npt.NDArray[np.bool_], weight: Floats) -> Floats:
    """Return the weight of each column and, last, of what always holds."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_FACTS_STRENGTH, max_iter=2000).fit(table, truth, sample_weight=weight)
    weights: Floats = np.append(model.coef_[0], model.intercept_[0])
    return weights


def _unseen_facts(table: Floats, truth: npt.NDArray[np.bool_], weight: Floats, group: Ints) -> Floats:
    told = np.zeros(len(truth))
    for number in range(_FOLDS):
        learned, asked = group != number, group == number
        weights = _logistic(table[learned], truth[learned], weight[learned])
        told[asked] = table[asked] @ weights[:-1] + weights[-1]
    return told


def _told(body: Sequence[Case], peril: Peril) -> Iterator[Row]:
    """Yield the invented sentences, plain and in some tone; of a long one what stands around each word of danger."""
    texts = [case.text for case in body]
    groups = _groups(squeezed(texts))
    for case, reading, group in zip(body, read(texts, peril), groups, strict=True):
        yield from _rows(reading, case.harm, 1.0, group, counts=not case.listed)
    for case, reading, group in zip(body, read(_toned(texts), peril), groups, strict=True):
        yield from _rows(reading, case.harm, _TONED, group, counts=False)


def _toned(texts: Sequence[str]) -> list[str]:
    chance = random.Random(SEED)
    return [chance.choice(tones()).replace("{}", text.rstrip("。")) for text in texts]


def _ordinary(files: Sequence[Path], peril: Peril) -> Iterator[Row]:
    """Yield what stands around words of danger in public posts. Some few may be real ones: each counts little."""
    for number, reading in enumerate(public(files, peril)):
        if harm.weighed(reading) or reading.peril:
            yield from _rows(reading, matter.without_danger(reading)[0], ORDINARY, number, counts=True)


def _rows(reading: Reading, tier: str, weight: float, group: int, *, counts: bool) -> Iterator[Row]:
    """Yield a short text as a whole; of a long one, and of any public post, what stands around words of danger."""
    found, matter_of = harm.weighed(reading), told(reading)
    lower = matter.without_danger(reading, count(reading.normal))[1]
    short = len(matter_of.letters) <= LONGEST
    if short:
        facts = verdict.facts_of_danger(reading, found, matter_of)
        yield Row(matter_of.letters, tier, weight, group, facts, lower, bool(found), counts)
    if short and weight > ORDINARY:
        return
    for _, part, within in islice(harm.windows(reading, found), 1 if tier == "H3" else _PARTS):
        facts = verdict.facts_of_danger(reading, within, part)
        yield Row(part.letters, tier, weight, group, facts, lower, True, counts and not short)


def _groups(texts: Sequence[str]) -> list[int]:
    """Return a number for each text that it shares with those that are nearly the same."""
    from sklearn.feature_extraction.text import CountVectorizer

    pairs = CountVectorizer(analyzer="char", ngram_range=(2, 2), binary=True).fit_transform(texts)
    sizes = np.asarray(pairs.sum(1)).ravel()
    shared = (pairs @ pairs.T).tocoo()
    close = shared.data >= _ALIKE * np.maximum(sizes[shared.row], sizes[shared.col])
    of = list(range(len(texts)))
    for one, other in zip(shared.row[close].tolist(), shared.col[close].tolist(), strict=True):
        first, second = sorted((_head(of, one), _head(of, other)))
        of[second] = first
    return [int(sha256(texts[_head(of, at)].encode()).hexdigest()[:8], 16) for at in range(len(texts))]


def _head(of: Sequence[int], at: int) -> int:
    while of[at] != at:
        at = of[at]
    return at


def _close_table(rows: Sequence[Row]) -> object:
    return _sparse([close_slots(row.letters) for row in rows], CLOSE_BITS)


def _quick_table(rows: Sequence[Row]) -> object:
    each = [quick_slots([row.letters])[0] for row in rows]
    return _sparse([one[one > 0] for one in each], QUICK_BITS)


def _sparse(each: Sequence[Ints], bits: int) -> object:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped] # it ships no types

    ends = np.cumsum([0, *map(len, each)])
    places = np.concatenate(each).astype(np.int32)
    return csr_matrix((np.ones(len(places)), places, ends), shape=(len(each), 1 << bits))


def _whole(weights: Floats) -> tuple[npt.NDArray[np.int16], float]:
    """Return *weights* as whole numbers, and what one of them stands for."""
    unit = float(f"{np.abs(weights).max() / LARGEST:.6g}")
    return np.round(weights / unit).astype(np.int16), unit
