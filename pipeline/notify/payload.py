"""A notification as JSON of our own schema, with every key always there."""

from __future__ import annotations

from typing import Any, Final

from pipeline.model import Notification

SCHEMA: Final = "yuqing-notification/v1"


def payload(notification: Notification) -> dict[str, Any]:
    """Return *notification* as plain values: times in UTC, the level as code, colour and Chinese."""
    return {
        "schema": SCHEMA,
        "id": notification.id,
        "at": notification.at.isoformat(),
        "reason": notification.reason.value,
        "level": notification.level.value,
        "colour": notification.level.colour,
        "level_zh": notification.level.chinese,
        "title": notification.title,
        "text": notification.text,
        "summary": notification.summary,
        "case": notification.case,
        "case_name": notification.case_name,
        "alert": notification.alert,
        "seq": notification.seq,
        "rule": notification.rule,
        "rule_name": notification.rule_name,
        "group": list(notification.group),
        "active_at": notification.active_at.isoformat(),
        "units": list(notification.units),
        "count": notification.count,
        "late": notification.late,
        "resend": notification.resend,
    }
