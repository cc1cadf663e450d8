"""A run from its start to its answer, its pauses, and when each share of its time has passed."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from pipeline.detect.deadlines import due_after, open_run
from pipeline.detect.track import Hit
from pipeline.rulebook.rule import Clock
from pipeline.workdays import Workdays
from tests.build import NOON, minute

ZONE = ZoneInfo("Asia/Shanghai")


def run(*events: tuple[float, str]) -> object:
    return open_run((f"p{n}", Hit(minute(at), "u", part)) for n, (at, part) in enumerate(events))


def due(share: float, *events: tuple[float, str]) -> float | None:
    opened = open_run((f"p{n}", Hit(minute(at), "u", part)) for n, (at, part) in enumerate(events))
    assert opened is not None
    found = due_after(opened, Clock(timedelta(minutes=100)), share, Workdays(), ZONE)
    return (found - NOON) / timedelta(minutes=1) if found is not None else None


def test_an_answer_ends_what_began_before_it_by_event_time_whenever_it_was_heard() -> None:
    assert run((0, "start"), (5, "until")) is None
    assert run((5, "until"), (0, "start")) is None
    assert run((0, "start"), (0, "until")) is None
    assert due(1.0, (5, "until"), (6, "start")) == 106


def test_a_second_start_of_a_run_that_is_open_begins_nothing() -> None:
    assert due(1.0, (0, "start"), (30, "start")) == 100


def test_the_clock_stands_still_from_a_pause_to_what_ends_it() -> None:
    assert due(0.5, (0, "start"), (20, "pause"), (50, "resume")) == 80
    assert due(0.1, (0, "start"), (20, "pause"), (50, "resume")) == 10
    assert due(0.5, (0, "start"), (20, "pause")) is None
    assert due(0.2, (0, "start"), (20, "pause")) == 20
    assert due(1.0, (0, "start"), (10, "pause"), (15, "pause"), (20, "resume"), (30, "pause"), (40, "resume")) == 120


def test_working_days_pass_only_on_days_that_are_worked() -> None:
    opened = open_run([("p", Hit(NOON, "u", "start"))])  # a Tuesday
    assert opened is not None

    assert due_after(opened, Clock(workdays=5), 1.0, Workdays(), ZONE) == NOON + timedelta(days=7)
