"""The shipped rules keep their own promises, and the fairness that no rule may break."""

from __future__ import annotations

import pytest

from pipeline.app.rule_files import FoundTest, find_tests
from pipeline.app.rule_tests import run_test
from pipeline.rulebook import SHIPPED, Rulebook, run_examples

BOOK = Rulebook.read()


def test_the_pack_is_sound_and_big_enough() -> None:
    assert BOOK.errors == ()
    assert len(BOOK.rules) >= 5


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_every_rule_has_examples_of_both_kinds_and_they_hold(rule: object) -> None:
    results = run_examples([rule])  # type: ignore[list-item] # a Rule
    assert sum(result.wanted for result in results) >= 3
    assert sum(not result.wanted for result in results) >= 3
    assert all(result.passed for result in results)


@pytest.mark.parametrize("found", find_tests([SHIPPED]), ids=lambda found: found.test.name)
def test_every_timed_test_holds_in_every_way(found: FoundTest) -> None:
    assert run_test(found) is None


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_no_rule_asks_who_wrote_it(rule: object) -> None:
    conditions = [rule.condition, *rule.signals.values()]  # type: ignore[attr-defined] # a Rule
    fields = {where.field for condition in conditions for group in condition.where for where in group}
    assert not fields & {"author.key", "lang", "platform"}
    assert "author.key" not in rule.group_by  # type: ignore[attr-defined] # a Rule
