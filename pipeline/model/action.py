"""What a person did to a case: a message like any other, so that a case has exactly one writer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Verb(StrEnum):
    ACK = "ack"
    ASSIGN = "assign"
    RETURN = "return"
    CLOSE = "close"
    REOPEN = "reopen"
    NOTE = "note"


class Action(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="action"):
    """One act of an officer on a case; *by* is a staff name or role, *id* is made by whoever sends it."""

    id: str
    verb: Verb
    case: str
    by: str
    at: datetime
    reason: str = ""
    unit: str = ""
    link: str = ""

    @property
    def key(self) -> str:
        return self.case
