from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.emotion import EMOTIONS, Emotions
from pipeline.analyse.ngrams import BITS, grid
from pipeline.analyse.sentiment import MODELS
from pipeline.errors import Misconfigured

WEIGHTS = np.random.default_rng(3).integers(-127, 127, (1 << BITS, len(EMOTIONS)), np.int8)
MODEL = Emotions(WEIGHTS, [0.01, 0.02, 0.01, 0.01, 0.02, 0.01], [0.1, 0, 0, 0.2, 0, 0])


@given(st.lists(st.text("气死我了开心不哭😡", max_size=20), max_size=5))
def test_the_strongest_emotion_is_told(texts: list[str]) -> None:
    told = MODEL.tell(texts)

    for text, emotion in zip(texts, told, strict=True):
        found = grid([text]).slots.ravel()
        sums = WEIGHTS[found].astype(int).sum(axis=0) / np.sqrt(len(found))
        strengths = sums * [0.01, 0.02, 0.01, 0.01, 0.02, 0.01] + [0.1, 0, 0, 0.2, 0, 0]
        assert emotion == EMOTIONS[int(strengths.argmax())]


def test_a_long_batch_keeps_its_order() -> None:
    texts = [f"停水{number}天" for number in range(300)]

    assert MODEL.tell(texts)[-1:] == MODEL.tell(texts[-1:])


def test_the_model_that_ships_is_small() -> None:
    assert Emotions.read(MODELS).tell(["今天真开心"]) == ["happy"]
    assert (MODELS / "sentiment-emotion.npy").stat().st_size <= 3_000_000


def test_a_missing_model_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="sentiment-emotion"):
        Emotions.read(tmp_path)
