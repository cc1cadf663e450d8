"""The words of a message: a title of one line, a text, and nothing in it that acts as markup or control."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from pipeline.model import MISSING, Alert, Case, Evidence, Notification, NotifyReason

TITLE_LENGTH: Final = 80
EXCERPT_LENGTH: Final = 60
EXCERPTS: Final = 3
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

# Characters that reorder or hide the text around them. The joiner U+200D stays: emoji families need it.
_HIDDEN: Final = re.compile(
    "[\u200b\u200e\u200f\u061c\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_ID: Final = re.compile(r"(^|[._])(id|key)$")
_LINES: Final = frozenset("\n\t\u2028\u2029")
_REASONS: Final = {
    NotifyReason.FIRST: "",
    NotifyReason.LEVEL_UP: "升级",
    NotifyReason.REPEAT: "仍在持续",
    NotifyReason.ACK: "已签收",
    NotifyReason.RESOLVE: "已平息",
    NotifyReason.ESCALATE: "逐级上报",
    NotifyReason.OPERATIONS: "系统",
}


@dataclass(frozen=True)
class Words:
    """What people read. *summary* is the rule's own line alone, for templates of receivers."""

    title: str
    text: str
    summary: str


@dataclass(frozen=True)
class Speaker:
    """Knows what the words need beyond the alert: names of units, the page's address, the clock on the wall."""

    unit_names: Mapping[str, str]
    page: str = ""
    zone: ZoneInfo = SHANGHAI

    def words(
        self,
        case: Case | None,
        alert: Alert,
        reason: NotifyReason,
        *,
        units: tuple[str, ...] = (),
        late: timedelta | None = None,
        note: str = "",
    ) -> Words:
        """Return the words of one message; *late* is how late it is, *note* what an officer just did.

        A sealed alert says that it is there, and nothing about it.
        """
        if alert.sealed or alert.accusation:
            return self._sealed(case, alert, reason)
        closed = reason is NotifyReason.RESOLVE and case is not None and not case.open
        ending = "已办结" if closed else _REASONS[reason]
        return Words(
            title=_title(alert, ending, late),
            text=_joined(self._lines(case, alert, units, note)),
            summary=clean(alert.summary),
        )

    def _sealed(self, case: Case | None, alert: Alert, reason: NotifyReason) -> Words:
        told = _REASONS[reason]
        title = f"【密件】{told + ' ' if told else ''}{case.name if case else '有一件密件待办'}"
        colour = "" if alert.accusation else f"（{alert.level.chinese}·{alert.level.value}）"
        text = f"有一件密件{colour}，内容不在消息中显示，请有权限的人员打开案卷查看。\n{self._link(case)}".strip()
        return Words(title, text, "")

    def _lines(self, case: Case | None, alert: Alert, units: tuple[str, ...], note: str) -> list[str]:
        return [
            line(alert.summary, 200),
            line(note, 200),
            _labelled("依据", line(alert.why, 300)),
            _labelled("建议", line(alert.advice, 200)),
            _labelled("单位", self._units(units)) if units else "未见主管单位",
            f"时间：{self._clock(alert.active_at)} 起",
            *(self._quote(evidence) for evidence in alert.evidence[:EXCERPTS]),
            "" if alert.evidence else "未见原文摘录",
            self._link(case),
        ]

    def _units(self, units: tuple[str, ...]) -> str:
        lead, *co = [self.unit_names.get(unit, unit) for unit in units]
        return f"{lead}（牵头）" + "".join(f"、{name}" for name in co)

    def _quote(self, evidence: Evidence) -> str:
        url = line(evidence.url, 300)
        return f"「{line(evidence.excerpt, EXCERPT_LENGTH)}」（{line(evidence.source, 40)}{' ' + url if url else ''}）"

    def _clock(self, at: datetime) -> str:
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def _link(self, case: Case | None) -> str:
        if case is None:
            return ""
        return f"案卷：{case.name}" + (f" {self.page.rstrip('/')}/cases/{case.name}" if self.page else "")


def clean(text: str) -> str:
    """Return *text* without control, bidirectional and hidden characters; line breaks and emoji stay."""
    kept = "".join(char for char in text if char in _LINES or unicodedata.category(char) not in ("Cc", "Cs"))
    return _HIDDEN.sub(lambda found: found[0] if found[0] in _LINES else "", kept)


def line(text: str, length: int) -> str:
    """Return *text* as one clean line of at most *length* characters."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"


def _joined(lines: list[str]) -> str:
    """Return *lines* without empty and repeated ones."""
    return "\n".join(dict.fromkeys(one for one in lines if one))


def resent(notification: Notification) -> Notification:
    """Return a second copy of *notification*, which says that it is one."""
    if notification.resend:
        return notification
    return msgspec.structs.replace(notification, resend=True, title=f"〔重发〕{notification.title}")


def overdue(notification: Notification, delay: timedelta) -> Notification:
    """Return *notification*, which waited in the outbox, saying how late it is."""
    title = f"{notification.title}（补报 迟{how_long(delay)}）"
    return msgspec.structs.replace(notification, late=True, title=title)


def how_long(span: timedelta) -> str:
    """Return *span* in words, to the minute: 2小时50分."""
    minutes = int(span.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, "天"), (hours, "小时"), (minutes, "分"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "不到1分"


def _title(alert: Alert, ending: str, late: timedelta | None) -> str:
    where = "、".join(_sayable(alert)) or "、".join(alert.places)
    head = f"【{alert.level.chinese}·{alert.level.value}】{ending + ' ' if ending else ''}{line(alert.rule_name, 30)}"
    count = f" 计{alert.count}" if alert.count > 1 else ""
    tail = f"（补报 迟{how_long(late)}）" if late is not None else ""
    room = TITLE_LENGTH - len(head) - len(count) - len(tail) - 1
    return f"{head} {line(where, max(room, 1))}{count}{tail}" if where else f"{head}{count}{tail}"


def _sayable(alert: Alert) -> list[str]:
    """Return the group's values that mean something to a person: no ids, no pseudonyms, nothing missing."""
    fields = alert.group_by or ("",) * len(alert.group)
    pairs = zip(fields, alert.group, strict=False)
    return [value for field, value in pairs if value not in ("", MISSING) and not _ID.search(field)]


def _labelled(label: str, words: str) -> str:
    return f"{label}：{words}" if words else ""
