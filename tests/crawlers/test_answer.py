from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.answer import Answer, http_date

WORDS = "Tue, Mon 10 Mar 2026 99999 04:00:00 25:61 GMT EST +9999 -0000 :".split()


def test_a_date_is_that_of_the_servers_clock() -> None:
    answer = Answer("https://a.example/", headers={"date": "Tue, 10 Mar 2026 04:00:00 GMT"})

    assert answer.date == datetime(2026, 3, 10, 4, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", "yesterday", "Tue, 10 Mar 2026 04:00:00 -0000"])
def test_a_date_without_a_zone_or_sense_is_none(value: str) -> None:
    assert http_date(value) is None


@given(st.text(max_size=40) | st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join))
def test_no_header_of_a_site_raises(value: str) -> None:
    at = http_date(value)

    assert at is None or at.tzinfo


def test_a_site_that_tells_nothing_is_no_error() -> None:
    silent = Answer("https://a.example/")

    assert (silent.content_type, silent.date) == ("", None)
