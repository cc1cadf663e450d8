"""When to ask again whether the other side is back."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.notify.breaker import PATIENCE, Breaker
from tests.build import NOON


def waits(breaker: Breaker, failures: int) -> list[float]:
    return [(breaker.failed(NOON) - NOON).total_seconds() for _ in range(failures)]


def test_the_fifth_failure_in_a_row_opens_it_and_then_it_asks_ever_more_rarely() -> None:
    breaker = Breaker()

    assert waits(breaker, PATIENCE - 1) == [0.0] * 4
    assert (breaker.open, breaker.about_to_open) == (False, True)
    assert waits(breaker, 5) == [15.0, 30.0, 60.0, 60.0, 60.0]
    assert (breaker.open, breaker.about_to_open) == (True, False)


def test_one_success_closes_it_and_earns_all_the_patience_again() -> None:
    breaker = Breaker()
    waits(breaker, 9)

    breaker.worked()

    assert not breaker.open
    assert waits(breaker, PATIENCE) == [0.0] * 4 + [15.0]


@given(st.lists(st.booleans()))
def test_it_is_open_exactly_after_five_failures_without_a_success_and_never_waits_long(answers: list[bool]) -> None:
    breaker, in_a_row = Breaker(), 0
    for worked in answers:
        if worked:
            breaker.worked()
        else:
            assert breaker.failed(NOON) - NOON <= timedelta(minutes=1)
        in_a_row = 0 if worked else in_a_row + 1
        assert breaker.open == (in_a_row >= PATIENCE)
