"""Cases as the page shows them. Of a sealed case it shows that there is one, its level and its clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from pipeline.model import Alert, Case, CaseState, Entry, Evidence, Level, Notification
from pipeline.notify import RowState


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. *waiting_since* is when it last began to wait for an officer."""

    id: str
    name: str
    title: str
    level: Level
    state: CaseState
    topic: str
    places: tuple[str, ...]
    units: tuple[str, ...]
    opened_at: datetime
    waiting_since: datetime
    acked_at: datetime | None
    acked_by: str
    closed_at: datetime | None
    outcome: str
    sealed: bool
    quiet: bool
    late: bool
    count: int
    why: str

    @property
    def open(self) -> bool:
        return self.state is not CaseState.CLOSED


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    rule: str
    rule_name: str
    level: Level
    why: str
    advice: str
    count: int
    active_at: datetime
    last_at: datetime
    late: bool
    evidence: tuple[Evidence, ...]


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one message: waiting, retrying, leased, accepted, superseded or dead."""

    receiver: str
    reason: str
    state: str
    at: datetime
    ended_at: datetime | None
    attempts: int
    words: str


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """One case with everything behind it, and the *others* of the same long article."""

    row: CaseRow
    others: tuple[CaseRow, ...]
    alerts: tuple[AlertView, ...]
    notices: tuple[NoticeView, ...]
    history: tuple[Entry, ...]


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """A mark on the chart: a case began here."""

    at: datetime
    name: str
    level: Level
    title: str


def case_row(case: Case, alerts: Sequence[Alert]) -> CaseRow:
    loudest = min(alerts, key=lambda alert: (alert.level, alert.active_at), default=None)
    return CaseRow(
        id=case.id,
        name=case.name,
        title=case.title,
        level=case.level,
        state=case.state,
        topic="" if case.sealed else case.topic,
        places=() if case.sealed else case.places,
        units=case.units,
        opened_at=case.opened_at,
        waiting_since=case.waiting_since,
        acked_at=case.acked_at,
        acked_by=case.acked_by,
        closed_at=case.closed_at,
        outcome="" if case.sealed else case.outcome,  # an officer's words, as in the history
        sealed=case.sealed,
        quiet=case.quiet,
        late=any(alert.late for alert in alerts),
        count=sum(alert.count for alert in alerts),
        why=loudest.why if loudest and not case.sealed else "",
    )


def alert_view(alert: Alert, *, sealed: bool) -> AlertView:
    return AlertView(
        id=alert.id,
        rule=alert.rule,
        rule_name=alert.rule_name,
        level=alert.level,
        why="" if sealed else alert.why,
        advice="" if sealed else alert.advice,  # a template may quote the post
        count=alert.count,
        active_at=alert.active_at,
        last_at=alert.last_at,
        late=alert.late,
        evidence=() if sealed or alert.minor else alert.evidence,
    )


def notice_view(
    message: Notification, state: str, *, attempts: int, ended_at: datetime | None, words: str
) -> NoticeView:
    if state == RowState.PENDING:
        state = "retrying" if attempts else "waiting"
    return NoticeView(
        receiver=message.receiver, reason=message.reason.value, state=state, at=message.at, ended_at=ended_at,
        attempts=attempts, words=words,
    )  # fmt: skip


def flags(rows: Iterable[CaseRow], since: datetime) -> list[Flag]:
    return [
        Flag(at=row.opened_at, name=row.name, level=row.level, title=row.title)
        for row in rows
        if row.opened_at >= since and row.level.louder_than(Level.L4)  # requests in a queue would cover the chart
    ]


def history_of(case: Case) -> tuple[Entry, ...]:
    """Return what was done; of a sealed case without the words, which may repeat its content."""
    if not case.sealed:
        return case.history
    return tuple(msgspec.structs.replace(entry, words="") for entry in case.history)
