from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.rulebook import Condition, Example, Rule, TextCondition, Where, run_examples
from tests.pipeline.rulebook.rules import a_rule, read

WATER = TextCondition(any=(("停水",),))
STREET = Where("place.street", "eq", "湖东街道")


@pytest.fixture
def rule(tmp_path: Path) -> Rule:
    return read(tmp_path, a_rule()).rules[0]


def passed(rule: Rule, condition: Condition, example: Example) -> bool:
    (result,) = run_examples([replace(rule, condition=condition, match=(example,), no_match=())])
    return result.passed


@pytest.mark.parametrize(
    ("condition", "example", "held"),
    [
        (Condition(WATER, ((STREET,),)), Example("停水"), True),  # what an example does not say is taken to hold
        (Condition(WATER, ((STREET,),)), Example("停水", {"place.street": "湖西街道"}), False),
        (Condition(WATER, ((STREET,),)), Example("停电", {"place.street": "湖东街道"}), False),
        (Condition(None, ((STREET,), (Where("kind", "eq", "post"),))), Example("", {"place.street": "湖西街道", "kind": "post"}), True),
        (Condition(None, ((Where("text", "contains", "水"),),)), Example("停水"), True),
        (Condition(None, ((Where("text", "contains", "水"),),)), Example("停电"), False),
        (Condition(replace(WATER, fields=("title",))), Example("请看", {"title": "停水"}), True),
        (Condition(replace(WATER, fields=("title",))), Example("停水", {"title": "请看"}), False),
    ],
)  # fmt: skip
def test_words_and_the_fields_that_are_given_decide(
    rule: Rule, condition: Condition, example: Example, held: bool
) -> None:
    assert passed(rule, condition, example) is held


def test_each_example_is_told_with_what_was_wanted_and_why(rule: Rule) -> None:
    results = run_examples([replace(rule, match=(Example("停水"), Example("停电")), no_match=(Example("又停水"),))])

    assert [(result.text, result.wanted, result.passed) for result in results] == [
        ("停水", True, True),
        ("停电", True, False),
        ("又停水", False, False),
    ]
    assert all(result.place == rule.place and result.why for result in results)


def test_a_rule_without_words_says_so(rule: Rule) -> None:
    results = run_examples([replace(rule, condition=Condition(None, ((STREET,),)))])

    assert {result.why for result in results} == {"这条规则没有 text 条件"}
