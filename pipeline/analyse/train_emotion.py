"""Train the model of six emotions from labelled microblogs, the same bytes every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse import labelled, scoring
from pipeline.analyse.emotion import CARD, EMOTIONS, FILE, EmotionCard
from pipeline.analyse.fitting import Column, Matrix, fit, matrix
from pipeline.analyse.labelled import FOLDS

SPLIT = f"sha256(id) mod {FOLDS}: scored on texts that were not seen; the weights that ship are then trained on all"
_RARE = 0.01  # share of an emotion below which it counts no more
_EVENING = 0.7  # 0 counts every text the same, 1 every emotion
_LARGEST = 127  # of a weight on disk

Floats = npt.NDArray[np.float64]


def train_emotion(data: Sequence[Path], out: Path, progress: Callable[[str], None]) -> EmotionCard:
    """Train on *data*, write weights and card into *out*. Raises Misconfigured."""
    rows = labelled.read_emotions(data)
    progress(f"读入 {len(rows)} 条 / {len(rows)} rows")
    texts = matrix([row.text for row in rows], distinct=False)
    truth = np.array([row.emotion for row in rows])
    folds = np.array([row.fold for row in rows])
    told = np.empty(len(rows), truth.dtype)
    for number in range(FOLDS):
        progress(f"第 {number + 1} 份 / fold {number + 1}")
        told[folds == number] = _told(_columns(texts, truth, folds != number), texts[folds == number])
    card = _write(out, _columns(texts, truth, np.ones(len(rows), bool)))
    scores = {"macro_f1": scoring.macro_f1(truth.tolist(), told.tolist())}
    for file in sorted({row.file for row in rows}):
        mine = np.array([row.file == file for row in rows], bool)
        scores[f"{file}.macro_f1"] = scoring.macro_f1(truth[mine].tolist(), told[mine].tolist())
    counts = {file: dict(Counter(row.emotion for row in rows if row.file == file)) for file in {r.file for r in rows}}
    card = msgspec.structs.replace(card, data=counts, scores={what: round(score, 4) for what, score in scores.items()})
    (out / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card, order="sorted"), indent=1) + b"\n")
    return card


def _columns(texts: Matrix, truth: npt.NDArray[np.str_], learned: npt.NDArray[np.bool_]) -> list[Column]:
    """Return a column for each emotion, which tells it from the others; rare ones count more."""
    shares = {emotion: float((truth[learned] == emotion).mean()) for emotion in EMOTIONS}
    importance = np.where(learned, [max(shares[emotion], _RARE) ** -_EVENING for emotion in truth.tolist()], 0.0)
    return [fit(texts, truth == emotion, importance) for emotion in EMOTIONS]


def _told(columns: Sequence[Column], texts: Matrix) -> npt.NDArray[np.str_]:
    scores = np.stack([column.scores(texts) for column in columns], axis=1)
    told: npt.NDArray[np.str_] = np.array(EMOTIONS)[scores.argmax(axis=1)]
    return told


def _write(out: Path, columns: Sequence[Column]) -> EmotionCard:
    units = [max(float(np.abs(column.weights).max()), 1e-9) / _LARGEST for column in columns]
    weights = np.stack([np.round(c.weights / unit) for c, unit in zip(columns, units, strict=True)], axis=1)
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / FILE, weights.astype(np.int8))
    version = f"emotion-{sha256(weights.astype(np.int8).tobytes()).hexdigest()[:8]}"
    biases = tuple(column.intercept for column in columns)
    return EmotionCard(version, tuple(units), biases, SPLIT, {}, {})
