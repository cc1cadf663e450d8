from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.dates import believed, read_time
from pipeline.model import Basis, Precision

ZONE = "Asia/Shanghai"
# 00:04:30 on the first of March of a leap year, a Friday in Shanghai; still February, and Thursday, in UTC.
BASE = datetime.fromisoformat("2024-03-01T00:04:30+08:00")


def local(raw: str, base: datetime = BASE, zone: str = ZONE) -> str | None:
    published = read_time(raw, base=base, zone=zone)
    if published is None:
        return None
    return published.at.astimezone(BASE.tzinfo).strftime("%Y-%m-%d %H:%M:%S") + f" {published.precision}"


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("刚刚", "2024-03-01 00:04:30 min"),
        ("剛剛", "2024-03-01 00:04:30 min"),
        ("40秒前", "2024-03-01 00:03:50 s"),
        ("5分钟前", "2024-02-29 23:59:30 min"),
        ("5 分鐘前", "2024-02-29 23:59:30 min"),
        ("十分钟前", "2024-02-29 23:54:30 min"),
        ("半小时前", "2024-02-29 23:34:30 min"),
        ("两小时前", "2024-02-29 22:04:30 hour"),
        ("2个小时前", "2024-02-29 22:04:30 hour"),
        ("1天前", "2024-02-29 00:00:00 day"),
        ("发表于 2&天前".replace("&", "\u00a0"), "2024-02-28 00:00:00 day"),
        ("1周前", "2024-02-23 00:00:00 day"),
        ("今天 00:01", "2024-03-01 00:01:00 min"),
        ("昨天 23:37", "2024-02-29 23:37:00 min"),
        ("昨晚 9:05", "2024-02-29 21:05:00 min"),
        ("前天 08:05", "2024-02-28 08:05:00 min"),
        ("昨天", "2024-02-29 00:00:00 day"),
        ("周四 10:00", "2024-02-29 10:00:00 min"),
        ("周五 10:00", "2024-02-23 10:00:00 min"),  # it is Friday, but not yet ten
        ("上周五 晚上8:15", "2024-02-23 20:15:00 min"),
        ("星期天", "2024-02-25 00:00:00 day"),
        ("02-29 21:05", "2024-02-29 21:05:00 min"),
        ("03-02 21:05", "2023-03-02 21:05:00 min"),
        ("12-31 23:59", "2023-12-31 23:59:00 min"),
        ("2月29日 下午3:05", "2024-02-29 15:05:00 min"),
        ("12月31日", "2023-12-31 00:00:00 day"),
        ("2月28日 中午12:30", "2024-02-28 12:30:00 min"),
        ("2月28日 凌晨12:30", "2024-02-28 00:30:00 min"),
        ("2月28日 晚上12点", "2024-02-29 00:00:00 hour"),
        ("2024年2月28日下午3时5分", "2024-02-28 15:05:00 min"),
        ("二〇二四年二月二十八日", "2024-02-28 00:00:00 day"),
        ("２０２４－０２－２８　０９：３０", "2024-02-28 09:30:00 min"),
        ("2024/2/28 上午 00:01:30", "2024-02-28 00:01:30 s"),
        ("2024-02-28 20:00:33", "2024-02-28 20:00:33 s"),
        ("2024-02-28T20:00:33", "2024-02-28 20:00:33 s"),
        ("2024-02-28T12:00:33Z", "2024-02-28 20:00:33 s"),
        ("2024-02-28T20:00:33.123456+08:00", "2024-02-28 20:00:33 s"),
        ("2024-02-28T07:00:33-05:00", "2024-02-28 20:00:33 s"),
        ("Wed, 28 Feb 2024 12:00:33 GMT", "2024-02-28 20:00:33 s"),
        ("Wed, 28 Feb 2024 20:00:33", "2024-02-28 20:00:33 s"),
        ("28 Feb 24 20:00 +0800", "2024-02-28 20:00:00 min"),
        ("Wed Feb 28 20:00:33 +0800 2024", "2024-02-28 20:00:33 s"),
        ("Wed Feb 28 20:00:33 CST 2024", "2024-02-28 20:00:33 s"),
        ("1小时前 来自 客户端", "2024-02-29 23:04:30 hour"),
        ("发表于 2024-2-28 08:10 | 只看该作者", "2024-02-28 08:10:00 min"),
        ("1709121633", "2024-02-28 20:00:33 s"),
        ("1709121633000", "2024-02-28 20:00:33 s"),
        ("20240228", "2024-02-28 00:00:00 day"),
        ("23:50", "2024-02-29 23:50:00 min"),
    ],
)
def test_a_time_is_read_as_its_reader_means_it(raw: str, read: str) -> None:
    assert local(raw) == read


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "停水了",
        "2024-02-30",
        "13-45 10:00",
        "2024-02-28 25:00",
        "99999999999999999天前",
        "0000-00-00",
        "周八 10:00",
    ],
)
def test_what_is_no_time_is_none(raw: str) -> None:
    assert read_time(raw, base=BASE, zone=ZONE) is None


