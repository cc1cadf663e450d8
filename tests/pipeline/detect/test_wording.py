"""An alert in words that people can check against the rule."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.detect.found import Found, alone
from pipeline.detect.measure import Reach, Reading
from pipeline.detect.wording import plainly, silence, summarise, why
from pipeline.model import MISSING, Level, Match
from pipeline.rulebook.rule import Cardinality, Growth, Rule, RuleType, Spike
from pipeline.rulebook.template import Template
from tests.build import NOON, a_match
from tests.pipeline.detect.test_stage import a_rule


def found(rule: Rule, match: Match, count: int = 4, **peak: float) -> Found:
    reach = Reach(match.at, Reading(count, count, **peak))  # type: ignore[arg-type] # numbers
    return Found(
        rule, match.key, match.group, match.at, match.known_at, 0, reach, match, alone=alone(rule, reach)
    )  # fmt: skip


def test_why_states_rule_numbers_and_the_words_that_hit() -> None:
    assert why(found(a_rule(), a_match()), 4) == "规则 water.outage：60 分钟内 4 人（条件为 3）；命中：停水"


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
    assert said in why(found(a_rule(timeframe=timeframe), a_match()), 4)


def test_a_post_that_was_enough_by_itself_is_not_measured_by_the_number() -> None:
    assert "1 人（一条即报）" in why(found(a_rule(), a_match(), 1), 1)


def test_a_rule_for_single_posts_counts_posts_and_asks_for_no_number() -> None:
    rule = a_rule(type=RuleType.ANY, count_by="id", timeframe=timedelta(0))

    assert "已有 1 条（一条即报）" in why(found(rule, a_match(), 1), 1)


def test_without_its_own_words_a_summary_is_name_place_and_count() -> None:
    assert summarise(found(a_rule(), a_match()), 12, Level.L2) == "停水集中反映 湖东街道 12 人"


def test_a_summary_names_only_places_and_things_that_mean_something_to_people() -> None:
    rule = a_rule(group_by=("cluster.id", "place.street", "place.road"))
    match = a_match(group=("u5:0cecdd9b", "湖东街道", MISSING))

    assert summarise(found(rule, match), 12, Level.L2) == "停水集中反映 湖东街道 12 人"


def test_a_rules_own_words_know_group_count_level_and_post() -> None:
    rule = a_rule(summary=Template.parse("{{ group['place.street'] }} {{ count }} {{ level }} {{ doc.text }}"))

    assert summarise(found(rule, a_match(text="停水")), 12, Level.L2) == "湖东街道 12 橙 停水"


@pytest.mark.parametrize(
    ("more", "peak", "said"),
    [
        (
            {"type": RuleType.CARDINALITY, "spec": Cardinality("place.street", gte=3)},
            {},
            "“place.street”有 4 个不同的值",
        ),
        ({"type": RuleType.SPIKE, "spec": Spike(3, 4)}, {"reference": 1.5}, "60 分钟内 4 人（参照 1.5）"),
        ({"type": RuleType.SPIKE, "spec": Spike(3, 4)}, {}, "60 分钟内 4 人（尚无参照）"),
        ({"type": RuleType.PERCENTAGE}, {"ratio": 62.5}, "4 人，占 62.5%"),
        ({"type": RuleType.GROWTH, "spec": Growth("engagement.share", 5)}, {"delta": 600.0}, "净增 600（4 条帖文）"),
    ],
)
def test_each_type_states_what_it_measured(more: dict[str, object], peak: dict[str, float], said: str) -> None:
    assert said in why(found(a_rule(**more), a_match(), 4, **peak), 4)


def test_what_says_itself_is_said_as_it_is() -> None:
    rule = a_rule(type=RuleType.FLATLINE)
    silent = Found(rule, "g", ("A",), NOON, NOON, 0, Reach(NOON, Reading(1, 1)), why="青湖发布 已 3 天未更新")

    assert why(silent, 1) == "规则 water.outage：青湖发布 已 3 天未更新"
    assert plainly(silent, 1) == "停水集中反映 A 青湖发布 已 3 天未更新"


def test_a_silence_is_said_in_whole_days_or_hours() -> None:
    assert [silence(timedelta(minutes=m)) for m in (59, 60, 47 * 60, 48 * 60 + 59)] == [
        "59 分钟",
        "1 小时",
        "47 小时",
        "2 天",
    ]
