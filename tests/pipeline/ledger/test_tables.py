"""Moments on the ledger are texts, and texts must sort as moments do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from pipeline.ledger.tables import Moment, metadata

LITE = sqlite.dialect()
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
first, last = (datetime.fromisoformat(day) for day in ("0001-01-02", "9999-12-30"))
moments = st.datetimes(first, last, timezones=zones)


def written(at: datetime) -> str:
    text = Moment().process_bind_param(at, LITE)
    assert text is not None
    return text


@given(moments)
def test_a_moment_comes_back_to_the_microsecond_and_in_utc(at: datetime) -> None:
    back = Moment().process_result_value(written(at), LITE)

    assert back == at
    assert back is not None
    assert back.tzinfo is UTC


@given(moments, moments)
def test_moments_sort_as_their_texts_and_all_texts_are_of_one_width(one: datetime, other: datetime) -> None:
    assert (written(one) < written(other)) == (one < other)
    assert len(written(one)) == 27


def test_a_moment_reads_like_one_in_any_tool() -> None:
    shanghai = timezone(timedelta(hours=8))

    assert written(datetime(2026, 3, 10, 19, 2, tzinfo=shanghai)) == "2026-03-10T11:02:00.000000Z"


def test_no_moment_is_none_both_ways() -> None:
    assert Moment().process_bind_param(None, LITE) is None
    assert Moment().process_result_value(None, LITE) is None


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
def test_every_time_on_the_ledger_is_a_moment(table: sa.Table) -> None:
    times = [column for column in table.columns if column.name == "at" or column.name.endswith(("_at", "_until"))]

    assert not [column.name for column in times if not isinstance(column.type, Moment)]
    assert not [column.name for column in table.columns if isinstance(column.type, sa.DateTime)]
