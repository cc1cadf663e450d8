"""When to come again, and how much of a day a source was heard: decisions, no effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawlers import Outcome, SourceCard, Visit

GOOD = frozenset({Outcome.NEWS, Outcome.QUIET, Outcome.DEGRADED})
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(hours=6)
CLOCK = "clock"  # what a visit brought claims times that cannot be true
_GRACE = timedelta(minutes=10)  # a visit this much late leaves no gap


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a source stands. *next_due* None means: at once if it was never visited, else not until released."""

    id: str
    cursor: str = ""
    outcome: Outcome | None = None
    problem: str = ""
    warnings: tuple[str, ...] = ()
    next_due: datetime | None = None
    interval: timedelta = timedelta(0)
    fails: int = 0
    visited_at: datetime | None = None
    good_at: datetime | None = None
    last_news_at: datetime | None = None
    fingerprint: str = ""

    @property
    def paused(self) -> bool:
        """Waiting for a person: forbidden, or gone for good."""
        return self.next_due is None and self.visited_at is not None

    def due(self, now: datetime) -> bool:
        return self.visited_at is None or (self.next_due is not None and self.next_due <= now)


def after(before: Standing, visit: Visit, now: datetime, card: SourceCard, jitter: float = 1.0) -> Standing:
    """Return the standing after *visit*: sooner after news, later after none, later still after failures."""
    good = visit.outcome in GOOD
    standing = replace(
        before,
        cursor=visit.cursor,
        outcome=visit.outcome,
        problem=visit.problem,
        warnings=_warnings(before, visit),
        visited_at=now,
        good_at=now if good else before.good_at,
        last_news_at=now if visit.posts else before.last_news_at,
        fails=0 if good else before.fails + 1,
        interval=before.interval or card.every,
    )
    if visit.next_in is not None:  # the source's own word: not a second sooner
        return replace(standing, next_due=now + visit.next_in)
    if visit.outcome in (Outcome.FORBIDDEN, Outcome.GONE):
        return replace(standing, next_due=None)
    if not good:
        return replace(standing, next_due=now + _back_off(standing.fails, card) * jitter)
    interval = _paced(standing.interval, card, news=bool(visit.posts))
    return replace(standing, interval=interval, next_due=now + interval * jitter)


def _warnings(before: Standing, visit: Visit) -> tuple[str, ...]:
    """Return what is odd about a source; of its clock nothing new is known while it brings nothing."""
    return (*visit.warnings, CLOCK) if CLOCK in before.warnings and not visit.posts else visit.warnings


def _paced(interval: timedelta, card: SourceCard, *, news: bool) -> timedelta:
    """Halve on news, half as long again on none; around the pace that the operator asked for."""
    shortest = min(SHORTEST, card.every)
    longest = max(card.every, min(LONGEST, 12 * card.every))
    return min(max(interval / 2 if news else interval * 1.5, shortest), longest)


def _back_off(fails: int, card: SourceCard) -> timedelta:
    return min(card.every * (1 << min(fails - 1, 16)), LONGEST)


def heard(before: Standing, visit: Visit, now: datetime, zone: str) -> list[tuple[date, float, float]]:
    """Return for each local day since the last visit: the minutes covered, and the minutes there were.

    Time is covered between two good visits, as far as the second came when it was due. Between a good
    visit and a check, a failure or a silence of ours, nobody listened.
    """
    if before.visited_at is None or now <= before.visited_at:
        return []
    covered_until = before.visited_at
    if visit.outcome in GOOD and before.outcome in GOOD:
        covered_until = min(now, (before.next_due or before.visited_at) + _GRACE)
    days = []
    for day, start, end in _days(before.visited_at, now, ZoneInfo(zone)):
        covered = max(min(end, covered_until) - start, timedelta(0))
        days.append((day, covered / timedelta(minutes=1), (end - start) / timedelta(minutes=1)))
    return days


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> list[tuple[date, datetime, datetime]]:
    """Cut the time from *start* to *end* at local midnights."""
    pieces = []
    while start < end:
        day = start.astimezone(zone).date()
        midnight = datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
        pieces.append((day, start, min(end, midnight)))
        start = midnight
    return pieces
