"""Clocks that never run backwards and always say in which zone they are."""

from __future__ import annotations

from datetime import UTC, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.clock import ManualClock, WallClock
from tests.build import NOON, minute


def test_the_wall_clock_is_aware_and_in_utc() -> None:
    first, second = WallClock().now(), WallClock().now()

    assert first.tzinfo is UTC
    assert first <= second


@given(st.lists(st.integers(-60, 60)))
def test_posts_in_any_order_move_a_stream_s_clock_only_forward(minutes: list[int]) -> None:
    clock = ManualClock(NOON)
    seen = [NOON]

    for each in minutes:
        clock.move_to(minute(each))
        seen.append(clock.now())

    assert seen == sorted(seen)
    assert clock.now() == max([NOON, *map(minute, minutes)])


def test_a_manual_clock_stands_still_until_told() -> None:
    clock = ManualClock(NOON)
    assert clock.now() == clock.now() == NOON

    clock.advance(timedelta(minutes=2))

    assert clock.now() == minute(2)
