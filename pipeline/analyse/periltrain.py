"""Train both danger models: ``python -m pipeline.analyse.periltrain POSTS...``; needs scikit-learn.

Both learn from the invented sentences of ``cases/harm.jsonl`` that are not held back; ``peril`` also from posts in
which the word lists hear no danger. The same bytes every time.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse import calm, matter
from pipeline.analyse.cases import Case, cases
from pipeline.analyse.cues import Lexicon
from pipeline.analyse.peril import BITS, CARD, MODELS, STRETCH, Model, slots, window_sums
from pipeline.text.normal import normal_batch, squeeze_batch

POSTS = 6000  # of each file
_ROUNDS = 3  # in each the worst stretch of every post is learned from
_ORDINARY = 0.25  # weight of a post beside an invented sentence
_STRENGTH = 0.5
_LARGEST = 30_000
_SEED = 3
_CALM_STRENGTH = 2.0
_FOLDS = 10
_UNHEARD = 0.015  # of sentences of danger that may sound calm to a model that never saw them
_LOUD = 0.99  # of sentences without danger are not so loud to it
_A_CRY = 10  # letters; shorter ones are never called calm
FALSE_ALARMS = 0.002  # of posts without danger

Floats = npt.NDArray[np.float64]


def train(files: Sequence[Path], out: Path) -> Model:
    """Write weights and card into *out*."""
    told = [case for case in cases() if not case.held]
    ordinary = _ordinary(files)
    texts = _squeezed([case.text for case in told]) + ordinary
    truth = np.array([case.harm == "H3" for case in told] + [False] * len(ordinary))
    importance = np.where(np.arange(len(texts)) < len(told), 1.0, _ORDINARY)
    weights = np.zeros(1 << BITS)
    parts = [text[:STRETCH] for text in texts]
    for _ in range(_ROUNDS):
        weights = _fit(parts, truth, importance)
        parts = _worst(weights, texts)
    whole = np.round(weights / np.abs(weights).max() * _LARGEST).astype(np.int16)
    sums, starts = window_sums(whole.astype(np.int64), ordinary)
    highest = np.maximum.reduceat(sums, starts)
    np.save(out / "peril.npy", whole)
    version = f"peril-{sha256(whole.tobytes()).hexdigest()[:8]}"
    model = Model("peril.npy", version, int(np.quantile(highest, 1 - FALSE_ALARMS)))
    (out / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")
    return model


def train_calm(told: Sequence[Case], out: Path) -> calm.Model:
    """Write weights and card of the model of calm sentences into *out*."""
    texts = _squeezed([case.text for case in told])
    truth = np.array([case.harm == "H3" for case in told])
    weights = _fit_calm(texts, truth)
    scale = _LARGEST / np.abs(weights).max()
    whole = np.round(weights * scale).astype(np.int16)
    np.save(out / "calm.npy", whole)
    weighed = _unseen(texts, truth) * scale
    told_at_length = truth & np.array([len(text) >= _A_CRY for text in texts])
    floor = int(np.quantile(weighed[told_at_length], _UNHEARD))
    loud = int(np.quantile(weighed[~truth], _LOUD))
    model = calm.Model("calm.npy", f"calm-{sha256(whole.tobytes()).hexdigest()[:8]}", floor, loud)
    (out / calm.CARD).write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")
    return model


def _fit_calm(texts: Sequence[str], truth: npt.NDArray[np.bool_]) -> Floats:
    return _fit(texts, truth, np.ones(len(texts)), _CALM_STRENGTH)


def _unseen(texts: Sequence[str], truth: npt.NDArray[np.bool_]) -> Floats:
    """Return what each text weighs to a model that learned from the other folds."""
    fold = np.array([int(sha256(text.encode()).hexdigest()[:8], 16) % _FOLDS for text in texts])
    weighed = np.zeros(len(texts))
    for number in range(_FOLDS):
        learned, asked = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        weights = _fit_calm([texts[row] for row in learned.tolist()], truth[learned])
        for row in asked.tolist():
            one, two = slots([texts[row]])
            weighed[row] = weights[one].sum() + weights[two].sum()
    return weighed


def _fit(parts: Sequence[str], truth: npt.NDArray[np.bool_], importance: Floats, strength: float = _STRENGTH) -> Floats:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped] # it ships no types
    from sklearn.linear_model import LogisticRegression

    one, two = slots(parts)
    lengths = [len(part) + 1 for part in parts]
    rows = np.repeat(np.arange(len(parts)), lengths)
    places = np.concatenate([one[: len(rows)], two[: len(rows)]]).astype(np.int32)
    table = csr_matrix((np.ones(len(places)), (np.tile(rows, 2), places)), shape=(len(parts), 1 << BITS))
    model = LogisticRegression(C=strength, max_iter=300).fit(table, truth, sample_weight=importance)
    weights: Floats = model.coef_[0].copy()
    weights[0] = 0.0
    return weights


def _worst(weights: Floats, texts: Sequence[str]) -> list[str]:
    """Return the stretch of each text that weighs most."""
    sums, starts = window_sums(np.round(weights * _LARGEST).astype(np.int64), texts)
    ends = np.append(starts[1:], len(sums))
    places = [int(sums[start:end].argmax()) for start, end in zip(starts, ends, strict=True)]
    return [text[place : place + STRETCH] for text, place in zip(texts, places, strict=True)]


def _ordinary(files: Sequence[Path]) -> list[str]:
    """Return posts of *files* in which the word lists hear no danger."""
    lexicon = Lexicon.read()
    posts: list[str] = []
    for file in sorted(files):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line).get("text") or "" for line in lines]
        posts += random.Random(_SEED).sample(rows, min(POSTS, len(rows)))
    normals = normal_batch([post for post in posts if post])
    read = (
        lexicon.read_text(normal, *letters) for normal, letters in zip(normals, squeeze_batch(normals), strict=True)
    )
    return [one.squeezed.replace("\n", "。") for one in read if one.squeezed and matter.matter(one).harm != "H3"]


def _squeezed(texts: Sequence[str]) -> list[str]:
    return [letters.replace("\n", "。") for letters, _ in squeeze_batch(normal_batch(texts))]


def _main(arguments: Sequence[str]) -> None:
    sys.stdout.write(f"{train_calm([case for case in cases() if not case.held], MODELS)}\n")
    sys.stdout.write(f"{train([Path(one) for one in arguments], MODELS)}\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
