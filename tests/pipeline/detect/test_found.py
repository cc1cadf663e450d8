"""A finding knows its names, its level, and whether one post made it."""

from __future__ import annotations

from pipeline.detect.found import Found, alone
from pipeline.detect.measure import Reach, Reading
from pipeline.model import Level
from pipeline.rulebook.expression import Expression
from pipeline.rulebook.rule import LevelIf, RuleType
from tests.build import NOON, a_match
from tests.pipeline.detect.test_stage import a_rule


def test_the_loudest_of_level_stage_and_what_holds_wins() -> None:
    rule = a_rule(level_if=(LevelIf(Expression.parse("delta >= 5 and stage >= 2"), Level.L1),))
    reach = Reach(NOON, Reading(3, 3, delta=7.0))

    def loudness(stage: int, level: Level | None) -> Level:
        return Found(rule, "g", (), NOON, NOON, 0, reach, a_match(), stage=stage, level=level).loudness(3)

    assert loudness(0, None) is Level.L3
    assert loudness(1, Level.L4) is Level.L4
    assert loudness(2, Level.L4) is Level.L1


def test_one_post_is_alone_where_one_is_enough() -> None:
    one, many = Reach(NOON, Reading(1, 1)), Reach(NOON, Reading(3, 3))

    assert alone(a_rule(), one)
    assert not alone(a_rule(), many)
    assert alone(a_rule(type=RuleType.ANY), many)
    assert not alone(a_rule(type=RuleType.SPIKE), one)
