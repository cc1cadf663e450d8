from __future__ import annotations

from datetime import timedelta

import msgspec

from dashboards.boards.clocks import acknowledging, closing
from pipeline.model import Case, CaseState, Entry, Level
from tests.build import NOON, minute


def a_case(level: Level = Level.L2, **more: object) -> Case:
    case = Case(id="c1", name="C-3F7KQ", key="k", level=level, title="停水", opened_at=NOON, active_at=NOON)
    return msgspec.structs.replace(case, **more)


def test_a_case_is_to_be_acknowledged_within_the_limit_of_its_level() -> None:
    running, overdue = acknowledging(a_case(), minute(14)), acknowledging(a_case(), minute(16))

    assert (running.state, running.due, overdue.state) == ("running", minute(15), "overdue")


def test_an_acknowledged_case_keeps_how_long_it_took() -> None:
    in_time, late = (acknowledging(a_case(acked_at=minute(at)), minute(60)) for at in (10, 20))

    assert (in_time.state, in_time.took) == ("in_time", timedelta(minutes=10))
    assert (late.state, late.took) == ("late", timedelta(minutes=20))


def test_closing_unseen_counts_as_seeing() -> None:
    assert acknowledging(a_case(closed_at=minute(3), state=CaseState.CLOSED), minute(60)).state == "in_time"


def test_a_blue_case_has_no_such_clock() -> None:
    waiting, done = (acknowledging(a_case(Level.L4, acked_at=at), minute(60)) for at in (None, minute(9)))

    assert (waiting.state, waiting.due, waiting.took) == ("none", None, None)
    assert (done.state, done.took) == ("none", timedelta(minutes=9))


def test_a_case_that_got_louder_waits_anew() -> None:
    case = a_case(history=(Entry(NOON, "opened"), Entry(minute(30), "raised"), Entry(minute(40), "note")))

    assert acknowledging(case, minute(40)).due == minute(45)


def test_every_level_is_to_be_closed_some_time() -> None:
    assert [closing(a_case(level), NOON).due for level in Level] == [
        NOON + timedelta(hours=24), NOON + timedelta(hours=48), NOON + timedelta(hours=48), NOON + timedelta(days=7),
    ]  # fmt: skip
