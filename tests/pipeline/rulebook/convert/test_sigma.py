"""Sigma's rules and correlations in our words, where they mean the same."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from pipeline.rulebook.convert.sigma import convert
from tests.pipeline.rulebook.convert.reading import holds, read


def written(detection: str, more: str = "level: high") -> str:
    return f"title: water\nid: w1\n{more}\ndetection:\n{textwrap.indent(textwrap.dedent(detection), '  ')}\n"


def only(detection: str, more: str = "level: high") -> dict[str, Any]:
    (rule,) = convert(written(detection, more)).rules
    assert read(rule)[1] == ()
    return dict(rule)


def test_fields_of_a_selection_must_all_hold_and_a_list_is_one_of_them() -> None:
    rule = only("a: {matter.topic: [water, gas], engagement.share|gte: 5}\ncondition: a")
    assert rule["level"] == "orange"
    assert rule["match"]["where"][0]["engagement.share|gte"] == 5


def test_case_does_not_count_and_wildcards_hold() -> None:
    rule = only("a: {title: 'Water*out?ge'}\ncondition: a")
    assert holds(rule, title="WATER supply outage")
    assert not holds(rule, title="no Water outage"), "without a modifier the whole value is compared"
    assert holds(only(r"a: {title|contains: 'a\*b'}" + "\ncondition: a"), title="xA*By")
    assert not holds(only(r"a: {title|contains: 'a\*b'}" + "\ncondition: a"), title="axxb")
    assert holds(only(r"a: {title|contains: 'c:\dir\'}" + "\ncondition: a"), title=r"in C:\dir\x")


def test_keywords_are_words_anywhere() -> None:
    rule = only("words: [停水, 断水]\ncondition: words")
    assert holds(rule, text="又断水了") and not holds(rule, text="停电")


def test_alternatives_and_exclusions() -> None:
    rule = only("a: [{platform: '1'}, {platform: '2'}]\nb: {place.street: 湖东街道}\ncondition: a and not b")
    assert rule["match"]["where"] == [
        {"platform": "1", "place.street|not_in|or_missing": ["湖东街道"]},
        {"platform": "2", "place.street|not_in|or_missing": ["湖东街道"]},
    ]
    both = only("a: {place.street: 湖东街道}\nwords: [停水]\ncondition: a and words")
    assert set(both["match"]) == {"text", "where"}


@pytest.mark.parametrize(
    "detection",
    [
        "a: {platform: '1'}\ncondition: 1 of a*",
        "a: {platform: '1'}\nb: {platform: '2'}\ncondition: a or b",
        "a: {platform: '1'}\nb: {platform: '2'}\ncondition: a and b",
        "a: {http.status: 500}\ncondition: a",
        "a: {title|base64: x}\ncondition: a",
        "a: {title|contains|all: [甲, 乙]}\ncondition: a",
        "a: {engagement.share|gte: [1, 2]}\ncondition: a",
        "a: {platform: null}\ncondition: a",
        "a: [停水, 7]\ncondition: a",
        "a: [AI]\ncondition: a",
        "a: [停水]\nb: [断水]\ncondition: a and b",
        "a: {platform: '1'}\nb: {title|contains: 甲}\ncondition: a and not b",
        "a: {platform: '1'}\nb: {place.road: 甲, place.street: 乙}\ncondition: a and not b",
        "a: {platform: '1'}\ntimeframe: 5m\ncondition: a",
    ],
)
def test_what_would_mean_something_else_is_left_out_whole_and_told(detection: str) -> None:
    found = convert(written(detection))
    assert found.rules == ()
    assert [one.whole for one in found.lost] == [True]


def test_a_level_that_we_do_not_have_is_told() -> None:
    assert convert(written("a: [停水]\ncondition: a", "level: informational")).rules == ()
    assert convert("title: x\nlevel: low\n").lost[0].whole


def test_what_is_for_people_is_listed() -> None:
    found = convert(written("a: [停水]\ncondition: a", "level: low\nauthor: 甲\nlogsource: {product: web}"))
    assert [one.what for one in found.lost] == ["water：author", "water：logsource"]


CORRELATION = """
---
title: many
correlation:
  type: {type}
  rules: [{rules}]
  timespan: {span}
  group-by: [place.street]
  condition: {condition}
level: medium
"""


def correlated(type: str, condition: str = "{gte: 5}", rules: str = "w1", span: str = "1h") -> Any:
    first = written("words: [停水]\ncondition: words")
    return convert(first + CORRELATION.format(type=type, condition=condition, rules=rules, span=span))


def test_correlations_count_hits_or_values_or_follow_steps() -> None:
    counting = correlated("event_count", "{gt: 5}").rules[1]
    assert (counting["type"], counting["num_events"], counting["timeframe"]) == ("frequency", 6, "1h")
    valued = correlated("value_count", "{field: author.key, gte: 5}").rules[1]
    assert (valued["count_by"], valued["num_events"]) == ("author.key", 5)
    assert read(counting)[1] == () and read(valued)[1] == ()
    more = written("words: [停电]\ncondition: words").replace("w1", "p1").replace("title: water", "title: power")
    first = written("words: [停水]\ncondition: words")
    steps = convert(
        first
        + "---\n"
        + more
        + CORRELATION.format(type="temporal_ordered", condition="{gte: 2}", rules="w1, p1", span="1h")
    ).rules[2]
    assert steps["steps"] == ["step1", "step2"] and steps["ordered"] is True
    assert steps["signals"]["step1"] == {"text": {"any": ["停水"], "fold": ["case"]}}


@pytest.mark.parametrize(
    "given",
    [
        {"type": "value_sum"},
        {"type": "event_count", "rules": "unknown"},
        {"type": "event_count", "span": "soon"},
        {"type": "event_count", "condition": "{lte: 5}"},
        {"type": "event_count", "condition": "{gte: 0}"},
        {"type": "value_count", "condition": "{field: user.name, gte: 5}"},
    ],
)
def test_other_correlations_are_told(given: dict[str, str]) -> None:
    found = correlated(**given)
    assert len(found.rules) == 1 and found.lost[-1].whole
