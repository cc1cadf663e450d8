"""What the other receivers are told when one of them no longer takes messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.model import Level, Notification, NotifyReason, notification_id
from pipeline.notify.render import line

RULE: Final = "operations"


@dataclass(frozen=True)
class Trouble:
    """One receiver, its answer, what to mend, and the title of a message that it did not take."""

    receiver: str
    what: str
    answer: str
    remedy: str
    undelivered: str = ""


def tell_others(trouble: Trouble, others: Sequence[str], now: datetime) -> list[Notification]:
    """Return a message for each of *others*: at most one an hour about the same answer of one receiver."""
    subject = f"{RULE}:{trouble.receiver}:{trouble.answer}"
    hour = int(now.timestamp()) // 3600
    return [
        Notification(
            id=notification_id(subject, NotifyReason.OPERATIONS, hour, name),
            alert=f"{RULE}:{trouble.receiver}"[:64],
            case="",
            case_name="",
            receiver=name,
            reason=NotifyReason.OPERATIONS,
            seq=hour,
            at=now,
            level=Level.L2,
            rule=RULE,
            rule_name="系统",
            active_at=now,
            title=line(f"【橙·L2】系统 接收方“{trouble.receiver}”{trouble.what}", 80),
            text=_text(trouble),
            summary=line(f"接收方“{trouble.receiver}”{trouble.what}：{trouble.answer}", 200),
        )
        for name in others
    ]


def _text(trouble: Trouble) -> str:
    lines = (
        f"接收方：{trouble.receiver}",
        f"答复：{line(trouble.answer, 200)}",
        f"怎么办：{line(trouble.remedy, 200)}",
        f"没有送达：{line(trouble.undelivered, 120)}" if trouble.undelivered else "",
        "没有送达的消息：yuqing dead",
    )
    return "\n".join(one for one in lines if one)
