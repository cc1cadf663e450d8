from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest

from pipeline.analyse.labelled import read
from pipeline.analyse.sentiment import CARD, MODELS, LinearSentiment
from pipeline.analyse.train import Card, evaluate, held_out, train, train_sentiment
from pipeline.errors import Misconfigured
from pipeline.model import Kind, Polarity
from tests.build import an_analysed
from tests.pipeline.analyse.test_labelled import a_file

WHO = "车站 银行 饭馆 公园 医院 学校 商店 食堂 宾馆 球场".split()
SAID = {
    "positive": "棒极了 赞 好评".split(),
    "negative": "烂透了 坑人 差评".split(),
    "neutral": "开门 在哪 搬家".split(),
}


def invented(folder: Path, name: str, *polarities: str) -> Path:
    rows = [
        {"id": f"{name}-{who}-{word}", "text": f"{who}{word}", "polarity": polarity}
        for polarity in polarities
        for who, word in itertools.product(WHO, SAID[polarity])
    ]
    return a_file(folder, f"{name}.jsonl", *rows)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("labelled")
    return [
        invented(folder, "govmsg_own", "negative", "neutral"),
        invented(folder, "weibo_own", "negative", "neutral", "positive"),
        invented(folder, "review_own", "negative", "positive"),
        invented(folder, "harm_cold_own", "negative", "neutral"),
    ]


@pytest.mark.slow
def test_training_twice_gives_the_same_bytes_and_a_model_that_learned(files: list[Path], tmp_path: Path) -> None:
    card = train_sentiment(files, tmp_path / "a")
    train_sentiment(files, tmp_path / "b")

    assert {f.name: f.read_bytes() for f in (tmp_path / "a").iterdir()} == {
        f.name: f.read_bytes() for f in (tmp_path / "b").iterdir()
    }
    model = LinearSentiment.read(tmp_path / "a")
    docs = [an_analysed(text=text, kind=Kind.POST) for text in ("邮局烂透了", "邮局棒极了")]
    assert [found.label for found in model.analyse(docs)] == [Polarity.NEG, Polarity.POS]
    assert card.data["govmsg_own"] == {"neg": 30, "neu": 30}
    assert {part.version for part in card.models.values()} == {
        found.model for found in model.analyse([an_analysed(), an_analysed(kind=Kind.MESSAGE)])
    }


@pytest.mark.slow
def test_a_card_is_of_texts_not_seen_and_evaluating_is_of_any(files: list[Path], tmp_path: Path) -> None:
    card = train_sentiment(files, tmp_path)

    told = evaluate(tmp_path, card.models, read(files))

    assert held_out(files) == card.scores
    assert set(told) == {what for what in card.scores if not what.startswith("unseen")}
    assert told["leaning.microblogs.macro_f1"] >= card.scores["leaning.microblogs.macro_f1"]
    assert told["leaning.microblogs.macro_f1"] > 0.9


def test_the_card_beside_the_shipped_model_keeps_the_promised_scores() -> None:
    card = msgspec.json.decode((MODELS / CARD).read_bytes(), type=Card)

    # Of weights that saw two thirds of the texts; those that ship saw all.
    assert card.scores["citizen.tone.macro_f1"] >= 0.9
    assert card.scores["social.tone.macro_f1"] >= 0.77
    assert card.scores["leaning.microblogs.macro_f1"] >= 0.86
    assert card.scores["unseen.review_hotel.macro_f1"] >= 0.82
    assert card.scores["social.all.p_neg_ece"] <= 0.02
    assert card.scores["citizen.tone.p_neg_ece"] <= 0.02


def test_training_says_which_family_is_missing(tmp_path: Path, files: list[Path]) -> None:
    with pytest.raises(Misconfigured, match="citizen"):
        train("sentiment", files[1:], tmp_path)


def test_only_sentiment_and_emotion_can_be_trained(tmp_path: Path, files: list[Path]) -> None:
    with pytest.raises(Misconfigured, match="sentiment"):
        train("matter", files, tmp_path)
