from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.rulebook import Rulebook
from tests.pipeline.rulebook.rules import a_rule, codes, read

DEFAULTS = {"owner": "值班台", "allowed_lateness": "2h", "match": {"where": {"place.street|exists": True}}}


def test_what_a_rule_says_itself_wins_over_its_file_even_if_it_is_nothing(tmp_path: Path) -> None:
    own, general = read(
        tmp_path, a_rule(owner="水务", allowed_lateness="0s"), a_rule(id="test.other"), defaults=DEFAULTS
    ).rules

    assert (own.owner, own.allowed_lateness) == ("水务", timedelta(0))
    assert (general.owner, general.allowed_lateness) == ("值班台", timedelta(hours=2))


def test_a_signal_does_not_ask_again_for_what_the_file_asks(tmp_path: Path) -> None:
    changes = {"signals": {"险": {"text": {"any": ["爆炸"]}}}, "immediate_if": "signal['险']"}

    rule = read(tmp_path, a_rule(**changes), defaults=DEFAULTS).rules[0]

    assert rule.condition.where
    assert rule.signals["险"].where == ()


def test_a_field_given_twice_groups_once_and_two_spellings_are_refused(tmp_path: Path) -> None:
    assert read(tmp_path, a_rule(group_by=["place.street", "place.street"])).rules[0].group_by == ("place.street",)
    assert "E03" in codes(read(tmp_path, a_rule(group_by="place.street", query_key="kind")))


def test_a_blue_rule_may_ask_for_a_case_and_a_yellow_one_decline_it(tmp_path: Path) -> None:
    case = {"open": True, "key": ["rule_id", "place.street"]}
    blue = a_rule(level="blue", group_by="place.street", case=case)
    yellow = a_rule(id="test.yellow", case={"open": False})

    first, second = (rule.manner for rule in read(tmp_path, blue, yellow).rules)

    assert (first.open_case, first.case_key) == (True, ("rule_id", "place.street"))
    assert (second.open_case, second.case_key) == (False, ())


def test_a_case_may_name_the_matters_whose_units_handle_it_and_only_such_as_there_are(tmp_path: Path) -> None:
    named = a_rule(case={"topics": ["housing", "noise", "housing"]})
    assert read(tmp_path, named).rules[0].manner.topics == ("housing", "noise")
    assert read(tmp_path, a_rule(case={"topics": "housing"})).rules[0].manner.topics == ("housing",)
    assert codes(read(tmp_path, a_rule(case={"topics": ["housing", "hosing"]}))) == ["E06"]


def test_a_long_window_is_quiet_only_after_as_long(tmp_path: Path) -> None:
    rule = a_rule(type="frequency", num_events=3, timeframe="3h")

    assert read(tmp_path, rule).rules[0].resolve_after == timedelta(hours=3)
    assert read(tmp_path, {**rule, "notify": {"resolve_after": "10m"}}).rules[0].resolve_after == timedelta(minutes=10)


@pytest.mark.parametrize("id", ["ab", "a" * 65, "停水", "a b", "Water"])
def test_an_id_is_short_plain_and_in_small_letters(tmp_path: Path, id: str) -> None:
    assert "E05" in codes(read(tmp_path, a_rule(id=id)))


def test_masking_may_be_asked_for_because_it_is_done_anyway(tmp_path: Path) -> None:
    assert read(tmp_path, a_rule(privacy={"mask": ["phone"]})).faults == ()
    assert codes(read(tmp_path, a_rule(privacy={"keep": ["phone"]}))) == ["E02"]


def test_an_example_gives_fields_as_their_type_has_them(tmp_path: Path) -> None:
    given = {"text": "停水", "watch": ["甲"], "numbers.people": 30, "url": "https://a.cn"}

    example = read(tmp_path, a_rule(examples={"match": [given], "no_match": ["来水"]})).rules[0].match[0]

    assert (example.text, dict(example.fields)) == (
        "停水",
        {"watch": ("甲",), "numbers.people": 30.0, "url": "https://a.cn"},
    )
    assert codes(read(tmp_path, a_rule(examples={"match": [{"txet": "停水"}], "no_match": ["来水"]})))[0] == "E21"


def test_a_rule_may_count_people_but_not_single_them_out(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    rule = """
schema: yuqing-rule/v1
defaults: {owner: 值班台}
rules:
  - id: own.people
    name: 一个人说得多
    status: test
    level: blue
    match: {text: {any: [停水]}}
    type: frequency
    group_by: [GROUP]
    count_by: author.key
    num_events: 3
    timeframe: 1h
    annotations: {summary: 停水}
    examples: {match: [停水], no_match: [来水]}
"""
    file.write_text(rule.replace("GROUP", "author.key"), encoding="utf-8")
    (fault,) = Rulebook.read([file]).errors
    assert fault.code == "P-01"
    assert "count_by" in fault.zh

    file.write_text(rule.replace("GROUP", "place.street"), encoding="utf-8")
    assert Rulebook.read([file]).errors == ()
