"""What each type measures at a moment; the histories of all types are in ``test_histories``."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.detect.measure import Frequency, Reading, Steps, Surge, reach, same_hours, stretches
from pipeline.detect.track import Hit
from pipeline.rulebook.rule import Reference, RuleType, Sequence, Spike
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


class Watched(Frequency):
    """Notes how often it is asked."""

    asked = 0

    def counted(self, at: datetime, count: int) -> Reading | None:
        self.asked += 1
        return super().counted(at, count)


def test_a_late_hit_before_thousands_asks_about_two_of_them() -> None:
    flood = [Hit(NOON + timedelta(seconds=second), f"u{second}") for second in range(3000)]
    measured = Watched(a_rule(timeframe=timedelta(hours=2), num_events=100), flood)
    late = Hit(minute(0.5), "late")

    measured.add(late)
    reached = measured.reach(late.at, minute(60))

    assert reached is not None
    assert (reached.at, reached.count) == (NOON + timedelta(seconds=98), 3001)
    assert measured.asked == 2


class Earlier:
    """The hits of the days before, as a spike asks about them."""

    def __init__(self, count: int) -> None:
        self.count, self.asked, self.since = count, 0, NOON - timedelta(days=60)

    def distinct(self, after: datetime, until: datetime) -> int:
        self.asked += 1
        return self.count

    def first(self) -> datetime | None:
        return self.since

    def rule_first(self) -> datetime | None:
        return self.since


def a_surge(past: Earlier) -> Surge:
    spec = Spike(height=2.0, threshold_cur=1, reference=Reference("same_period", days=3, same_daytype=False))
    return Surge(a_rule(type=RuleType.SPIKE, spec=spec), [], past, Workdays.statutory())


def test_the_same_hours_of_earlier_days_are_counted_once_for_each_moment_until_they_change() -> None:
    past = Earlier(4)
    measured = a_surge(past)
    for number in range(20):
        measured.add(Hit(minute(1), f"u{number}"))
        measured.reach(minute(1), minute(60))

    assert past.asked == 3

    past.count = 100
    measured.add(Hit(minute(1) - timedelta(days=1), "late"))

    assert measured.reading(minute(1)) is None
    assert past.asked == 6


def test_a_rule_that_was_fed_earlier_than_was_known_has_a_reference_now() -> None:
    past = Earlier(100)
    past.since = minute(0)
    measured = a_surge(past)
    measured.add(Hit(minute(1), "u"))

    assert measured.reading(minute(1)) == Reading(1, 1)  # nothing to compare with: the threshold alone counts

    past.since = minute(0) - timedelta(days=9)

    assert measured.reading(minute(1)) is None
