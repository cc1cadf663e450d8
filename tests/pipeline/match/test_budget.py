from __future__ import annotations

from pipeline.match.budget import Budget


def test_a_rule_that_is_slow_again_and_again_is_set_aside_and_one_that_was_slow_once_is_not() -> None:
    budget = Budget(limit_s=0.1, strikes=3)

    assert [budget.spent("slow", 0.2) for _ in range(3)] == [False, False, True]
    assert not budget.spent("once", 0.2)
    assert not any(budget.spent("quick", 0.05) for _ in range(10))
    assert budget.aside == {"slow"}
