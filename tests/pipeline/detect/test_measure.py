"""What each type measures at a moment; the histories of all types are in ``test_histories``."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.detect.measure import Frequency, Steps, reach, same_hours, stretches
from pipeline.detect.track import Hit
from pipeline.rulebook.rule import Reference, RuleType, Sequence
from pipeline.workdays import Workdays
from tests.build import NOON, minute
from tests.pipeline.detect.test_stage import a_rule

TEN = timedelta(minutes=10)


def test_the_reach_is_where_the_condition_holds_first_and_at_its_fullest() -> None:
    measured = Frequency(a_rule(timeframe=TEN, num_events=2), [Hit(minute(m), f"u{m}") for m in (0, 5, 8, 30)])

    reached = reach(measured, measured.moments(minute(5), minute(60)))

    assert reached is not None
    assert (reached.at, reached.count) == (minute(5), 3)


def test_a_condition_holds_from_the_hit_that_completes_it_until_one_leaves() -> None:
    measured = Frequency(a_rule(timeframe=TEN, num_events=2), [Hit(minute(m), f"u{m}") for m in (0, 5)])

    [stretch] = stretches(measured, minute(0), minute(60))

    assert (stretch.start, stretch.end) == (minute(5), minute(10))


def test_steps_of_one_moment_count_in_any_order_and_one_post_may_take_several() -> None:
    rule = a_rule(type=RuleType.SEQUENCE, spec=Sequence(("a", "b")), timeframe=TEN)

    assert Steps(rule, [Hit(NOON, "u", "b"), Hit(NOON, "v", "a")]).reading(NOON)
    assert Steps(rule, [Hit(NOON, "u", "a\x1fb")]).reading(NOON)
    assert Steps(rule, [Hit(NOON, "u", "b"), Hit(minute(1), "v", "a")]).reading(minute(1)) is None


def test_the_same_hours_of_days_of_one_kind_skip_holidays_and_count_days_worked_in_exchange() -> None:
    days = Workdays([date(2026, 3, 9)], [date(2026, 3, 8)])  # a Monday off for a Sunday worked
    at = datetime(2026, 3, 10, 2, tzinfo=UTC)  # ten in the morning

    found = list(same_hours(at, Reference("same_period", days=3), days, ZoneInfo("Asia/Shanghai")))

    assert [moment.day for moment in found] == [8, 6, 5]
    assert {moment.hour for moment in found} == {2}
