"""Reads and writes what notify keeps on the ledger, inside a transaction that somebody else ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipeline.ledger import insert_new, tables, upsert
from pipeline.model import Case, CaseState, Notification, NotifyReason, Reader, encode
from pipeline.notify.casebook import Notice

_cases: Final[Reader[Case]] = Reader(Case)
_notices: Final[Reader[Notice]] = Reader(Notice)
_notifications: Final[Reader[Notification]] = Reader(Notification)


class RowState(StrEnum):
    """Where a message in the outbox stands. The last three are ends."""

    PENDING = "pending"
    LEASED = "leased"  # being sent; if the lease ran out, perhaps sent
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    DEAD = "dead"


def read_case(body: bytes) -> Case:
    return _cases.read(body)


def read_notice(body: bytes) -> Notice:
    return _notices.read(body)


def read_notification(body: bytes) -> Notification:
    return _notifications.read(body)


class Records:
    """Cases, notices and outbox rows in one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def hears(self, signal_id: str, at: datetime) -> bool:
        """Remember that a signal was heard; False if it had been before."""
        return insert_new(self._db, tables.heard, [{"id": signal_id, "at": at}]) == 1

    def forget_heard(self, before: datetime) -> None:
        """Forget which signals were heard before that: nobody will tell of them again."""
        self._db.execute(sa.delete(tables.heard).where(tables.heard.c.at < before))

    def case(self, id_: str) -> Case | None:
        return self._case(tables.case.c.id == id_)

    def open_case(self, key: str) -> Case | None:
        return self._case((tables.case.c.key == key) & (tables.case.c.state != CaseState.CLOSED.value))

    def put_case(self, case: Case) -> None:
        values = {
            "name": case.name, "key": case.key, "state": case.state.value, "level": case.level.value,
            "opened_at": case.opened_at, "part_of": case.part_of, "body": encode(case),
        }  # fmt: skip
        upsert(self._db, tables.case, {"id": case.id}, values)

    def notice(self, alert_id: str) -> Notice | None:
        found = self._notices(tables.notice.c.alert == alert_id)
        return found[0] if found else None

    def notices(self, case_id: str) -> list[Notice]:
        return self._notices(tables.notice.c.case_id == case_id)

    def next_due(self, until: datetime) -> tuple[datetime, Notice] | None:
        """Return when the first timer ran out, at *until* at the latest, and whose it is."""
        due = tables.notice.c.due
        query = sa.select(due, tables.notice.c.body).where(due <= until).order_by(due, tables.notice.c.alert)
        row = self._db.execute(query.limit(1)).first()
        return (row.due, read_notice(row.body)) if row else None

    def put_notice(self, notice: Notice) -> None:
        values = {"case_id": notice.case, "due": notice.due, "body": encode(notice)}
        upsert(self._db, tables.notice, {"alert": notice.alert.id}, values)

    def post(self, notifications: Iterable[Notification]) -> None:
        """Put messages into the outbox; one that is there already stays as it is."""
        insert_new(self._db, tables.outbox, [_row(one) for one in notifications])

    def supersede_repeats(self, alerts: Sequence[str], at: datetime, why: str) -> None:
        """End the repeats of *alerts* that nobody has tried to send: newer news has come."""
        outbox = tables.outbox.c
        self._db.execute(
            sa.update(tables.outbox)
            .where(outbox.alert.in_(alerts), outbox.reason == NotifyReason.REPEAT.value)
            .where(outbox.state == RowState.PENDING.value, outbox.attempts == 0)
            .values(state=RowState.SUPERSEDED.value, ended_at=at, last_answer=why)
        )

    def take_unsent(self, now: datetime) -> list[Notification]:
        """Take what is due by *now* out of the outbox, as if it had been sent; for a replay.

        A message that a later one replaced counts: a sender on time would have sent it before.
        """
        columns = tables.outbox.c
        waiting = columns.state.in_((RowState.PENDING.value, RowState.SUPERSEDED.value)) & (columns.due <= now)
        rows = self._db.execute(sa.select(columns.body).where(waiting)).all()
        if rows:
            taken = {"state": RowState.ACCEPTED.value, "ended_at": now}
            self._db.execute(sa.update(tables.outbox).where(waiting).values(taken))
        return [read_notification(row.body) for row in rows]

    def note(self, at: datetime, who: str, what: str, subject: str, words: str) -> None:
        """Write a line of the audit."""
        self._db.execute(
            sa.insert(tables.audit).values(at=at, who=who[:64], what=what, subject=subject[:128], words=words)
        )

    def _case(self, where: sa.ColumnElement[bool]) -> Case | None:
        query = sa.select(tables.case.c.body).where(where).order_by(tables.case.c.opened_at, tables.case.c.id)
        body = self._db.execute(query.limit(1)).scalar()
        return read_case(body) if body is not None else None

    def _notices(self, where: sa.ColumnElement[bool]) -> list[Notice]:
        query = sa.select(tables.notice.c.body).where(where).order_by(tables.notice.c.alert)
        return [read_notice(body) for body in self._db.execute(query).scalars()]


def _row(notification: Notification) -> dict[str, Any]:
    return {
        "id": notification.id,
        "alert": notification.alert,
        "case_id": notification.case,
        "receiver": notification.receiver,
        "reason": notification.reason.value,
        "level": notification.level.value,
        "state": RowState.PENDING.value,
        "due": notification.at,
        "created_at": notification.at,
        "attempts": 0,
        "last_answer": "",
        "body": encode(notification),
    }
