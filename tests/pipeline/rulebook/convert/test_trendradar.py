"""Groups of words for titles become rules on titles, to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import Misconfigured
from pipeline.rulebook.convert.converted import Converted
from pipeline.rulebook.convert.trendradar import convert
from tests.pipeline.rulebook.convert.reading import holds


def only(written: str) -> dict[str, Any]:
    (rule,) = convert(written).rules
    return dict(rule)


def test_a_group_is_any_all_and_none_of_its_words_in_the_title() -> None:
    rule = only("# 供水\n[停水]\n停水\n断水\n+小区\n!演练\n")
    assert rule["name"] == "停水"
    assert rule["match"]["text"] == {
        "fields": ["title"], "must": ["小区"], "any": ["停水", "断水"], "none": ["演练"], "fold": ["case"],
    }  # fmt: skip
    assert holds(rule, title="锦湖里小区断水两天")
    assert not holds(rule, title="小区停水演练")
    assert not holds(rule, title="小区", text="停水")


def test_a_blank_line_ends_a_group_and_filters_hold_for_all() -> None:
    found = convert("[GLOBAL_FILTER]\n震惊\n\n[WORD_GROUPS]\n停水\n\n停电\n=> 供电\n")
    assert [rule["name"] for rule in found.rules] == ["停水", "供电"]
    assert all(rule["match"]["text"]["none"] == ["震惊"] for rule in found.rules)


def test_words_between_bars_are_words() -> None:
    assert only("/停水|断水/ => 供水")["match"]["text"]["any"] == ["停水", "断水"]


def test_a_latin_word_may_be_a_part_of_another_as_it_was() -> None:
    rule = only("AI\n人工智能\n")
    assert holds(rule, title="Campaign") and holds(rule, title="ai来了") and holds(rule, title="人工智能")
    assert not holds(rule, title="芯片")


@pytest.mark.parametrize("group", ["AI\n+发布", "/停水.{0,5}天/\n!演练", r"/(?<!不)停水/"])
def test_what_cannot_be_said_alike_is_left_out_whole(group: str) -> None:
    found: Converted = convert(f"停电\n\n{group}\n")
    assert [rule["name"] for rule in found.rules] == ["停电"]
    assert [one.whole for one in found.lost] == [True]


def test_a_cap_on_what_is_shown_is_listed() -> None:
    found = convert("停水\n@10\n")
    assert len(found.rules) == 1
    assert [one.what for one in found.lost] == ["停水 @10"]


def test_a_file_without_groups_is_none() -> None:
    with pytest.raises(Misconfigured, match="没有任何词组"):
        convert("# nothing\n[GLOBAL_FILTER]\n广告\n")
