from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from pipeline.analyse.emotion import Emotions
from pipeline.analyse.train_emotion import train_emotion
from tests.pipeline.analyse.test_labelled import a_file

pytest.importorskip("sklearn")

WHO = "车站 银行 饭馆 公园 医院 学校 商店 食堂".split()
SHOWN = {"angry": "气炸", "fear": "吓人", "happy": "开心", "neutral": "开门", "sad": "想哭", "surprise": "没想到"}


def test_training_twice_gives_the_same_bytes_and_a_model_that_learned(tmp_path: Path) -> None:
    rows = [
        {"id": f"{who}-{emotion}", "text": f"{who}{word}", "label": emotion}
        for who, (emotion, word) in itertools.product(WHO, SHOWN.items())
    ]
    files = [a_file(tmp_path, "weibo_own.jsonl", *rows)]

    card = train_emotion(files, tmp_path / "a", lambda step: None)
    train_emotion(files, tmp_path / "b", lambda step: None)

    assert {f.name: f.read_bytes() for f in (tmp_path / "a").iterdir()} == {
        f.name: f.read_bytes() for f in (tmp_path / "b").iterdir()
    }
    assert Emotions.read(tmp_path / "a").tell([f"邮局{word}" for word in SHOWN.values()]) == list(SHOWN)
    assert card.data == {"weibo_own": dict.fromkeys(SHOWN, len(WHO))}
    assert card.scores["macro_f1"] > 0.9
