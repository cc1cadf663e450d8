"""What the terminal and the page see of cases and messages, and the acts of officers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
import sqlalchemy as sa

from pipeline.bus import Bus, Message
from pipeline.errors import Rejected
from pipeline.ledger import Ledger, tables
from pipeline.metrics import METRICS
from pipeline.model import Action, Case, CaseState, Level, Notification, Verb, digest, encode
from pipeline.notify.acts import act
from pipeline.notify.casebook import Notice
from pipeline.notify.records import Records, RowState, read_case, read_notice, read_notification
from pipeline.privacy import scrub
from pipeline.topics import SIGNALS

T = TypeVar("T")
_outbox: Final = tables.outbox.c
_NEWEST_FIRST: Final = (tables.case.c.opened_at.desc(), tables.case.c.id)


@dataclass(frozen=True)
class Sent:
    """One message and what became of it."""

    notification: Notification
    state: RowState
    attempts: int
    due: datetime
    ended_at: datetime | None
    last_answer: str


@dataclass(frozen=True)
class CaseFile:
    """A case with its alerts and its messages, oldest message first, and the *others* of the same long article."""

    case: Case
    notices: tuple[Notice, ...]
    messages: tuple[Sent, ...]
    others: tuple[Case, ...] = ()


@dataclass(frozen=True)
class Health:
    """The outbox: rows by state, what waits for each receiver, and since when the oldest of them does."""

    by_state: Mapping[RowState, int]
    waiting: Mapping[str, int]
    oldest: datetime | None


class Desk:
    """Reads the ledger, and publishes what officers do; it never changes a case itself.

    Unless asked with ``sealed=True``, by someone who may see them, the texts of sealed alerts are left out.
    """

    def __init__(self, ledger: Ledger, bus: Bus) -> None:
        self._ledger = ledger
        self._bus = bus

    def cases(self, state: CaseState | None = None, level: Level | None = None, most: int = 100) -> list[Case]:
        """Return cases, the newest first."""
        query = sa.select(tables.case.c.body).order_by(*_NEWEST_FIRST).limit(most)
        if state is not None:
            query = query.where(tables.case.c.state == state.value)
        if level is not None:
            query = query.where(tables.case.c.level == level.value)
        return self._read(query, read_case)

    def case(self, name_or_id: str, *, sealed: bool = False) -> CaseFile:
        """Return the newest case of that name or id. Raises Rejected if there is none."""
        found = self._case(name_or_id)
        notices = self._read(sa.select(tables.notice.c.body).where(tables.notice.c.case_id == found.id), read_notice)
        return CaseFile(
            case=found,
            notices=tuple(_for_reader(notice, sealed) for notice in _oldest_first(notices)),
            messages=tuple(self._messages(_outbox.case_id == found.id)),
            others=tuple(self._others(found)),
        )

    def alerts_of(self, cases: Collection[str], *, sealed: bool = False) -> list[Notice]:
        """Return the alerts of the cases with these ids, the earliest first."""
        query = sa.select(tables.notice.c.body).where(tables.notice.c.case_id.in_(cases))
        return [_for_reader(notice, sealed) for notice in _oldest_first(self._read(query, read_notice))]

    def act(
        self, verb: Verb, case: str, *, by: str, at: datetime, reason: str = "", unit: str = "", link: str = ""
    ) -> Action:
        """Publish what *by* does to *case* (name or id), and return it; the stage carries it out.

        Personal data in *reason* are masked before anything is written.
        Raises Rejected, in words for the officer, if it is not allowed now.
        """
        found, reason = self._case(case), scrub(reason)
        id_ = digest("action", verb.value, found.id, by, at.isoformat(), reason, unit, link)
        action = Action(id=id_, verb=verb, case=found.id, by=by, at=at, reason=reason, unit=unit, link=link)
        act(found, action)
        self._bus.publish(SIGNALS, [Message(action.key, encode(action))])
        return action

    def health(self) -> Health:
        """Return the outbox in numbers, and show them as metrics."""
        states = self._tally(sa.select(_outbox.state, sa.func.count()).group_by(_outbox.state))
        waiting = _outbox.state.in_([RowState.PENDING.value, RowState.LEASED.value])
        by_receiver = sa.select(_outbox.receiver, sa.func.count()).where(waiting).group_by(_outbox.receiver)
        (oldest,) = self._read(sa.select(sa.func.min(_outbox.created_at)).where(waiting), _as_it_is)
        for state in (RowState.PENDING, RowState.LEASED, RowState.DEAD):
            METRICS.outbox.labels(state.value).set(states.get(state.value, 0))
        return Health({state: states.get(state.value, 0) for state in RowState}, self._tally(by_receiver), oldest)

    def dead(self) -> list[Sent]:
        """Return the messages that will not arrive by themselves."""
        return self._messages(_outbox.state == RowState.DEAD.value)

    def revive(self, id_: str, *, by: str, at: datetime) -> None:
        """Send a dead message again from *at* on. Raises Rejected if there is no such dead message."""
        fresh = {"state": RowState.PENDING.value, "due": at, "attempts": 0, "ended_at": None}
        with self._ledger.transaction() as connection:
            dead = (_outbox.id == id_) & (_outbox.state == RowState.DEAD.value)
            if connection.execute(sa.update(tables.outbox).where(dead).values(fresh)).rowcount != 1:
                raise Rejected("没有这条死信 / no such dead message")
            Records(connection).note(at, by, "revive", id_, "")

    def _case(self, name_or_id: str) -> Case:
        same = (tables.case.c.id == name_or_id) | (tables.case.c.name == name_or_id.upper())
        found = self._read(sa.select(tables.case.c.body).where(same).order_by(*_NEWEST_FIRST).limit(1), read_case)
        if not found:
            raise Rejected(f"没有案卷 {name_or_id} / no such case")
        return found[0]

    def _others(self, case: Case) -> list[Case]:
        if not case.part_of:
            return []
        same = (tables.case.c.part_of == case.part_of) & (tables.case.c.id != case.id)
        return self._read(sa.select(tables.case.c.body).where(same).order_by(*_NEWEST_FIRST), read_case)

    def _messages(self, where: sa.ColumnElement[bool]) -> list[Sent]:
        query = sa.select(tables.outbox).where(where).order_by(_outbox.created_at, _outbox.receiver, _outbox.id)
        with self._ledger.transaction() as connection:
            return [_sent(row) for row in connection.execute(query)]

    def _read(self, query: sa.Select[Any], reader: Callable[[Any], T]) -> list[T]:
        with self._ledger.transaction() as connection:
            return [reader(value) for value in connection.execute(query).scalars()]

    def _tally(self, query: sa.Select[Any]) -> dict[str, int]:
        with self._ledger.transaction() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}


def _as_it_is(at: datetime | None) -> datetime | None:
    return at


def _sent(row: sa.Row[Any]) -> Sent:
    notification = read_notification(row.body)
    return Sent(notification, RowState(row.state), row.attempts, row.due, row.ended_at, row.last_answer)


def _oldest_first(notices: list[Notice]) -> list[Notice]:
    return sorted(notices, key=lambda notice: (notice.alert.at, notice.alert.id))


def _for_reader(notice: Notice, sealed: bool) -> Notice:
    alert = notice.alert
    if sealed or not (alert.sealed or alert.accusation):
        return notice
    blank = msgspec.structs.replace(
        alert, group=(), places=(), summary="密件", advice="", why="", evidence=(), topic="other"
    )  # fmt: skip
    return msgspec.structs.replace(notice, alert=blank)
