"""Turns cases, alerts and sources into the documents that staff see. What is sealed shows only that it is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

from dashboards.boards.clocks import acknowledging, closing
from dashboards.boards.documents import AlertDoc, CaseDoc, SourceDoc
from dashboards.boards.reading import Delivered
from pipeline.model import Case
from pipeline.notify.casebook import Notice

SEALED: Final = "封存件"
NAMELESS: Final[Mapping[str, str]] = {}
_GOOD: Final = frozenset({"news", "quiet", "degraded"})
_GRACE: Final = timedelta(minutes=1)
_ACCEPTED: Final = (("1m", 60.0), ("5m", 300.0), ("15m", 900.0))


class Standing(Protocol):
    """Where a source stands; ``crawlers.pace.Standing`` is one."""

    @property
    def id(self) -> str: ...
    @property
    def outcome(self) -> str | None: ...
    @property
    def problem(self) -> str: ...
    @property
    def fails(self) -> int: ...
    @property
    def paused(self) -> bool: ...
    @property
    def next_due(self) -> datetime | None: ...
    @property
    def visited_at(self) -> datetime | None: ...
    @property
    def good_at(self) -> datetime | None: ...
    @property
    def last_news_at(self) -> datetime | None: ...


class Coverage(Protocol):
    """How many minutes of a day a source was heard; ``crawlers.frontier.Coverage`` is one."""

    @property
    def covered_min(self) -> float: ...
    @property
    def watched_min(self) -> float: ...


def alert_doc(notice: Notice, case: Case | None, delivered: Delivered, units: Mapping[str, str] = NAMELESS) -> AlertDoc:
    """Return an alert as it stands; *units* are the names of the offices by id."""
    alert = notice.alert
    secret = alert.sealed or alert.accusation or alert.minor or (case is not None and case.sealed)
    accept = _seconds(notice.heard_at, delivered.first_at)
    return AlertDoc(
        at=notice.heard_at,
        id=alert.id,
        case=case.name if case else "",
        rule=alert.rule,
        rule_name=alert.rule_name,
        level=alert.level.value,
        topic="other" if secret else alert.topic,
        places=() if secret else alert.places,
        units=tuple(units.get(one, one) for one in case.units) if case else (),
        firing=notice.firing,
        late=alert.late,
        sealed=secret,
        count=alert.count,
        active_at=alert.active_at,
        last_at=alert.last_at,
        accepted_at=delivered.first_at,
        decide_s=_seconds(alert.active_at, notice.heard_at) or 0.0,
        accept_s=accept,
        accepted=_within(accept),
        messages_accepted=delivered.accepted,
        messages_waiting=delivered.waiting,
        messages_dead=delivered.dead,
        summary=SEALED if secret else alert.summary,
        why="" if secret else alert.why,
    )


def case_doc(case: Case, now: datetime, units: Mapping[str, str] = NAMELESS, *, minor: bool = False) -> CaseDoc:
    """Return *case* with its clocks at *now*; *minor* says that one of its alerts concerns a minor."""
    secret = case.sealed or minor
    ack, close = acknowledging(case, now), closing(case, now)
    return CaseDoc(
        at=case.opened_at,
        id=case.id,
        name=case.name,
        state=case.state.value,
        open=case.open,
        level=case.level.value,
        topic="other" if secret else case.topic,
        places=() if secret else case.places,
        lead_unit=units.get(case.lead_unit, case.lead_unit),
        co_units=tuple(units.get(one, one) for one in case.co_units),
        sealed=secret,
        quiet=case.quiet,
        alerts=len(case.alerts),
        ack_due=ack.due,
        ack_state=ack.state,
        ack_s=ack.took.total_seconds() if ack.took is not None else None,
        close_due=close.due,
        close_state=close.state,
        close_s=close.took.total_seconds() if close.took is not None else None,
        closed_at=case.closed_at,
        title=SEALED if secret else case.title,
        outcome="" if secret else case.outcome,
    )


def source_doc(standing: Standing, class_: str, now: datetime) -> SourceDoc:
    """Return where a source stands; a source that was never visited stands there since *now*."""
    ok = standing.outcome is None or standing.outcome in _GOOD
    return SourceDoc(
        at=standing.visited_at or now,
        kind="now",
        source_id=standing.id,
        source_class=class_,
        outcome=str(standing.outcome) if standing.outcome else "never",
        ok=ok,
        paused=standing.paused,
        fails=standing.fails,
        blind_min=_blind_min(standing, now, ok=ok),
        good_at=standing.good_at,
        news_at=standing.last_news_at,
        due_at=standing.next_due,
        problem=standing.problem or None,
    )


def heard_doc(id_: str, class_: str, day: datetime, coverage: Coverage) -> SourceDoc | None:
    """Return how much of the day that begins at *day* a source was heard; None if nobody watched."""
    if coverage.watched_min <= 0:
        return None
    return SourceDoc(
        at=day,
        kind="day",
        source_id=id_,
        source_class=class_,
        covered_min=round(coverage.covered_min),
        watched_min=round(coverage.watched_min),
        coverage=round(100 * coverage.covered_min / coverage.watched_min, 1),
    )


def _blind_min(standing: Standing, now: datetime, *, ok: bool) -> int:
    """Return for how long nobody has been looking: since the last good visit, if that is too long ago."""
    heard_at = standing.good_at or standing.visited_at
    due = standing.next_due or now
    if heard_at is None or (ok and due >= now - _GRACE):
        return 0
    return int((now - heard_at) / timedelta(minutes=1))


def _seconds(since: datetime, until: datetime | None) -> float | None:
    return max((until - since).total_seconds(), 0.0) if until is not None else None


def _within(accept_s: float | None) -> str:
    if accept_s is None:
        return "none"
    return next((name for name, most in _ACCEPTED if accept_s <= most), "more")
