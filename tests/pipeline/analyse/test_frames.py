from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.cues import _tree
from pipeline.analyse.frames import Company, Frame, Side, frames, hints
from pipeline.errors import Misconfigured

CLASSES = {"person": "老人 [两三]个人", "soft": "沙发 床"}
FRAME = Frame("倒在", near="<person>", after="地 路", unless="<soft>", within=6)


def kept(text: str, frame: Frame = FRAME) -> bool:
    found = re.search(frame.at, text)
    assert found
    return Company(frame, CLASSES).keeps(text, *found.span())


@pytest.mark.parametrize("text", ["老人倒在地上", "倒在路边的两个人"])
def test_a_word_counts_in_the_company_asked_for(text: str) -> None:
    assert kept(text)


@pytest.mark.parametrize(
    "text",
    [
        "树倒在路边",  # nobody
        "老人倒在沙发上",  # no street
        "老人倒在床边地上",  # a bed
        "地上倒在老人",  # the street on the wrong side
        "老人今天下午出门以后倒在路边",  # too far
    ],
)
def test_and_in_no_other(text: str) -> None:
    assert not kept(text)


def test_two_classes_can_be_asked_for() -> None:
    frame = Frame("没醒", near="<person>", also="药 血")
    assert kept("两个人吃了药没醒", frame)
    assert not kept("两个人没醒", frame)


def test_a_class_that_is_not_there_is_told() -> None:
    with pytest.raises(Misconfigured, match="nobody"):
        list(frames({"frames": {"harm.H3": [{"at": "倒在", "near": "<nobody>"}]}}))


def test_plain_words_tell_by_themselves_on_which_side_they_stand() -> None:
    frame = Frame("倒在", before="孩 老人", after="地", near="<soft>", also="刚 才", unless="鞋")

    assert Company(frame, CLASSES).told() == [
        (Side.BEFORE, frozenset({"孩", "老人"})),
        (Side.AFTER, frozenset({"地"})),
        (Side.ABSENT, frozenset({"鞋"})),
        (Side.BESIDE, frozenset({"沙发", "床"})),
        (Side.BESIDE, frozenset({"刚", "才"})),
    ]
    assert Company(FRAME, CLASSES).told() is None, "[两三]个人 is an expression"
    assert Company(FRAME, CLASSES).hinted() == [(Side.AROUND, frozenset({"地", "路"}))]
    assert Company(Frame("倒在", after="(?<=在)地"), {}).hinted() == []


def test_a_hint_is_the_rarest_word_without_which_nothing_is_found() -> None:
    assert hints(["着火|火灾", "[0-9]+个", "[0-9]+(?:口|位)", "a?b(c|de)f"]) == frozenset(
        {"着火", "火灾", "个", "口", "位", "b"}
    )
    assert hints(["救?命", "(?:小区|楼)[里下]"]) == frozenset({"命", "小区", "楼"})
    assert hints([]) == frozenset()
    assert hints(["着火", "x*"]) is None
    assert hints(["[^火]"]) is None


@given(st.data())
def test_where_an_expression_of_the_lists_finds_something_one_of_its_hints_stands(data: st.DataObject) -> None:
    company = data.draw(st.sampled_from([company for _, _, company in frames(_tree()) if company.asked]))
    found = data.draw(st.from_regex(company.asked or "", fullmatch=True))

    assert any(hint in found for hint in hints([company.asked or ""]) or ())
