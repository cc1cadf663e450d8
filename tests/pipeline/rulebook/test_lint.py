from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.directory import Directory
from pipeline.model import Level, Manner
from pipeline.rulebook import Condition, Expression, LevelIf, Rule, Template, TextCondition, Where
from pipeline.rulebook.lint import lint
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Clock, Deadline, Expect, Flatline, Percentage, RuleType
from tests.pipeline.rulebook.nodes import codes
from tests.pipeline.rulebook.rules import a_rule, read

RIGHT = Condition(TextCondition(any=(("上访",),)))
DAY = timedelta(days=1)
DANGER = Condition(TextCondition(any=(("爆炸",),)))


@pytest.fixture
def rule(tmp_path: Path) -> Rule:
    return read(tmp_path, a_rule()).rules[0]


def faults(rule: Rule, directory: Directory | None = None) -> list[str]:
    report = Report()
    lint(rule, report, directory)
    return codes(report)


def raising(when: str, level: Level = Level.L1) -> tuple[LevelIf, ...]:
    return (LevelIf(Expression.parse(when), level),)


def test_a_case_is_found_by_what_its_alerts_carry(rule: Rule) -> None:
    by_street = replace(rule, manner=Manner(case_key=("rule_id", "place.street")))

    assert faults(by_street) == ["E28"]
    assert faults(replace(by_street, group_by=("place.street",))) == []


def test_a_rule_that_only_queues_is_blue_and_opens_a_case(rule: Rule) -> None:
    queued = replace(rule, manner=Manner(queue=True))
    assert faults(queued) == ["E55"]
    assert faults(replace(queued, level=Level.L4)) == []
    assert faults(replace(queued, level=Level.L4, manner=Manner(queue=True, open_case=False))) == ["E55"]


def test_a_level_if_as_loud_as_the_rule_does_nothing(rule: Rule) -> None:
    assert faults(replace(rule, level_if=raising("count > 3", Level.L3))) == ["E51"]
    assert faults(replace(rule, level_if=raising("count > 3", Level.L2))) == []


@pytest.mark.parametrize("when", ["signal['险']", "'险' in signal"])
def test_a_signal_may_be_used_by_name_or_with_all_others(rule: Rule, when: str) -> None:
    assert faults(replace(rule, signals={"险": DANGER}, level_if=raising(when))) == []


def test_using_a_right_may_be_heard_and_not_make_louder(rule: Rule) -> None:
    quiet = replace(rule, level=Level.L4, condition=RIGHT)
    louder = replace(quiet, condition=DANGER, signals={"访": RIGHT, "险": DANGER}, level_if=raising("signal['访']"))

    assert faults(quiet) == []
    assert "W08" in faults(louder)
    assert "W08" not in faults(replace(louder, level_if=raising("signal['险']")))


def test_a_group_key_must_be_grouped_by_in_whatever_names_it(rule: Rule) -> None:
    named = replace(rule, advice=Template.parse("{{ group['place.street'] }}"))

    assert faults(named) == ["E26"]
    assert faults(replace(named, group_by=("place.street",))) == []


def test_a_rule_of_fields_alone_needs_no_examples(rule: Rule) -> None:
    fields = Condition(None, ((Where("place.street", "exists", True),),))

    assert faults(replace(rule, match=(), no_match=())) == ["E61"]
    assert faults(replace(rule, condition=fields, match=(), no_match=())) == []


@pytest.mark.parametrize(
    ("where", "known"),
    [
        (Where("place.street", "in", ("湖东街道", "西天街道")), False),
        (Where("place.street", "eq", "湖东街道"), True),
        (Where("place.street", "contains", "西天"), True),  # a part of a name is nobody's name
        (Where("place.district", "eq", "西天区"), False),
        (Where("platform", "eq", "西天网"), True),  # the directory knows no platforms
    ],
)
def test_a_place_is_looked_up_in_signals_too(rule: Rule, where: Where, known: bool) -> None:
    signal = Condition(DANGER.text, ((where,),))
    asking = replace(rule, signals={"险": signal}, level_if=raising("signal['险']"))

    assert ("E27" not in faults(asking, Directory.read())) is known
    assert "E27" not in faults(asking)  # without a directory nobody can say


def test_a_place_is_looked_up_in_the_conditions_of_a_type_too(rule: Rule) -> None:
    nowhere = Condition(None, ((Where("place.street", "eq", "西天街道"),),))
    share = Percentage(of=nowhere, gte=20)
    due = Deadline("thread", start=nowhere, until=DANGER, within=Clock(timedelta(hours=48)), stages=())

    for spec in (share, due):
        assert "E27" in faults(replace(rule, spec=spec), Directory.read())


@pytest.mark.parametrize(
    ("source", "key", "warned"),
    [
        ("directory.accounts", "id", False),
        ("sources", "id", False),  # those are in the settings
        ("directory.hydrants", "code", False),
        ("directory.hydrants", "id", True),
        ("directory.hydrant", "code", True),
        ("directory.units", "id", True),  # there are none
    ],
)
def test_a_list_that_the_directory_does_not_have_is_warned_of(rule: Rule, source: str, key: str, warned: bool) -> None:
    tree = {
        "territory": {"name": "山南区"},
        "accounts": [{"id": "a1", "name": "山南发布"}],
        "hydrants": [{"code": "h1"}],
    }
    expecting = replace(rule, type=RuleType.FLATLINE, spec=Flatline(Clock(DAY), Expect(source, key)))

    assert ("E39" in faults(expecting, Directory.model_validate(tree))) is warned
    assert "E39" not in faults(expecting)  # without a directory nobody can say
