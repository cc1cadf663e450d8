"""The calendar of working days, and its clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pipeline.workdays import Workdays

ZONE = ZoneInfo("Asia/Shanghai")
YEARS = range(2014, 2027)


def days_of(years: range) -> list[date]:
    first = date(years.start, 1, 1)
    return [first + timedelta(days=n) for n in range((date(years.stop, 1, 1) - first).days)]


def test_two_independent_packages_know_the_same_working_days() -> None:
    import chinese_calendar  # type: ignore[import-untyped] # it has no types
    import holidays

    ours, others = Workdays.statutory(), holidays.country_holidays("CN", years=YEARS)
    for day in days_of(YEARS):
        assert ours.worked(day) == chinese_calendar.is_workday(day), day
        assert ours.worked(day) == others.is_working_day(day), day


def test_days_of_ones_own_prevail() -> None:
    own = Workdays.statutory().with_days([date(2026, 3, 10)], [date(2026, 10, 1), date(2026, 3, 14)])

    assert not own.worked(date(2026, 3, 10))
    assert own.worked(date(2026, 10, 1))
    assert own.worked(date(2026, 3, 14))
    assert Workdays.statutory().worked(date(2026, 3, 10))


def test_a_year_not_arranged_yet_has_its_weekends_and_is_warned_of() -> None:
    ours = Workdays.statutory()

    assert ours.worked(date(2040, 10, 1))  # a Monday
    assert not ours.worked(date(2040, 10, 6))


def test_five_working_days_skip_holidays_and_count_a_saturday_worked_in_exchange() -> None:
    days = Workdays([date(2030, 2, 4), date(2030, 2, 5)], [date(2030, 2, 9)])
    start = datetime(2030, 2, 1, 10, tzinfo=ZONE)

    assert days.after(start, 5, ZONE) == datetime(2030, 2, 11, 10, tzinfo=ZONE)
    assert days.after(start, 2.5, ZONE) == datetime(2030, 2, 7, 22, tzinfo=ZONE)
    assert days.after(datetime(2030, 2, 3, 9, tzinfo=ZONE), 1, ZONE) == datetime(2030, 2, 7, tzinfo=ZONE)


@given(
    st.integers(0, 3_000_000).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.integers(1, 40),
)
def test_the_time_between_is_what_was_asked_for(start: datetime, days: int) -> None:
    ours = Workdays.statutory()

    assert ours.between(start, ours.after(start, days, ZONE), ZONE) == timedelta(days=days)
