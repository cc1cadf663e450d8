"""What a written value means to its field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.index.operand import OPEN_END, Bound, Wrong, between, denied, equal, field_named, milliseconds
from pipeline.index.tree import Between, Equals, Node, Not
from pipeline.model import FIELDS

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
HOUR = 3_600_000


def width(written: str, zone: ZoneInfo = SHANGHAI) -> float:
    """Return how many hours a written time lasts."""
    node = equal(FIELDS["at"], written, zone)
    assert isinstance(node, Between)
    assert isinstance(node.low, int) and isinstance(node.high, int)
    return (node.high - node.low) / HOUR


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("2028", 366 * 24),
        ("2028-02", 29 * 24),
        ("2026-2", 28 * 24),
        ("2026-12", 31 * 24),
        ("2026-03-10", 24),
        ("2026-03-10 08", 1),
        ("2026-03-10T08:30", 1 / 60),
        ("2026-03-10T08:30:15.250Z", 1 / 3600),
    ],
)
def test_a_time_lasts_as_long_as_it_is_written(written: str, hours: float) -> None:
    assert width(written) == hours


def test_a_day_on_which_the_clocks_change_is_shorter_or_longer() -> None:
    assert (width("2026-03-08", NEW_YORK), width("2026-11-01", NEW_YORK)) == (23, 25)


def test_a_written_zone_wins_over_that_of_the_district() -> None:
    here, there = (equal(FIELDS["at"], f"2026-03-10T08{zone}", SHANGHAI) for zone in ("+0800", "Z"))

    assert here == equal(FIELDS["at"], "2026-03-10T08", SHANGHAI)
    assert isinstance(here, Between) and isinstance(there, Between)
    assert there.low == int(str(here.low)) + 8 * HOUR


@pytest.mark.parametrize(
    "wrong", ["", "明天", "2026-00", "2026-02-30", "2026-03-10T25", "9999", "2026-03-10T08:00+99:00", "26-3-1"]
)
def test_a_time_that_no_calendar_has_is_refused_with_an_example(wrong: str) -> None:
    with pytest.raises(Wrong, match="2026-03-10T08:00"):
        equal(FIELDS["at"], wrong, SHANGHAI)


def test_a_bound_that_is_left_out_or_excluded_takes_the_other_end_of_the_day() -> None:
    day = Bound("2026-03-10", True)
    whole = between(FIELDS["at"], day, day, SHANGHAI)
    after = between(FIELDS["at"], Bound(day.value, False), OPEN_END, SHANGHAI)
    before = between(FIELDS["at"], OPEN_END, Bound(day.value, False), SHANGHAI)

    assert isinstance(whole, Between) and isinstance(after, Between) and isinstance(before, Between)
    assert (after.low, after.high) == (whole.high, None)
    assert (before.low, before.high) == (None, whole.low)


@pytest.mark.parametrize(
    ("field", "written", "node"),
    [
        ("engagement.like", "-3", Equals("engagement.like", -3.0)),
        ("numbers.amount", "0.5", Equals("numbers.amount", 0.5)),
        ("privacy.minor", "是", Equals("privacy.minor", True)),
        ("place.street", "任何街道", Equals("place.street", "任何街道")),
        ("matter.harm", "H3", Equals("matter.harm", "H3")),
    ],
)
def test_a_value_is_read_in_the_type_of_its_field(field: str, written: str, node: Node) -> None:
    assert equal(FIELDS[field], written, SHANGHAI) == node


@pytest.mark.parametrize(
    ("field", "written", "remedy"),
    [
        ("engagement.like", "1e9", "是数字"),
        ("engagement.like", "nan", "是数字"),
        ("engagement.like", "٣", "是数字"),
        ("privacy.minor", "True", "true 或 false"),
        ("matter.topic", "watr", "是不是想写 water"),
    ],
)
def test_a_value_that_its_field_cannot_have_is_refused_with_a_remedy(field: str, written: str, remedy: str) -> None:
    with pytest.raises(Wrong) as caught:
        equal(FIELDS[field], written, SHANGHAI)

    assert remedy in caught.value.zh


def test_an_authors_key_is_no_field_of_a_search_and_is_not_suggested_as_one() -> None:
    with pytest.raises(Wrong, match="cannot be searched"):
        field_named("author.key")
    with pytest.raises(Wrong) as caught:
        field_named("author.keys")
    assert "想写 author" not in caught.value.zh


def test_denying_twice_is_not_denying() -> None:
    node = Equals("kind", "post")

    assert denied(node) == Not(node)
    assert denied(denied(node)) == node


@given(st.datetimes(timezones=st.just(UTC)))
def test_milliseconds_are_whole_and_never_later_than_the_moment(at: datetime) -> None:
    back = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds(at))

    assert timedelta(0) <= at - back < timedelta(milliseconds=1)
