from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest

from pipeline.analyse.classes import MODELS, TASKS, Classes
from pipeline.analyse.classtrain import Card, evaluate, train
from tests.live import nightly
from tests.pipeline.analyse.test_labelled import a_file

WHO = "东街 西街 南门 北门 湖边 山下 桥头 车站 新村 老城".split()
SAID = {
    "水": "水管 水压 水费 水表".split(),
    "路": "路面 路口 路灯 路牌".split(),
    "树": "树枝 树根 树叶 树坑".split(),
}
DATA = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        {"id": f"{label}-{who}-{what}", "text": f"{who}的{what}请来看看", "label": label}
        for label, words in SAID.items()
        for who, what in itertools.product(WHO, words)
    ]
    return a_file(tmp_path_factory.mktemp("filed"), "own.jsonl", *rows)


@pytest.mark.slow
def test_training_twice_gives_the_same_bytes_and_a_model_that_learned(file: Path, tmp_path: Path) -> None:
    card = train("department", [file], tmp_path / "a")
    train("department", [file], tmp_path / "b")

    assert {f.name: f.read_bytes() for f in (tmp_path / "a").iterdir()} == {
        f.name: f.read_bytes() for f in (tmp_path / "b").iterdir()
    }
    assert card.scores["macro_f1"] == evaluate("department", [file])["macro_f1"] == 1.0
    assert card.data == {"水": 40, "路": 40, "树": 40}
    learned = Classes.read(tmp_path / "a", ["department"])
    assert learned.versions == (card.version,)
    assert [answer["department"][0].label for answer in learned.rank(["广场的水管", "广场的路灯"])] == ["水", "路"]


@pytest.mark.parametrize("task", TASKS)
def test_the_card_beside_a_shipped_model_keeps_the_promised_scores(task: str) -> None:
    least = {
        "department": {"macro_f1": 0.905, "first_two": 0.98},
        "msg_kind": {"macro_f1": 0.82},
        "domain": {"accuracy": 0.74},
    }
    card = msgspec.json.decode((MODELS / f"{task}.json").read_bytes(), type=Card)

    assert {name: card.scores[name] >= score for name, score in least[task].items()} == dict.fromkeys(least[task], True)
    assert card.scores["ece"] <= 0.05
    assert {*card.f1} == {*card.labels} == {*card.data}


@nightly
@pytest.mark.skipif(not DATA.is_dir(), reason="没有真实的标注数据 / the labelled sets are not here")
def test_held_out_messages_are_filed_as_well_as_the_card_says() -> None:
    card = msgspec.json.decode((MODELS / "department.json").read_bytes(), type=Card)

    assert evaluate("department", [DATA / "govmsg_taidi.train.jsonl.gz"]) == pytest.approx(card.scores, abs=0.003)