def test_a_clock_minutes_ahead_of_ours_moves_no_post_by_a_day_or_a_year() -> None:
    """03-01 00:09 read at 00:04 is now, not last year."""
    assert local("03-01 00:09") == "2024-03-01 00:04:30 min"
    assert local("今天 00:09") == "2024-03-01 00:04:30 min"
    assert local("00:09") == "2024-03-01 00:04:30 min"


def test_a_29th_of_february_without_year_is_the_last_one_there_was() -> None:
    assert local("02-29 10:00", base=datetime.fromisoformat("2027-01-05T00:00:00+08:00")) == "2024-02-29 10:00:00 min"


def test_words_that_need_a_base_say_so_and_the_others_keep_theirs() -> None:
    for raw in ("刚刚", "昨天 10:00", "周一", "02-28 10:00", "23:50"):
        read = read_time(raw, base=BASE, zone=ZONE)
        assert read and read.basis is Basis.RELATIVE, raw
    read = read_time("2024-02-28 20:00", base=BASE, zone=ZONE, basis=Basis.TEXT)
    assert read and (read.basis, read.raw) == (Basis.TEXT, "2024-02-28 20:00")


def test_a_phone_or_place_behind_a_time_is_not_kept() -> None:
    read = read_time("3分钟前 来自 小王的手机", base=BASE, zone=ZONE)
    assert read and read.raw == "3分钟前"


def test_words_count_in_the_sources_zone_not_in_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        for zone in ("UTC", "America/New_York", "Asia/Shanghai"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            assert local("昨天 23:37", base=BASE.astimezone(UTC)) == "2024-02-29 23:37:00 min"
            assert local("2024-02-28 20:00:33") == "2024-02-28 20:00:33 s"
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert os.environ.get("TZ") is None
    assert local("昨天 23:37", zone="America/New_York") == "2024-02-29 12:37:00 min"


def test_cst_is_chinas_time_on_a_chinese_site_only() -> None:
    assert local("Wed Feb 28 20:00:33 CST 2024") == "2024-02-28 20:00:33 s"
    assert local("Wed Feb 28 06:00:33 CST 2024", zone="America/Chicago") == "2024-02-28 20:00:33 s"


def test_a_time_from_the_future_or_from_an_unset_clock_is_the_fetch_time_with_its_raw() -> None:
    for raw, warning in (("2024-03-01 00:15:00", "future_date"), ("1970-01-01 08:00:00", "unset_clock")):
        published, warnings = believed(raw, base=BASE, zone=ZONE)
        assert (published.at, published.basis, published.raw, warnings) == (BASE, Basis.FETCH, raw, (warning,))
    published, warnings = believed("2024-03-01 00:14:00", base=BASE, zone=ZONE)
    assert (published.basis, warnings) == (Basis.FEED, ())


def test_words_that_are_no_time_are_not_kept() -> None:
    published, warnings = believed("张三 13812345678", base=BASE, zone=ZONE)
    assert (published.at, published.raw, warnings) == (BASE, "", ("unread_date",))
    assert believed("", base=BASE, zone=ZONE)[1] == ("missing_date",)


_PIECES = "0123456789年月日号周一二十〇上下午昨今前天刚半小时分钟秒点:/-.+TZ ,来自发表于"
_words = st.lists(st.sampled_from([*_PIECES, "GMT", "Feb", "\u00a0"]), max_size=30).map("".join)


@given(st.one_of(_words, st.text(max_size=200), st.integers().map(str)))
def test_nothing_that_a_site_writes_raises(raw: str) -> None:
    published = read_time(raw, base=BASE, zone=ZONE)
    assert published is None or published.at.tzinfo is UTC


@given(st.integers(0, 35 * 365 * 24 * 60), st.integers(0, 364 * 24 * 60))
def test_a_date_without_year_comes_back_and_is_never_in_the_future(age: int, minutes: int) -> None:
    base = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(minutes=age)
    then = (base - timedelta(minutes=minutes)).astimezone(BASE.tzinfo)
    read = read_time(then.strftime("%m-%d %H:%M"), base=base, zone="Etc/GMT-8")
    assert read and read.at == then and read.precision is Precision.MIN
