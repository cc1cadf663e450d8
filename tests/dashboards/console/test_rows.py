from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from dashboards.console.rows import alert_view, case_row, flags, history_of, notice_view
from pipeline.model import Case, CaseState, Entry, Level, Notification, NotifyReason
from pipeline.notify import RowState
from tests.build import NOON, minute
from tests.dashboards.console.district import an_alert

SECRET = "青湖三小"


def a_case(*history: tuple[datetime, str], sealed: bool = False) -> Case:
    return Case(
        id="c1", name="C-3F7KQ", key="water", level=Level.L3, title="停水", topic="water", places=("jhl",),
        opened_at=NOON, active_at=NOON, sealed=sealed, state=CaseState.CLOSED, outcome=f"{SECRET}已通报",
        history=tuple(Entry(at=at, what=what, by="王", words=SECRET) for at, what in history),
    )  # fmt: skip


def test_the_reason_is_that_of_the_loudest_alert_and_of_two_the_older() -> None:
    alerts = [
        an_alert("a", level="L3", why="黄", count=1),
        an_alert("b", level="L2", at=minute(9), why="后橙", count=2),
        an_alert("c", level="L2", at=minute(3), why="先橙", count=4, late=True),
    ]

    row = case_row(a_case(), alerts)

    assert (row.why, row.count, row.late) == ("先橙", 7, True)
    assert case_row(a_case(), []).why == ""


def test_no_word_of_a_sealed_case_comes_out_by_any_way() -> None:
    case = a_case((NOON, "opened"), (minute(5), "note"), (minute(9), "close"), sealed=True)
    alert = an_alert("secret", why=SECRET, advice=f"联系{SECRET}", summary=SECRET)

    shown = msgspec.json.encode([case_row(case, [alert]), alert_view(alert, sealed=True), history_of(case)]).decode()

    assert SECRET not in shown
    assert "锦湖里" not in shown  # what the evidence says
    assert [entry.what for entry in history_of(case)] == [
        "opened",
        "note",
        "close",
    ]  # that something was done may be seen


def test_a_case_that_is_not_sealed_keeps_its_words() -> None:
    case = a_case((NOON, "note"))

    assert history_of(case)[0].words == SECRET
    assert case_row(case, []).outcome == f"{SECRET}已通报"


def test_an_alert_about_a_child_shows_why_and_no_post() -> None:
    view = alert_view(an_alert(minor=True, why="60 分钟内 12 人"), sealed=False)

    assert (view.why, view.evidence) == ("60 分钟内 12 人", ())


@pytest.mark.parametrize(
    ("state", "attempts", "shown"),
    [(RowState.PENDING, 0, "waiting"), (RowState.PENDING, 2, "retrying"), (RowState.DEAD, 9, "dead")],
)
def test_a_message_that_was_tried_is_being_tried_again(state: RowState, attempts: int, shown: str) -> None:
    message = Notification(
        id="n1", alert="a1", case="c1", case_name="C-3F7KQ", receiver="值班群", reason=NotifyReason.FIRST, seq=1, at=NOON,
        level=Level.L3, rule="water", active_at=NOON, title="停水", text="停水",
    )  # fmt: skip

    assert notice_view(message, state, attempts=attempts, ended_at=None, words="").state == shown


def test_a_case_opened_just_as_the_chart_begins_is_on_it() -> None:
    row = case_row(a_case(), [])

    assert [flag.name for flag in flags([row], NOON)] == ["C-3F7KQ"]
    assert flags([row], minute(0.1)) == []
