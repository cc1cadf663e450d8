"""A message to people: what must reach a receiver, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from pipeline.model.ids import digest
from pipeline.model.level import Level


class NotifyReason(StrEnum):
    """Why people hear about a case (RELIABILITY §4.4)."""

    FIRST = "first"
    LEVEL_UP = "level_up"
    REPEAT = "repeat"
    ACK = "ack"
    RESOLVE = "resolve"
    ESCALATE = "escalate"
    OPERATIONS = "operations"


class Notification(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One message to one receiver.

    *id* is deterministic over (alert, reason, seq, receiver): making it twice makes it once. *resend*
    marks a second copy after an answer we could not read (〔重发〕). *late* marks 补报. *title*, *text*
    and *summary* are data: a receiver that speaks a markup escapes them.
    """

    id: str
    alert: str
    case: str
    case_name: str
    receiver: str
    reason: NotifyReason
    seq: int
    at: datetime
    level: Level
    rule: str
    rule_name: str = ""
    group: tuple[str, ...] = ()
    active_at: datetime
    title: str
    text: str
    summary: str = ""
    units: tuple[str, ...] = ()
    count: int = 1
    late: bool = False
    resend: bool = False


def notification_id(alert: str, reason: NotifyReason, seq: int, receiver: str) -> str:
    return digest("notification", alert, reason.value, str(seq), receiver)
