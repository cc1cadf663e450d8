"""An alert in words that people can check against the rule."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.detect.wording import summarise, why
from pipeline.model import MISSING, Level
from pipeline.rulebook.rule import RuleType
from pipeline.rulebook.template import Template
from tests.build import a_match
from tests.pipeline.detect.test_stage import a_rule


def test_why_states_rule_numbers_and_the_words_that_hit() -> None:
    assert why(a_rule(), a_match(), 4) == "规则 water.outage：60 分钟内 4 人（条件为 3）；命中：停水"


@pytest.mark.parametrize(
    ("timeframe", "said"),
    [
        (timedelta(minutes=90), "90 分钟内 4 人"),
        (timedelta(seconds=90), "90 秒内 4 人"),
        (timedelta(seconds=30), "30 秒内 4 人"),
        (timedelta(0), "已有 4 人"),
        (timedelta(hours=2), "120 分钟内 4 人"),
        (timedelta(hours=24), "24 小时内 4 人"),
        (timedelta(days=3), "3 天内 4 人"),
    ],
)
def test_a_window_is_stated_as_it_is(timeframe: timedelta, said: str) -> None:
    assert said in why(a_rule(timeframe=timeframe), a_match(), 4)


def test_a_post_that_was_enough_by_itself_is_not_measured_by_the_number() -> None:
    assert "1 人（一条即报）" in why(a_rule(), a_match(), 1)


def test_a_rule_for_single_posts_counts_posts_and_asks_for_no_number() -> None:
    rule = a_rule(type=RuleType.ANY, count_by="id", timeframe=timedelta(0))

    assert "已有 1 条（一条即报）" in why(rule, a_match(), 1)


def test_without_its_own_words_a_summary_is_name_place_and_count() -> None:
    assert summarise(a_rule(), a_match(), 12, Level.L2) == "停水集中反映 湖东街道 12 人"


def test_a_summary_names_only_places_and_things_that_mean_something_to_people() -> None:
    rule = a_rule(group_by=("cluster.id", "place.street", "place.road"))
    match = a_match(group=("u5:0cecdd9b", "湖东街道", MISSING))

    assert summarise(rule, match, 12, Level.L2) == "停水集中反映 湖东街道 12 人"


def test_a_rules_own_words_know_group_count_level_and_post() -> None:
    rule = a_rule(summary=Template.parse("{{ group['place.street'] }} {{ count }} {{ level }} {{ doc.text }}"))

    assert summarise(rule, a_match(text="停水"), 12, Level.L2) == "湖东街道 12 橙 停水"
