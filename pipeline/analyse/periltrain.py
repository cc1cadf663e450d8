"""Train the danger models: ``python -m pipeline.analyse.periltrain POSTS...``; needs scikit-learn.

They learn from the invented sentences of ``cases/harm.jsonl`` that are not held back, and from public posts in which
hardly anybody is in danger. The same bytes every time.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse import harm, matter, verdict
from pipeline.analyse import tiers as sound
from pipeline.analyse.alike import told
from pipeline.analyse.cases import Case, cases, tones
from pipeline.analyse.cues import Lexicon, Reading
from pipeline.analyse.numbers import count
from pipeline.analyse.peril import BITS, CARD, MODELS, STRETCH, Model, Peril, heaviest, slots, window_sums
from pipeline.analyse.tiers import CLOSE_BITS, LONGEST, LOWER, QUICK_BITS, TIERS, close_slots, quick_slots
from pipeline.text.normal import normal_batch, squeeze_batch

POSTS = 6000  # of each file
FALSE_ALARMS = 0.02  # of posts without danger that the quick ear may pass on
_ROUNDS = 3  # in each the worst stretch of every post is learned from
_ORDINARY = 0.1  # weight of a post beside an invented sentence
_TONED = 0.5  # weight of an invented sentence in some tone
_STRENGTH = 0.5
_LARGEST = 30_000
_SEED = 3
_FOLDS = 8
_CLOSE_STRENGTH, _QUICK_STRENGTH, _FACTS_STRENGTH = 1.0, 1.0, 0.3
_ALIKE = 0.4  # of the pairs of letters of two sentences; they are then learned from or asked together
_UNSUSPECTED = 0.03  # of dangers that a quick look may miss
_UNHEARD = 0.075  # of dangers in these hard sentences that models which never saw them may miss
_PLACES = 4  # decimals of a weight of a fact

Floats = npt.NDArray[np.float64]
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


def train(files: Sequence[Path], out: Path) -> Model:
    """Write weights and card of the quick ear for danger into *out*."""
    body = [case for case in cases() if not case.held]
    ordinary = [letters for reading in _public(files, None) if (letters := _quiet(reading))]
    texts = _squeezed([case.text for case in body]) + ordinary
    truth = np.array([case.harm == "H3" for case in body] + [False] * len(ordinary))
    importance = np.where(np.arange(len(texts)) < len(body), 1.0, _ORDINARY)
    weights = np.zeros(1 << BITS)
    parts = [text[:STRETCH] for text in texts]
    for _ in range(_ROUNDS):
        weights = _fit(parts, truth, importance)
        parts = _worst(weights, texts)
    whole = np.round(weights / np.abs(weights).max() * _LARGEST).astype(np.int16)
    sums, starts = heaviest(whole.astype(np.int64), ordinary)
    highest = np.maximum.reduceat(sums, starts)
    np.save(out / "peril.npy", whole)
    model = Model("peril.npy", f"peril-{_digest(whole)}", int(np.quantile(highest, 1 - FALSE_ALARMS)))
    (out / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")
    return model


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
    version = f"tiers-{_digest(np.concatenate([close_weights.ravel(), quick_weights.ravel()]))}"
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
    groups = _groups(_squeezed(texts))
    for case, reading, group in zip(body, _read(texts, peril), groups, strict=True):
        yield from _rows(reading, case.harm, 1.0, group, counts=not case.listed)
    for case, reading, group in zip(body, _read(_toned(texts), peril), groups, strict=True):
        yield from _rows(reading, case.harm, _TONED, group, counts=False)


def _toned(texts: Sequence[str]) -> list[str]:
    chance = random.Random(_SEED)
    return [chance.choice(tones()).replace("{}", text.rstrip("。")) for text in texts]


def _ordinary(files: Sequence[Path], peril: Peril) -> Iterator[Row]:
    """Yield what stands around words of danger in public posts. Some few may be real ones: each counts little."""
    for number, reading in enumerate(_public(files, peril)):
        if harm.weighed(reading) or reading.peril:
            yield from _rows(reading, matter.without_danger(reading)[0], _ORDINARY, number, counts=True)


def _rows(reading: Reading, tier: str, weight: float, group: int, *, counts: bool) -> Iterator[Row]:
    found, matter_of = harm.weighed(reading), told(reading)
    if len(matter_of.letters) <= LONGEST:
        parts = [(matter_of, found)]
    else:
        around = [(told_there, within) for _, told_there, within in harm.windows(reading, found)]
        parts = around[:1] if tier == "H3" else around
    lower = matter.without_danger(reading, count(reading.normal))[1]
    for part, within in parts:
        facts = verdict.facts_of_danger(reading, within, part)
        asked = bool(found)
        yield Row(part.letters, tier, weight / len(parts), group, facts, lower, asked, counts)


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
    unit = float(f"{np.abs(weights).max() / _LARGEST:.6g}")
    return np.round(weights / unit).astype(np.int16), unit


def _digest(weights: npt.NDArray[np.int16]) -> str:
    return sha256(weights.tobytes()).hexdigest()[:8]


def _fit(parts: Sequence[str], truth: npt.NDArray[np.bool_], importance: Floats) -> Floats:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    one, two = slots(parts)
    lengths = [len(part) + 1 for part in parts]
    rows = np.repeat(np.arange(len(parts)), lengths)
    places = np.concatenate([one[: len(rows)], two[: len(rows)]]).astype(np.int32)
    table = csr_matrix((np.ones(len(places)), (np.tile(rows, 2), places)), shape=(len(parts), 1 << BITS))
    model = LogisticRegression(C=_STRENGTH, max_iter=300).fit(table, truth, sample_weight=importance)
    weights: Floats = model.coef_[0].copy()
    weights[0] = 0.0
    return weights


def _worst(weights: Floats, texts: Sequence[str]) -> list[str]:
    """Return the stretch of each text that weighs most."""
    sums, starts = window_sums(np.round(weights * _LARGEST).astype(np.int64), texts)
    ends = np.append(starts[1:], len(sums))
    places = [int(sums[start:end].argmax()) for start, end in zip(starts, ends, strict=True)]
    return [text[place : place + STRETCH] for text, place in zip(texts, places, strict=True)]


def _quiet(reading: Reading) -> str:
    """Return the letters of a post in which the word lists hear no danger."""
    standing = any(one.doubt is None for one in harm.weighed(reading))
    return "" if standing else reading.squeezed.replace("\n", "。")


def _public(files: Sequence[Path], peril: Peril | None) -> Iterator[Reading]:
    for file in sorted(files):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            posts = [json.loads(line).get("text") or "" for line in lines]
        some = random.Random(_SEED).sample(posts, min(POSTS, len(posts)))
        yield from _read([post for post in some if post], peril)


def _read(texts: Sequence[str], peril: Peril | None) -> Iterator[Reading]:
    lexicon = Lexicon.read()
    normals = normal_batch(texts)
    squeezed = squeeze_batch(normals)
    heard = peril.stretches([letters for letters, _ in squeezed]) if peril else [None] * len(texts)
    for normal, letters, stretch in zip(normals, squeezed, heard, strict=True):
        yield lexicon.read_text(normal, *letters, stretch)


def _squeezed(texts: Sequence[str]) -> list[str]:
    return [letters.replace("\n", "。") for letters, _ in squeeze_batch(normal_batch(texts))]


def _main(arguments: Sequence[str]) -> None:
    files = [Path(one) for one in arguments]
    sys.stdout.write(f"{train(files, MODELS)}\n")
    model, told = train_tiers([case for case in cases() if not case.held], files, MODELS)
    sys.stdout.write(f"{model.version} {told}\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
