"""What a case says of itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from pipeline.model import Case, CaseState, Entry, Level
from tests.build import NOON, minute


def a_case(**more: Any) -> Case:
    return Case(id="c1", name="C-3F7KQ", key="k", level=Level.L3, title="停水", opened_at=NOON, active_at=NOON, **more)


@pytest.mark.parametrize("state", CaseState)
def test_only_a_closed_case_is_not_open(state: CaseState) -> None:
    assert a_case(state=state).open is (state is not CaseState.CLOSED)


def test_a_case_is_quiet_when_its_last_alert_is_and_not_when_it_is_signed() -> None:
    assert not a_case(alerts=("a1", "a2"), firing=("a2",), acked_at=NOON).quiet
    assert a_case(alerts=("a1", "a2")).quiet


def test_a_signature_outlives_the_handing_over() -> None:
    assert a_case(state=CaseState.ASSIGNED, acked_at=NOON).acked
    assert not a_case(state=CaseState.ASSIGNED).acked


@pytest.mark.parametrize(
    ("history", "since"),
    [
        ((), 0),
        (((minute(5), "raised"),), 5),
        (((minute(5), "raised"), (minute(9), "ack"), (minute(12), "note")), 5),  # what an officer does is no new wait
        (((minute(5), "close"), (minute(20), "reopen")), 20),
    ],
)
def test_a_case_waits_from_when_it_last_began_to(history: tuple[tuple[datetime, str], ...], since: float) -> None:
    assert a_case(history=tuple(Entry(at, what) for at, what in history)).waiting_since == minute(since)


@pytest.mark.parametrize(
    ("lead", "others", "units"),
    [("water", ("st_hd",), ("water", "st_hd")), ("", ("st_hd",), ("st_hd",)), ("", (), ())],
)
def test_the_leading_unit_comes_first_and_a_missing_one_leaves_no_gap(
    lead: str, others: tuple[str, ...], units: tuple[str, ...]
) -> None:
    assert a_case(lead_unit=lead, co_units=others).units == units
