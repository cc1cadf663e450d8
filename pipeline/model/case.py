"""A matter on the ledger, open until somebody has answered it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from pipeline.model.level import Level


class CaseState(StrEnum):
    """Where a case stands; the longer list of DOMAIN §2.6 arrives with the case desk."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    CLOSED = "closed"


_BEGUN: Final = ("opened", "raised", "reopened", "reopen")


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a case's history: what, who, when."""

    at: datetime
    what: str
    by: str = "system"
    words: str = ""


class Case(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One matter and everything that was done about it.

    *id* is for machines, *name* for people (``C-3F7KQ``). *key* decides which open case an alert joins.
    *alerts* are the episodes in it; the case is *quiet* when all of them are. *part_of* is the id of the long article of
    which it is one matter: cases of the same article are its parts, each with a clock and a unit of its own.
    """

    id: str
    name: str
    key: str
    state: CaseState = CaseState.OPEN
    level: Level
    title: str
    topic: str = "other"
    places: tuple[str, ...] = ()
    lead_unit: str = ""
    co_units: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    firing: tuple[str, ...] = ()
    opened_at: datetime
    active_at: datetime
    acked_at: datetime | None = None
    acked_by: str = ""
    closed_at: datetime | None = None
    outcome: str = ""
    sealed: bool = False
    part_of: str = ""
    history: tuple[Entry, ...] = ()

    @property
    def open(self) -> bool:
        return self.state is not CaseState.CLOSED

    @property
    def acked(self) -> bool:
        return self.acked_at is not None

    @property
    def quiet(self) -> bool:
        return not self.firing

    @property
    def waiting_since(self) -> datetime:
        """When it last began to wait for an officer: a case that got louder waits anew, its new level has its own limit."""
        return max([self.opened_at, *(entry.at for entry in self.history if entry.what in _BEGUN)])

    @property
    def units(self) -> tuple[str, ...]:
        return (self.lead_unit, *self.co_units) if self.lead_unit else self.co_units
