"""Typed values out of a rule file's nodes; what does not fit is reported, and None comes back."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from pipeline.model import Level
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Clock
from pipeline.rulebook.source import Node
from pipeline.settings import duration, time_zone

_DURATION_PARTS = {"weeks": "w", "days": "d", "hours": "h", "minutes": "m", "seconds": "s"}
_KINDS = {
    "map": "键值表",
    "list": "列表",
    "str": "文字",
    "int": "整数",
    "float": "小数",
    "bool": "真假值",
    "null": "空值",
}
_WORKDAYS = re.compile(r"\s*(\d{1,4})\s*wd\s*")
_PERCENT = re.compile(r"\s*(\d{1,4}(?:\.\d+)?)\s*%\s*")
_INTEGER = re.compile(r"[+-]?\d{1,15}")


def wrong(node: Node, zh: str, en: str, report: Report) -> None:
    """Report that *node* is not what was asked for."""
    hint = "（全角冒号“：”不是 YAML 语法）" if node.tag == "str" and "：" in node.raw else ""
    found = _KINDS.get(node.tag, node.tag)
    report.error(node.place, "E03", f"这里应为{zh}，写的是{found}{hint}", f"expected {en}, found {node.tag}")


def known_keys(node: Node, known: Collection[str], report: Report) -> bool:
    """Report the keys of *node* that are not *known*; False if it is no mapping at all."""
    if node.tag != "map":
        wrong(node, "键值表", "a mapping", report)
        return False
    for key, place in node.keys.items():
        if key not in known:
            report.unknown(place, "E02", ("键", "key"), key, known)
    return True


def text(node: Node | None, report: Report) -> str | None:
    if node is None:
        return None
    if node.tag == "str":
        return node.raw
    if node.tag in ("map", "list"):
        wrong(node, "文字", "text", report)
        return None
    # YAML reads unquoted no, yes, on, 08:30 as something else than what was written.
    en = f"unquoted {node.raw!r} is read as {node.tag}; quote it"
    report.error(node.place, "E09", f"“{node.raw}”不加引号会被当成{_KINDS.get(node.tag, node.tag)}，请加引号", en)
    return None


def texts(node: Node | None, report: Report) -> tuple[str, ...]:
    return tuple(word for item in items(node, report) if (word := text(item, report)) is not None)


def items(node: Node | None, report: Report) -> tuple[Node, ...]:
    """Return the entries of a list; a single value counts as a list of one."""
    if node is None:
        return ()
    if node.tag == "map":
        wrong(node, "列表", "a list", report)
        return ()
    return node.items if node.tag == "list" else (node,)


def whole(node: Node | None, report: Report) -> int | None:
    if node is None:
        return None
    if node.tag == "int" and _INTEGER.fullmatch(node.raw):
        return int(node.raw)
    if node.tag == "str" and _INTEGER.fullmatch(node.raw):
        report.error(node.place, "E23", f"数字 {node.raw} 不要加引号", f"the number {node.raw} is quoted")
    else:
        wrong(node, "整数", "a whole number", report)
    return None


def number(node: Node, report: Report) -> float | None:
    if node.tag in ("int", "float"):
        try:
            return float(node.raw)
        except ValueError:
            wrong(node, "十进制数字", "a decimal number", report)
            return None
    if node.tag == "str" and re.fullmatch(r"[+-]?\d+(\.\d+)?", node.raw):
        report.error(node.place, "E23", f"数字 {node.raw} 不要加引号", f"the number {node.raw} is quoted")
    else:
        wrong(node, "数字", "a number", report)
    return None


def flag(node: Node | None, report: Report) -> bool | None:
    if node is None:
        return None
    if node.tag == "bool":
        return node.raw.lower() in ("true", "yes", "on")
    wrong(node, "true 或 false", "true or false", report)
    return None


def span(node: Node | None, report: Report, *, zero: bool = False, workdays: bool = False) -> timedelta | None:
    """Return a duration written ``90s``, ``1h30m`` or ``{minutes: 10}``; zero only where it makes sense.

    *workdays* says that ``5wd`` would have been possible here too, for the message.
    """
    if node is None:
        return None
    words = _spelled(node, report) if node.tag == "map" else node.raw
    if words is None:
        return None
    if node.tag == "list":
        wrong(node, "时长", "a duration", report)
        return None
    try:
        found = duration(words)
    except ValueError:
        unit = "" if workdays or "wd" not in words else "工作日 wd 只能用于 deadline 和 flatline；"
        forms = "90s、10m、1h30m、7d" + ("、5wd" if workdays else "")
        report.error(node.place, "E31", f"时长应写成 {forms}；{unit}写的是 {words}", f"bad duration {words!r}")
        return None
    if not found and not zero:
        report.error(node.place, "E31", "时长不能为零", "a duration must not be zero")
        return None
    return found


def _spelled(node: Node, report: Report) -> str | None:
    if not known_keys(node, _DURATION_PARTS, report) or not set(node.entries) <= set(_DURATION_PARTS):
        return None
    return "".join(f"{value.raw}{_DURATION_PARTS[key]}" for key, value in node.entries.items())


def clock(node: Node | None, report: Report, *, zero: bool = False) -> Clock | None:
    """Return a length of time that may also be written ``5wd``, in workdays."""
    if node is None:
        return None
    found = _WORKDAYS.fullmatch(node.raw) if node.tag == "str" else None
    if found is None:
        length = span(node, report, zero=zero, workdays=True)
        return None if length is None else Clock(length)
    days = int(found.group(1))
    if not days:
        report.error(node.place, "E31", "时长不能为零", "a duration must not be zero")
        return None
    return Clock(workdays=days)


def share(node: Node, report: Report) -> float | None:
    """Return the share that ``50%`` is: 0.5."""
    found = _PERCENT.fullmatch(node.raw) if node.tag == "str" else None
    if found is None:
        report.error(node.place, "E40", f"应写成 50%，写的是 {node.raw}", f"write it as 50%, not {node.raw!r}")
        return None
    return float(found.group(1)) / 100


def at_least(
    node: Node | None, least: int, code: str, key: str, report: Report, *, most: int | None = None
) -> int | None:
    """Return a whole number of at least *least* (and at most *most*); others are reported with *code*."""
    found = whole(node, report)
    if node is None or found is None:
        return None
    if found < least or (most is not None and found > most):
        zh = f"{key} 至少为 {least}" if most is None else f"{key} 应在 {least} 到 {most} 之间"
        report.error(node.place, code, zh, f"{key}: at least {least}" + ("" if most is None else f", at most {most}"))
        return None
    return found


def choice(node: Node | None, known: Sequence[str], code: str, report: Report) -> str | None:
    """Return one of the words *known*; another is reported with *code*."""
    found = text(node, report)
    if node is None or found is None or found in known:
        return found
    report.unknown(node.place, code, ("值", "value"), found, known)
    return None


def level(node: Node | None, report: Report) -> Level | None:
    if node is None:
        return None
    try:
        return Level.read(node.raw)
    except KeyError:
        zh = f"没有“{node.raw}”这个级别，可写 red/orange/yellow/blue、红/橙/黄/蓝或 L1–L4"
        report.error(node.place, "E06", zh, f"unknown level {node.raw!r}: red, orange, yellow, blue or L1 to L4")
        return None


def zone(node: Node | None, report: Report) -> str | None:
    """Return the name of a time zone that there is."""
    name = text(node, report)
    if node is None or name is None:
        return None
    try:
        time_zone(name)
    except ValueError:
        report.error(node.place, "E03", f"没有“{name}”这个时区，如 Asia/Shanghai", f"unknown time zone {name!r}")
        return None
    return name


def moment(node: Node, report: Report) -> datetime | None:
    """Return a point in time; one without an offset is refused, because it would mean two things."""
    try:
        found = datetime.fromisoformat(node.raw)
    except ValueError:
        wrong(node, "带时区的时间，如 2026-03-10T08:00:00+08:00", "a time with its offset", report)
        return None
    if found.tzinfo is None:
        report.error(node.place, "E03", "时间缺少时区，如 +08:00", "the time lacks its offset, such as +08:00")
        return None
    return found
