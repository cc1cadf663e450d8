"""Ten tabs cost what one does."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboards.console.briefly import Briefly
from tests.build import NOON


def test_an_answer_is_made_once_a_key_until_it_is_old() -> None:
    made: list[str] = []

    def make(key: str, now: datetime) -> int:
        made.append(key)
        return len(made)

    briefly = Briefly(make, timedelta(seconds=3))

    assert [briefly.get(key, NOON) for key in ("a", "a", "b", "a")] == [1, 1, 2, 1]
    assert briefly.get("a", NOON + timedelta(seconds=3)) == 3


def test_a_clock_set_back_does_not_keep_an_answer_for_ever() -> None:
    briefly = Briefly(lambda key, now: now)
    briefly.get("a", NOON)

    assert briefly.get("a", NOON - timedelta(hours=1)) == NOON - timedelta(hours=1)
