"""What ``field:value`` means: the value read in the type of its field."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.index.tree import Between, Equals, Node, Not
from pipeline.model import FIELDS, PERSONAL, Field, Type

_TIME = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?)"
    r"(?:[T ](?P<hour>\d\d?)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?)?)?"
)
_STEPS: Final = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_TRUTH: Final = {"true": True, "是": True, "false": False, "否": False}
_INTEREST: Final = (Type.NUMBER, Type.TIME, Type.KEYWORD)


class Wrong(Exception):
    """A value or name that its place cannot take: Chinese and English words for it."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


@dataclass(frozen=True)
class Bound:
    """One end of a range as written: ``*`` is no bound."""

    value: str
    included: bool


OPEN_END: Final = Bound("*", True)


def field_named(name: str) -> Field:
    """Return the field. Raises Wrong with the nearest name."""
    name = "at" if name == "@timestamp" else name
    if name in PERSONAL:
        raise Wrong(
            f"{name} 只在规则里用来数人数，不能检索或汇总",
            f"{name} counts voices in rules; it cannot be searched or listed",
        )
    if name in FIELDS:
        return FIELDS[name]
    near = difflib.get_close_matches(name, FIELDS.keys() - PERSONAL, 1, 0.5)
    raise Wrong(
        f"没有字段 {name}" + (f"，是不是想写 {near[0]}？" if near else "") + "（如果是正文里的词，请加引号）",
        f"there is no field {name}" + (f"; did you mean {near[0]}?" if near else "") + " (quote it if it is text)",
    )


def equal(field: Field, value: str, zone: ZoneInfo) -> Node:
    """Return the condition that *field* is *value*; a time is a whole day, minute … as far as it is written."""
    match field.type:
        case Type.NUMBER:
            return Equals(field.name, _number(field, value))
        case Type.BOOLEAN:
            return Equals(field.name, _truth(field, value))
        case Type.TIME:
            return between(field, Bound(value, True), Bound(value, True), zone)
        case _:
            return Equals(field.name, _listed(field, value))


def between(field: Field, low: Bound, high: Bound, zone: ZoneInfo) -> Node:
    """Return the condition that *field* lies in the range."""
    if field.type not in _INTEREST:
        raise Wrong(f"{field.name} 不能用范围或大小比较", f"{field.name} has no order to compare by")
    if field.type is Type.TIME:
        start = None if low.value == "*" else _span(field, low.value, zone)[0 if low.included else 1]
        end = None if high.value == "*" else _span(field, high.value, zone)[1 if high.included else 0]
        return Between(field.name, start, end, with_high=False)
    return Between(field.name, _end(field, low), _end(field, high), low.included, high.included)


def denied(node: Node) -> Node:
    return node.part if isinstance(node, Not) else Not(node)


def _end(field: Field, bound: Bound) -> str | float | None:
    if bound.value == "*":
        return None
    return _number(field, bound.value) if field.type is Type.NUMBER else _listed(field, bound.value)


def _number(field: Field, value: str) -> float:
    if not re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", value, re.ASCII):
        raise Wrong(f"{field.name} 是数字，{value} 不是", f"{field.name} is a number, {value} is none")
    return float(value)


def _truth(field: Field, value: str) -> bool:
    if value not in _TRUTH:
        raise Wrong(f"{field.name} 只能是 true 或 false（是、否）", f"{field.name} is true or false")
    return _TRUTH[value]


def _listed(field: Field, value: str) -> str:
    if field.values and value not in field.values:
        near = difflib.get_close_matches(value, field.values, 1, 0.5)
        known = " ".join(field.values)
        raise Wrong(
            f"{field.name} 没有 {value} 这个值" + (f"，是不是想写 {near[0]}？" if near else "") + f" 可用：{known}",
            f"{field.name} is never {value}"
            + (f"; did you mean {near[0]}?" if near else "")
            + f" It is one of: {known}",
        )
    return value


def _span(field: Field, value: str, zone: ZoneInfo) -> tuple[int, int]:
    """Return the first millisecond of the time that *value* writes, and the first after it."""
    found = _TIME.fullmatch(value)
    try:
        if not found:
            raise ValueError(value)
        start, end = _written(found, value, zone)
        return milliseconds(start), milliseconds(end)
    except (ValueError, OverflowError) as error:
        raise Wrong(
            f"{field.name} 的时间应写成 2026-03-10 或 2026-03-10T08:00，不是 {value}",
            f"a time looks like 2026-03-10 or 2026-03-10T08:00, not {value}",
        ) from error


def _written(found: re.Match[str], value: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    parts = {name: int(text) for name, text in found.groupdict().items() if text and name != "zone"}
    finest = list(parts)[-1]
    tz = datetime.fromisoformat(f"2000-01-01T00:00:00{found['zone']}").tzinfo if found["zone"] else zone
    start = datetime(
        parts["year"], parts.get("month", 1), parts.get("day", 1), parts.get("hour", 0), parts.get("minute", 0),
        parts.get("second", 0), tzinfo=tz,
    )  # fmt: skip
    if finest == "year":
        return start, start.replace(year=start.year + 1)
    if finest == "month":
        return start, (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start, start + _STEPS[finest]


def milliseconds(at: datetime) -> int:
    """Return *at* as whole milliseconds since 1970."""
    since = at.astimezone(UTC) - _EPOCH
    return (since.days * 86400 + since.seconds) * 1000 + since.microseconds // 1000


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
