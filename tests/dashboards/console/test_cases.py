from __future__ import annotations

import msgspec
import pytest

from dashboards.console.cases import Act, CaseBoard
from pipeline.errors import Rejected
from pipeline.model import CaseState, Verb
from tests.build import NOON, minute
from tests.dashboards.console.district import District, an_alert


@pytest.mark.parametrize(
    "body",
    ['{"by": ""}', '{"by": "\\t "}', '{"reason": "x"}', '{"by": "x", "link": "data:x"}', '{"by": "x", "at": "2026"}'],
)
def test_an_act_without_a_person_or_with_a_trap_is_no_act(body: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Act)


def test_an_act_is_answered_with_the_case_as_it_will_be_before_its_writer_has_heard(district: District) -> None:
    district.warn(an_alert())
    board = CaseBoard(district.desk)
    (row,) = board.rows()

    expected = board.act(row.name, Verb.ACK, Act(by=" 王 "), minute(3))

    assert expected
    assert (expected.state, expected.acked_by, expected.acked_at) == (CaseState.ACKNOWLEDGED, "王", minute(3))
    assert board.rows()[0].state is CaseState.OPEN
    district.settle()
    assert board.rows() == [expected]


def test_an_act_that_is_not_allowed_now_is_refused_and_a_case_that_is_none_is_none(district: District) -> None:
    district.warn(an_alert())
    board = CaseBoard(district.desk)
    (row,) = board.rows()

    with pytest.raises(Rejected, match="没有办结"):
        board.act(row.name, Verb.REOPEN, Act(by="王", reason="再看"), NOON)
    assert board.act("C-NONE", Verb.ACK, Act(by="王"), NOON) is None
    assert board.file("C-NONE") is None


def test_a_closed_case_stays_in_the_list_and_counts_no_more(district: District) -> None:
    district.warn(an_alert("water"), an_alert("gas", level="L1", topic="gas"))
    board = CaseBoard(district.desk)
    assert board.counts() == {"open": 2, "unacked": 2}

    board.act(board.rows()[0].name, Verb.CLOSE, Act(by="王", reason="已修好"), minute(3))
    district.settle()

    assert board.counts() == {"open": 1, "unacked": 1}
    assert sorted(row.state for row in board.rows()) == [CaseState.CLOSED, CaseState.OPEN]


def test_many_requests_in_the_queue_hide_nothing_louder_and_are_no_marks(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.console.cases.OPEN_MOST", 2)
    district.warn(an_alert("gas", level="L2", at=minute(-9)))
    district.warn(*(an_alert(f"lamp{number}", level="L4", at=minute(number)) for number in range(5)))
    board = CaseBoard(district.desk)

    assert sorted(row.level.value for row in board.rows()) == ["L2", "L4", "L4"]
    assert [flag.level.value for flag in board.flags(since=minute(-10))] == ["L2"]


def test_a_mark_stands_where_a_case_began_and_not_before_the_chart(district: District) -> None:
    district.warn(an_alert())
    board = CaseBoard(district.desk)

    assert len(board.flags(since=minute(-1))) == 1
    assert board.flags(since=minute(60)) == []
