"""Hours, days, weeks and months as the district's calendar has them."""

from __future__ import annotations

from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Misconfigured
from pipeline.index import Step
from pipeline.index.buckets import countable, folded, hour_from, key_of, telling, zone_named
from tests.contracts.index_posts import a_post, withheld_posts

SHANGHAI = ZoneInfo("Asia/Shanghai")
hours = st.integers(180_000, 700_000)  # 1990 to 2049


def hour(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) // 3600


@pytest.mark.parametrize(
    ("step", "key"),
    [("hour", "2027-01-01T00:00:00+08:00"), ("day", "2027-01-01"), ("week", "2026-12-28"), ("month", "2027-01")],
)
def test_the_first_hour_of_a_year_belongs_to_the_week_that_began_in_the_old_one(step: Step, key: str) -> None:
    assert key_of(hour("2026-12-31T16:00:00+00:00"), step, SHANGHAI) == key


def test_an_hour_that_comes_twice_is_two_hours_of_one_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    keys = [key_of(hour("2026-10-25T00:00:00+00:00") + n, "hour", berlin) for n in (0, 1)]

    assert keys == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]


@given(st.lists(st.tuples(hours, st.integers(1, 9), st.integers(0, 9))), st.sampled_from(get_args(Step)))
def test_no_post_is_lost_or_counted_twice_and_the_earliest_comes_first(
    rows: list[tuple[int, int, int]], step: Step
) -> None:
    buckets = folded(rows, step, SHANGHAI)

    assert sum(bucket.count for bucket in buckets) == sum(count for _, count, _ in rows)
    assert sum(bucket.neg for bucket in buckets) == sum(neg for _, _, neg in rows)
    keys = [bucket.key for bucket in buckets]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "America/New_York", "Asia/Urumqi"])
def test_a_zone_of_whole_hours_is_taken(name: str) -> None:
    assert zone_named(name).key == name


@pytest.mark.parametrize("name", ["Asia/Kathmandu", "Australia/Lord_Howe", "Mars/Base", "../etc/passwd", "", "/"])
def test_a_zone_that_is_none_or_has_no_whole_hours_in_summer_or_winter_names_the_setting(name: str) -> None:
    with pytest.raises(Misconfigured, match="timezone"):
        zone_named(name)


def test_an_hour_counts_from_its_beginning() -> None:
    assert hour_from(datetime.fromisoformat("2026-03-10T09:00:00+08:00")) == hour("2026-03-10T01:00:00+00:00")
    assert hour_from(datetime.fromisoformat("2026-03-10T09:00:01+08:00")) == hour("2026-03-10T02:00:00+00:00")


def test_words_that_tell_something_are_longer_than_a_sign_and_no_numbers() -> None:
    doc = a_post(tokens=("停水", "水", "2026", "k3", "停水", "……"))

    assert telling(doc) == {"停水", "k3"}
    assert telling(msgspec.structs.replace(doc, text=None)) == set()


def test_withheld_posts_tell_no_words() -> None:
    assert [telling(doc) for doc in withheld_posts()] == [set()] * 3


def test_a_keyword_can_be_counted_by_and_an_author_cannot() -> None:
    assert countable("source.id").name == "source.id"
    for by in ("author.key", "text", "engagement.like", "nosuch"):
        with pytest.raises(Misconfigured, match="agg"):
            countable(by)
