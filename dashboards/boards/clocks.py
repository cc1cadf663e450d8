"""A case's time limits and how it stands with them (DOMAIN §1.2). Decisions, no effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.model import Case, Level

ACKNOWLEDGE: Final[Mapping[Level, timedelta]] = {
    Level.L1: timedelta(minutes=5),
    Level.L2: timedelta(minutes=15),
    Level.L3: timedelta(minutes=30),
}
"""A level that is not named has no such limit."""

CLOSE: Final[Mapping[Level, timedelta]] = {
    Level.L1: timedelta(hours=24),
    Level.L2: timedelta(hours=48),
    Level.L3: timedelta(hours=48),
    Level.L4: timedelta(days=7),  # five working days; the calendar of holidays is the unit's own
}


@dataclass(frozen=True)
class Clock:
    """One limit: until when, how it stands (a key of ``words.CLOCK``), and how long it took if it is done."""

    state: str
    due: datetime | None = None
    took: timedelta | None = None


def acknowledging(case: Case, now: datetime) -> Clock:
    limit = ACKNOWLEDGE.get(case.level)
    since = case.waiting_since
    done = case.acked_at or case.closed_at
    if limit is None:
        return Clock("none", took=done - since if done and done >= since else None)
    return _clock(since, limit, done, now)


def closing(case: Case, now: datetime) -> Clock:
    return _clock(case.opened_at, CLOSE[case.level], case.closed_at, now)


def _clock(since: datetime, limit: timedelta, done: datetime | None, now: datetime) -> Clock:
    due = since + limit
    if done is not None:
        return Clock("in_time" if done <= due else "late", due, max(done - since, timedelta(0)))
    return Clock("running" if now <= due else "overdue", due)
