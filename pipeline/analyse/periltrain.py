"""Train the danger models: ``python -m pipeline.analyse.periltrain POSTS...``; needs scikit-learn.

They learn from the invented sentences of ``cases/harm.jsonl`` that are not held back, and from public posts in which
hardly anybody is in danger. The same bytes every time.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse import harm
from pipeline.analyse.cases import cases
from pipeline.analyse.cues import Reading
from pipeline.analyse.peril import BITS, CARD, MODELS, STRETCH, Model, heaviest, slots, window_sums
from pipeline.analyse.tiertrain import train_tiers
from pipeline.analyse.trainingtexts import LARGEST, ORDINARY, Floats, digest, public, squeezed

FALSE_ALARMS = 0.02  # of posts without danger that the quick ear may pass on
_ROUNDS = 3  # in each the worst stretch of every post is learned from
_STRENGTH = 0.5


def train(files: Sequence[Path], out: Path) -> Model:
    """Write weights and card of the quick ear for danger into *out*."""
    body = [case for case in cases() if not case.held]
    ordinary = [letters for reading in public(files, None) if (letters := _quiet(reading))]
    texts = squeezed([case.text for case in body]) + ordinary
    truth = np.array([case.harm == "H3" for case in body] + [False] * len(ordinary))
    importance = np.where(np.arange(len(texts)) < len(body), 1.0, ORDINARY)
    weights = np.zeros(1 << BITS)
    parts = [text[:STRETCH] for text in texts]
    for _ in range(_ROUNDS):
        weights = _fit(parts, truth, importance)
        parts = _worst(weights, texts)
    whole = np.round(weights / np.abs(weights).max() * LARGEST).astype(np.int16)
    sums, starts = heaviest(whole.astype(np.int64), ordinary)
    highest = np.maximum.reduceat(sums, starts)
    np.save(out / "peril.npy", whole)
    model = Model("peril.npy", f"peril-{digest(whole)}", int(np.quantile(highest, 1 - FALSE_ALARMS)))
    (out / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")
    return model


def _fit(parts: Sequence[str], truth: npt.NDArray[np.bool_], importance: Floats) -> Floats:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped] # it ships no types
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
    sums, starts = window_sums(np.round(weights * LARGEST).astype(np.int64), texts)
    ends = np.append(starts[1:], len(sums))
    places = [int(sums[start:end].argmax()) for start, end in zip(starts, ends, strict=True)]
    return [text[place : place + STRETCH] for text, place in zip(texts, places, strict=True)]


def _quiet(reading: Reading) -> str:
    """Return the letters of a post in which the word lists hear no danger."""
    standing = any(one.doubt is None for one in harm.weighed(reading))
    return "" if standing else reading.squeezed.replace("\n", "。")


def _main(arguments: Sequence[str]) -> None:
    files = [Path(one) for one in arguments]
    sys.stdout.write(f"{train(files, MODELS)}\n")
    model, told = train_tiers([case for case in cases() if not case.held], files, MODELS)
    sys.stdout.write(f"{model.version} {told}\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
