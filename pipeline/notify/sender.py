"""Empties the outbox for one receiver: lease a row, send it, record the answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipeline.ledger import Ledger, tables
from pipeline.log import get
from pipeline.metrics import METRICS, Metrics
from pipeline.model import Notification, NotifyReason, encode
from pipeline.notify.breaker import Breaker
from pipeline.notify.notifier import Accepted, Ambiguous, Answer, Limited, Notifier, Permanent, Transient
from pipeline.notify.records import Records, RowState, read_notification
from pipeline.notify.render import line, overdue, resent
from pipeline.notify.trouble import Trouble, tell_others

log = get("sender")

LEASE: Final = timedelta(minutes=2)  # twice what a receiver may take to answer
_BACKOFF_S: Final = (2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
_WAITING: Final = (RowState.PENDING.value, RowState.LEASED.value)
_NEWS: Final = frozenset({NotifyReason.FIRST, NotifyReason.LEVEL_UP})
_outbox: Final = tables.outbox.c


@dataclass(frozen=True)
class _Leased:
    notification: Notification
    attempts: int


class Sender:
    """Sends what is due to one receiver, the loudest and then the oldest first.

    Run one per receiver, each in its own thread: a dead or hanging receiver then holds back nobody else.
    A second one for the same receiver, in another process, takes other rows. Every row ends as accepted,
    superseded or dead. What may have arrived already is sent again only with the mark 〔重发〕.
    """

    def __init__(
        self,
        ledger: Ledger,
        receiver: str,
        notifier: Notifier,
        others: Sequence[str],
        clock: Callable[[], datetime],
        rng: random.Random,
        *,
        late_after: timedelta = timedelta(minutes=10),
        metrics: Metrics = METRICS,
    ) -> None:
        """*others* are the receivers who hear of it when this one fails for good."""
        self.receiver = receiver
        self._ledger = ledger
        self._notifier = notifier
        self._others = others
        self._clock = clock
        self._rng = rng
        self._late_after = late_after
        self._metrics = metrics
        self._breaker = Breaker()
        self._wake_at: datetime | None = None
        self._unwritten: tuple[_Leased, Answer] | None = None
        self._me = f"{receiver}/{uuid4().hex}"[-64:]

    def step(self) -> int:
        """Send one message if one is due; return how many were tried. Raises Unavailable if the ledger is away."""
        self._write()
        now = self._clock()
        if self._wake_at is not None and now < self._wake_at:
            return 0
        leased = self._lease(now)
        if leased is None:
            return 0
        self._unwritten = (leased, self._notifier.send(leased.notification))
        self._write()
        return 1

    def close(self) -> None:
        self._notifier.close()

    def _lease(self, now: datetime) -> _Leased | None:
        free = (_outbox.state == RowState.PENDING.value) & (_outbox.due <= now)
        leased = _outbox.state == RowState.LEASED.value
        # What we hold and know nothing of: the ledger went away just when it kept the lease. It was not sent.
        unknown = leased & (_outbox.leased_by == self._me)
        abandoned = leased & (_outbox.leased_until <= now)
        query = (
            sa.select(_outbox.id, _outbox.state, _outbox.leased_by, _outbox.attempts, _outbox.body)
            .where(_outbox.receiver == self.receiver, free | unknown | abandoned)
            .order_by(_outbox.level, _outbox.created_at, _outbox.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._ledger.transaction() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            perhaps_sent = row.state == RowState.LEASED.value and row.leased_by != self._me
            notification = self._marked(read_notification(row.body), perhaps_sent, now)
            lease = {"state": RowState.LEASED.value, "leased_until": now + LEASE, "leased_by": self._me}
            _change(connection, row.id, {**lease, "body": encode(notification)})
            return _Leased(notification, row.attempts)

    def _marked(self, notification: Notification, perhaps_sent: bool, now: datetime) -> Notification:
        if perhaps_sent:  # its sender died: before or after sending, nobody knows
            notification = resent(notification)
        delay = now - notification.at
        if notification.reason in _NEWS and not notification.late and delay > self._late_after:
            return overdue(notification, now - notification.active_at)
        return notification

    def _write(self) -> None:
        """Record the last answer. It is kept until the ledger has it: what was sent must not be sent again."""
        if self._unwritten is None:
            return
        leased, answer = self._unwritten
        now = self._clock()
        with self._ledger.transaction() as connection:
            self._record(connection, leased, answer, now)
        self._unwritten = None
        self._count(leased.notification, answer, now)

    def _record(self, connection: Connection, leased: _Leased, answer: Answer, now: datetime) -> None:
        id_ = leased.notification.id
        said = {"last_answer": line(answer.words, 300), "leased_until": None, "leased_by": None}
        match answer:
            case Accepted():
                _change(connection, id_, {**said, "state": RowState.ACCEPTED.value, "ended_at": now})
            case Permanent():
                _change(connection, id_, {**said, "state": RowState.DEAD.value, "ended_at": now}, self._me)
                self._tell_others(connection, "拒收消息", answer.words, answer.remedy, leased.notification, now)
            case Limited(wait_s=wait_s):
                due = now + timedelta(seconds=wait_s)
                _change(connection, id_, {**said, "state": RowState.PENDING.value, "due": due}, self._me)
            case Transient() | Ambiguous():
                again = self._again(leased, answer, now)
                _change(connection, id_, {**said, **again}, self._me)
                if self._breaker.about_to_open:
                    self._tell_others(connection, "连不上", answer.words, "检查网络和对方服务；消息留在发件箱，恢复后自动补发",
                                      leased.notification, now)  # fmt: skip

    def _again(self, leased: _Leased, answer: Transient | Ambiguous, now: datetime) -> dict[str, Any]:
        """Return how the row waits for its next try. While the breaker is open a try is a probe, not an attempt."""
        pause_s = _BACKOFF_S[min(leased.attempts, len(_BACKOFF_S) - 1)] * self._rng.uniform(0.8, 1.2)
        copy = resent(leased.notification) if isinstance(answer, Ambiguous) else leased.notification
        return {
            "state": RowState.PENDING.value,
            "due": now if self._breaker.open else now + timedelta(seconds=pause_s),
            "attempts": leased.attempts if self._breaker.open else leased.attempts + 1,
            "body": encode(copy),
        }

    def _tell_others(
        self, connection: Connection, what: str, answer: str, remedy: str, undelivered: Notification, now: datetime
    ) -> None:
        trouble = Trouble(self.receiver, what, answer, remedy, undelivered.title)
        Records(connection).post(tell_others(trouble, self._others, now))
        log.error("receiver failed", receiver=self.receiver, notification=undelivered.id, told=len(self._others))

    def _count(self, notification: Notification, answer: Answer, now: datetime) -> None:
        outcome = type(answer).__name__.lower()
        self._metrics.notifications.labels(self.receiver, outcome).inc()
        match answer:
            case Accepted():
                self._breaker.worked()
                self._wake_at = None
                if notification.reason in _NEWS:
                    self._metrics.accept_delay.observe(max((now - notification.at).total_seconds(), 0.0))
            case Limited(wait_s=wait_s):
                self._wake_at = now + timedelta(seconds=wait_s)
            case Transient() | Ambiguous():
                self._wake_at = self._breaker.failed(now)
            case Permanent():
                self._breaker.worked()  # it answers, if only to refuse


def senders(
    ledger: Ledger,
    receivers: Mapping[str, Notifier],
    clock: Callable[[], datetime],
    rng: random.Random,
    *,
    late_after: timedelta = timedelta(minutes=10),
) -> list[Sender]:
    """Return a sender for each receiver. Messages for receivers that are gone end here, and the others hear of it."""
    _bury_orphans(ledger, list(receivers), clock())
    return [
        Sender(ledger, name, notifier, [other for other in receivers if other != name], clock, rng, late_after=late_after)
        for name, notifier in receivers.items()
    ]  # fmt: skip


def _bury_orphans(ledger: Ledger, receivers: Sequence[str], now: datetime) -> None:
    orphaned = _outbox.receiver.not_in(receivers) & _outbox.state.in_(_WAITING)
    with ledger.transaction() as connection:
        query = sa.select(_outbox.receiver, sa.func.count().label("rows")).where(orphaned).group_by(_outbox.receiver)
        gone = connection.execute(query.order_by(_outbox.receiver)).all()
        values = {"state": RowState.DEAD.value, "ended_at": now, "last_answer": "接收方已从配置中去掉"}
        connection.execute(sa.update(tables.outbox).where(orphaned).values(values))
        for receiver, rows in gone:
            remedy = f"有 {rows} 条消息没有送出；请在 yuqing.toml 中恢复这个接收方，再用 yuqing dead 重放"
            trouble = Trouble(receiver, "已不在配置中", "接收方已从配置中去掉", remedy)
            Records(connection).post(tell_others(trouble, receivers, now))


def _change(connection: Connection, id_: str, values: dict[str, Any], holder: str | None = None) -> None:
    """Change one row that has not ended; with *holder*, only while that sender holds its lease."""
    change = sa.update(tables.outbox).where(_outbox.id == id_, _outbox.state.in_(_WAITING))
    if holder is not None:
        change = change.where(_outbox.leased_by == holder)
    connection.execute(change.values(values))
