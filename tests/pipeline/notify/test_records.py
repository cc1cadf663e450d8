"""What notify keeps: read as it was written, and nothing written twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa

from pipeline.errors import Rejected
from pipeline.ledger import Ledger, tables
from pipeline.model import CaseState, NotifyReason
from pipeline.notify.casebook import Notice
from pipeline.notify.records import Records, RowState, read_case
from tests.build import NOON, minute
from tests.contracts.notifier import a_notification
from tests.pipeline.model.test_case import a_case
from tests.pipeline.notify.world import an_alert


@pytest.fixture
def db(ledger_url: str) -> Iterator[sa.Connection]:
    ledger = Ledger.open(ledger_url)
    with ledger.transaction() as connection:
        yield connection
    ledger.close()


@pytest.fixture
def records(db: sa.Connection) -> Records:
    return Records(db)


def states(db: sa.Connection) -> dict[str, str]:
    return {row.id: row.state for row in db.execute(sa.select(tables.outbox.c.id, tables.outbox.c.state))}


def a_notice(alert: str, due: float | None = None, case: str = "c1") -> Notice:
    return Notice(alert=an_alert(id_=alert), heard_at=NOON, case=case, due=None if due is None else minute(due))


def test_a_signal_is_heard_once(records: Records) -> None:
    assert [records.hears(id_, NOON) for id_ in ("s1", "s1", "s2")] == [True, False, True]


def test_a_signal_that_nobody_tells_of_again_is_forgotten(db: sa.Connection, records: Records) -> None:
    records.hears("old", minute(0))
    records.hears("new", minute(1))

    records.forget_heard(minute(1))

    assert db.execute(sa.select(tables.heard.c.id)).scalars().all() == ["new"]


def test_a_closed_case_is_found_by_its_id_and_no_more_by_its_key(records: Records) -> None:
    case = a_case()
    records.put_case(case)
    assert records.open_case("k") == records.case("c1") == case

    closed = msgspec.structs.replace(case, state=CaseState.CLOSED, closed_at=minute(9))
    records.put_case(closed)

    assert records.open_case("k") is None
    assert records.case("c1") == closed
    assert records.case("c2") is None


def test_of_two_open_cases_of_one_key_the_older_takes_the_alerts(records: Records) -> None:
    for id_, opened in (("c2", 0), ("c0", 5), ("c1", 0)):
        records.put_case(msgspec.structs.replace(a_case(), id=id_, opened_at=minute(opened)))

    found = records.open_case("k")

    assert found is not None
    assert found.id == "c1"


def test_the_timer_that_ran_out_first_rings_first_and_one_ahead_or_stopped_does_not(records: Records) -> None:
    for notice in (a_notice("b", 3), a_notice("a", 3), a_notice("late", 9), a_notice("stopped")):
        records.put_notice(notice)

    assert records.next_due(minute(2)) is None
    assert records.next_due(minute(5)) == (minute(3), a_notice("a", 3))
    records.put_notice(a_notice("a"))
    assert records.next_due(minute(5)) == (minute(3), a_notice("b", 3))


def test_the_notices_of_a_case_are_its_own(records: Records) -> None:
    for notice in (a_notice("b"), a_notice("a"), a_notice("c", case="c2")):
        records.put_notice(notice)

    assert [notice.alert.id for notice in records.notices("c1")] == ["a", "b"]
    assert records.notice("c") == a_notice("c", case="c2")
    assert records.notice("d") is None


def test_a_message_that_is_there_already_stays_as_it_is(db: sa.Connection, records: Records) -> None:
    records.post([a_notification(id="n1")])
    db.execute(sa.update(tables.outbox).values(state=RowState.ACCEPTED.value))

    records.post([a_notification(id="n1", text="again"), a_notification(id="n2")])

    assert states(db) == {"n1": "accepted", "n2": "pending"}


def test_newer_news_ends_only_repeats_that_nobody_has_tried_to_send(db: sa.Connection, records: Records) -> None:
    repeat = NotifyReason.REPEAT
    records.post(
        [
            a_notification(id="waiting", reason=repeat),
            a_notification(id="first"),
            a_notification(id="other", reason=repeat, alert="a2"),
            a_notification(id="tried", reason=repeat),
            a_notification(id="leased", reason=repeat),
        ]
    )
    db.execute(sa.update(tables.outbox).where(tables.outbox.c.id == "tried").values(attempts=1))
    db.execute(sa.update(tables.outbox).where(tables.outbox.c.id == "leased").values(state=RowState.LEASED.value))

    records.supersede_repeats(["a1"], minute(5), "已升级")

    assert [id_ for id_, state in states(db).items() if state == RowState.SUPERSEDED.value] == ["waiting"]


def test_a_replay_takes_what_a_sender_on_time_would_have_sent_and_takes_it_once(
    db: sa.Connection, records: Records
) -> None:
    due = a_notification(id="due")
    records.post([due, a_notification(id="ahead", at=due.at + timedelta(seconds=1))])
    records.post([a_notification(id="replaced", reason=NotifyReason.REPEAT)])
    records.supersede_repeats(["a1"], due.at, "已升级")
    records.post([a_notification(id="dead")])
    db.execute(sa.update(tables.outbox).where(tables.outbox.c.id == "dead").values(state=RowState.DEAD.value))

    assert {one.id for one in records.take_unsent(due.at)} == {"due", "replaced"}
    assert records.take_unsent(due.at) == []


def test_an_endless_name_does_not_keep_a_line_out_of_the_audit(db: sa.Connection, records: Records) -> None:
    records.note(NOON, "甲" * 100, "ack", "c" * 200, "签收")

    (line,) = db.execute(sa.select(tables.audit)).all()
    assert (len(line.who), len(line.subject), line.words) == (64, 128, "签收")


def test_a_row_that_is_no_case_is_set_aside() -> None:
    with pytest.raises(Rejected):
        read_case(b'{"id":"c1"}')
