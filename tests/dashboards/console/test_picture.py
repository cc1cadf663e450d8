from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.picture import RANGES, ROWS_MOST, Bar, _floor, bars, hot, tone
from tests.build import NOON, minute
from tests.dashboards.console.district import District, a_doc


@pytest.mark.parametrize("name", RANGES)
def test_a_chart_has_every_bar_even_of_a_silent_district_and_ends_now(district: District, name: str) -> None:
    range_, now = RANGES[name], minute(7.5)

    found = bars(district.index, range_, now)

    assert len(found) == range_.length / range_.step
    assert found[-1].at <= now < found[-1].at + range_.step
    assert all(later.at - bar.at == range_.step for bar, later in pairwise(found))
    assert {bar.neg + bar.neu + bar.pos for bar in found} == {0}


@pytest.mark.parametrize("name", RANGES)
def test_a_post_stands_in_the_bar_of_its_time(district: District, name: str) -> None:
    range_ = RANGES[name]
    at = NOON - range_.length / 2 + timedelta(seconds=1)
    district.say(a_doc("p1", at=at), a_doc("old", at=NOON - range_.length - range_.step))

    (full,) = [bar for bar in bars(district.index, range_, NOON) if bar.neg]

    assert full.at <= at < full.at + range_.step


def test_a_feeling_we_do_not_know_is_neutral() -> None:
    bar = Bar(at=NOON)
    bar.add("", 2)
    bar.add("pos", 1)

    assert (bar.neg, bar.neu, bar.pos) == (0, 2, 1)


@given(st.integers(0, 10**9), st.sampled_from([range_.step for range_ in RANGES.values()]))
def test_bars_begin_on_whole_steps(seconds: int, step: timedelta) -> None:
    at = NOON + timedelta(seconds=seconds)

    floor = _floor(at, step)

    assert floor <= at < floor + step
    assert floor.timestamp() % step.total_seconds() == 0


def test_a_span_counts_its_beginning_and_not_its_end(district: District) -> None:
    district.say(a_doc("p1", at=NOON), a_doc("p2", at=minute(5), label="pos"))

    assert tone(district.index, NOON, minute(5)) == {"neg": 1}


def test_the_table_is_short_and_its_loudest_matter_is_on_top(district: District) -> None:
    topics = ("water", "gas", "noise", "heat", "traffic", "food", "labor", "power", "city")
    streets = ("湖东街道", "文桥街道")
    district.say(
        *(
            a_doc(f"{topic}{street}", topic=topic, street=street, at=minute(-2))
            for topic in topics
            for street in streets
        ),
        a_doc("again", topic="noise", street="文桥街道", at=minute(-1)),
    )

    rows = hot(district.index, timedelta(hours=1), NOON)

    assert len(rows) == ROWS_MOST
    assert (rows[0].topic, rows[0].street, rows[0].n) == ("noise", "文桥街道", 2)


def test_what_is_sealed_or_spam_is_no_hot_matter(district: District) -> None:
    district.say(a_doc("p1", minor=True, at=minute(-1)), a_doc("p2", topic="other", at=minute(-1)))

    assert hot(district.index, timedelta(hours=1), NOON) == []
