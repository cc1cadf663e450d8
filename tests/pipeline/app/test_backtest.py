"""Numbers of a back-test, without an index."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.app.backtest import Backtest, difference, judged
from pipeline.model import Alert, Level, Turn
from tests.build import NOON

ZONE = ZoneInfo("Asia/Shanghai")


def an_alert(at: datetime) -> Alert:
    return Alert(
        id="a", turn_id="t", turn=Turn.OPENED, rule="r", rule_rev="", rule_name="r", level=Level.L3,
        active_at=at, last_at=at, at=at,
    )  # fmt: skip


def test_labels_judge_only_what_they_name() -> None:
    result = judged(["a", "b", "c"], {"a": True, "b": False, "d": True})
    assert (result.right, result.wrong, result.missed) == (1, ("b",), ("d",))
    assert (result.precision, result.recall) == (0.5, 0.5)
    nothing = judged(["a"], {})
    assert nothing.precision is None and nothing.recall is None


def test_shifts_are_eight_hours_of_the_desk_s_zone() -> None:
    alerts = tuple(an_alert(at=NOON + timedelta(hours=hours)) for hours in (0, 1, 9))
    assert Backtest(0, {}, alerts).per_shift(NOON, NOON + timedelta(days=1), ZONE) == (1.0, 2)
    assert Backtest(0, {}, ()).per_shift(NOON, NOON, ZONE) == (0.0, 0)


def test_a_difference_is_what_only_one_side_says() -> None:
    same, gone, new = (an_alert(at=NOON + timedelta(hours=hours)) for hours in (0, 1, 2))
    changed = difference(Backtest(1, {"r": ("p", "q")}, (same, gone)), Backtest(1, {"r": ("q", "s")}, (same, new)))
    assert (changed.more, changed.fewer) == ((new,), (gone,))
    assert (changed.matched_more, changed.matched_fewer) == ((("r", "s"),), (("r", "p"),))
