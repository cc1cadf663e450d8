from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.analyse.analyst import Analyst
from pipeline.analyse.classes import MODELS, SHOWN, TASKS, Classes, Model, softmax
from pipeline.analyse.ngrams import slots
from pipeline.errors import Misconfigured
from pipeline.model import Kind, MatterFinding
from pipeline.text.normal import normal
from tests.build import a_post, an_analysed

CLASSES = Classes.shipped()
SAID = [
    ("department", "工厂夜里偷偷排放废水，河里的鱼全死了，请环保部门查处", "环境保护"),
    ("department", "老师在外面办补习班，要求学生都去上课交钱", "教育文体"),
    ("department", "我在工地干了八个月，包工头一直拖欠工资不发", "劳动和社会保障"),
    ("department", "县医院的医生收红包，手术后伤口一直感染", "卫生计生"),
    ("msg_kind", "请问新生儿落户需要带哪些材料，在哪里办理？", "咨询"),
    ("msg_kind", "建议在文体中心旁边增设一处公共厕所，方便锻炼的群众", "建言"),
    ("msg_kind", "隔壁饭店半夜还在放音响，打电话投诉了好几次都没人管", "投诉求助"),
    ("domain", "公交车早高峰太少，路口红绿灯时间太短，天天堵车", "交通"),
    ("domain", "孩子马上要上小学了，学区怎么划分，招生什么时候报名", "教育"),
]


def best(text: str, task: str) -> str:
    return CLASSES.rank([normal(text)])[0][task][0].label


@pytest.mark.parametrize(("task", "text", "label"), SAID)
def test_a_plain_message_is_filed_where_a_reader_would(task: str, text: str, label: str) -> None:
    assert best(text, task) == label


@given(st.lists(st.text(max_size=60), min_size=1, max_size=9), st.data())
def test_an_answer_does_not_depend_on_the_batch(texts: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(texts) - 1))

    assert CLASSES.rank(texts)[place] == CLASSES.rank([texts[place]])[0]


def test_a_batch_longer_than_a_chunk_keeps_its_order() -> None:
    texts = [SAID[number % len(SAID)][1] for number in range(300)]

    assert CLASSES.rank(texts) == [CLASSES.rank([text])[0] for text in texts]


@given(st.text(max_size=80))
def test_ranked_labels_are_probable_in_their_order(text: str) -> None:
    for answer in CLASSES.rank([text])[0].values():
        chances = [one.p for one in answer]
        assert len(chances) == SHOWN
        assert chances == sorted(chances, reverse=True)
        assert chances[-1] >= 0 and sum(chances) <= 1.001


@given(st.lists(st.text("停水了谁管", max_size=400), min_size=1, max_size=5))
@example([SAID[0][1] * 700, "".join(map(chr, range(0x4E00, 0x4E00 + 9_000))), ""])
def test_what_is_summed_is_what_the_weights_say(texts: list[str]) -> None:
    found = slots(texts)
    owners = np.repeat(np.arange(len(texts)), found.counts)
    for task, answer in CLASSES.answers(texts).items():
        model = msgspec.json.decode((MODELS / f"{task}.json").read_bytes(), type=Model)
        rows = np.load(MODELS / model.file)[found.slots].astype(float)
        rows *= found.worth[:, None].astype(float) if model.counted else 1.0
        sums = np.stack([rows[owners == number].sum(axis=0) for number in range(len(texts))])
        odds = sums / np.sqrt(found.counts)[:, None] * model.scale + model.bias
        assert answer.probabilities == pytest.approx(softmax(np.pad(odds, ((0, 0), (0, 1)))), abs=1e-9)


def test_what_comes_often_is_worth_more_but_not_as_often() -> None:
    once, often = slots(["停水"]), slots(["停水" * 30])

    assert often.worth.max() == 4
    assert once.worth.max() == 2, "only the edge, which a text has on both sides"


@pytest.mark.parametrize(("task", "text", "label"), SAID)
def test_an_explanation_points_at_words_that_speak_for_the_label(task: str, text: str, label: str) -> None:
    reasons = CLASSES.explain(text, task)

    assert reasons
    assert all(text[reason.start : reason.end] == reason.cue for reason in reasons)
    assert [abs(reason.weight) for reason in reasons] == sorted((abs(r.weight) for r in reasons), reverse=True)
    assert sum(reason.weight for reason in reasons) > 0


def test_traditional_and_full_width_writing_are_filed_alike() -> None:
    simple, other = "请问医保怎么报销?", "請問醫保怎麼報銷？"

    assert CLASSES.rank([normal(simple)]) == CLASSES.rank([normal(other)])


def test_every_weight_file_is_small_and_no_two_models_have_one_version() -> None:
    assert all((MODELS / f"{task}.npy").stat().st_size <= 3_000_000 for task in TASKS)
    assert len({*CLASSES.versions}) == len(TASKS)
    assert all(np.load(MODELS / f"{task}.npy", mmap_mode="r").dtype == np.int8 for task in TASKS)


def test_every_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as raised:
        Classes.read(tmp_path)
    assert [task for task in TASKS if task in str(raised.value)] == list(TASKS)


def test_a_post_says_who_handles_it_what_it_wants_and_which_models_said_so(analyst: Analyst) -> None:
    (doc,) = analyst.analyse([a_post(text="工厂夜里偷偷排放废水，请环保部门查处", kind=Kind.MESSAGE)])

    assert doc.matter and doc.matter.department == "环境保护"
    assert doc.matter.msg_kind == doc.matter.ranked["msg_kind"][0].label
    assert doc.matter.domain == doc.matter.ranked["domain"][0].label
    assert {*CLASSES.versions} <= {*doc.matter.models}


def test_a_post_without_a_letter_is_filed_nowhere(analyst: Analyst) -> None:
    (doc,) = analyst.analyse([a_post(text="……", kind=Kind.MESSAGE)])

    assert doc.matter == MatterFinding()


def test_what_people_post_elsewhere_is_not_filed_by_what_was_learned_from_messages(analyst: Analyst) -> None:
    text = "工厂夜里偷偷排放废水，请环保部门查处"
    posted, sent = analyst.analyse([a_post(text=text), a_post(text=text, kind=Kind.WORKORDER)])

    assert posted.matter and posted.matter.department is None and not posted.matter.models
    assert sent.matter and sent.matter.department == "环境保护"


def test_why_a_message_is_filed_is_told_on_request_only() -> None:
    post = an_analysed(text="工厂夜里偷偷排放废水，请环保部门查处", kind=Kind.MESSAGE)
    (plain,), (asked,) = CLASSES.filed([post]), CLASSES.filed([post], explain=True)

    assert plain.matter and asked.matter and not plain.matter.why
    assert asked.matter.why
    assert all(asked.body()[why.start : why.end] == why.cue for why in asked.matter.why)
