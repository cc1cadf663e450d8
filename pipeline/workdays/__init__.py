"""Working days: weekends, Chinese statutory holidays and the weekend days worked in exchange (调休), and their clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo

import yaml

from pipeline.log import get

log = get("workdays")

FILE: Final = Path(__file__).with_name("cn_statutory.yaml")
_DAY: Final = timedelta(days=1)
_WEEKEND: Final = 5
_FURTHEST: Final = 4000  # days in which some working day must be found


class Workdays:
    """Which days are worked. Within a working day every hour counts, from midnight to midnight in the given zone.

    A year whose arrangement is not known yet has its weekends off and nothing else; the first question about it is
    logged as a warning.
    """

    def __init__(
        self,
        holidays: Iterable[date] = (),
        makeup_workdays: Iterable[date] = (),
        known_years: Iterable[int] | None = None,
    ) -> None:
        """Every year counts as known unless *known_years* lists them."""
        self._off = frozenset(holidays)
        self._on = frozenset(makeup_workdays)
        self._known = frozenset(known_years) if known_years is not None else None
        self._doubted: set[int] = set()

    @classmethod
    def statutory(cls) -> Self:
        """Return the calendar that ships: the notices of the State Council's General Office."""
        holidays, makeup, years = _statutory()
        return cls(holidays, makeup, years)

    def with_days(self, holidays: Iterable[date] = (), makeup_workdays: Iterable[date] = ()) -> Workdays:
        """Return this calendar with days of one's own, which prevail."""
        off, on = frozenset(holidays), frozenset(makeup_workdays)
        known = None if self._known is None else self._known | {day.year for day in off | on}
        return Workdays((self._off - on) | off, (self._on - off) | on, known)

    def worked(self, day: date) -> bool:
        """Say whether *day* is a working day."""
        if self._known is not None and day.year not in self._known and day.year not in self._doubted:
            self._doubted.add(day.year)
            log.warning("holidays not known yet, weekends only", year=day.year)
        if day in self._on:
            return True
        return day.weekday() < _WEEKEND and day not in self._off

    def after(self, start: datetime, days: float, zone: ZoneInfo) -> datetime:
        """Return the moment when *days* working days (24 hours each) have passed since *start*, in UTC."""
        left = timedelta(days=days)
        at = start.astimezone(zone)
        for _ in range(_FURTHEST):
            midnight = _midnight(at.date() + _DAY, zone)
            if self.worked(at.date()):
                there = midnight.astimezone(UTC) - at.astimezone(UTC)
                if left <= there:
                    return at.astimezone(UTC) + left
                left -= there
            at = midnight
        raise ValueError("no working day within ten years")

    def between(self, start: datetime, end: datetime, zone: ZoneInfo) -> timedelta:
        """Return the working time from *start* to *end*: 24 hours for each working day; zero if *end* is not later."""
        passed = timedelta(0)
        at, end = start.astimezone(zone), end.astimezone(zone)
        while at < end:
            until = min(_midnight(at.date() + _DAY, zone), end)
            if self.worked(at.date()):
                passed += until.astimezone(UTC) - at.astimezone(UTC)
            at = until
        return passed


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone)


@cache
def _statutory() -> tuple[frozenset[date], frozenset[date], frozenset[int]]:
    years = yaml.safe_load(FILE.read_text(encoding="utf-8"))["years"]

    def listed(key: str) -> frozenset[date]:
        return frozenset(date.fromisoformat(f"{year}-{day}") for year, days in years.items() for day in days[key])

    return listed("holidays"), listed("makeup_workdays"), frozenset(years)
