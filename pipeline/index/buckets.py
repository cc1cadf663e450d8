"""Hours, days, weeks and months of the district's zone, whatever the zone of the machine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.errors import Fault, Misconfigured
from pipeline.index import STEPS, Bucket, Step
from pipeline.index.operand import Wrong, field_named
from pipeline.model import AnalysedPost, Field, Type, withheld

HOUR_S: Final = 3600
_COUNTED: Final = (Type.KEYWORD, Type.KEYWORDS, Type.BOOLEAN)


def zone_named(name: str) -> ZoneInfo:
    """Return the zone. Raises Misconfigured if there is none, or if its hours are not whole ones of UTC."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Misconfigured([Fault("timezone", f"没有时区 {name}", f"there is no zone {name}")]) from error
    offsets = [datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]  # summer and winter
    if any(offset is None or offset % timedelta(hours=1) for offset in offsets):  # roll-ups are by the hour
        raise Misconfigured(
            [Fault("timezone", f"时区 {name} 与 UTC 相差不是整小时", f"{name} is not whole hours from UTC")]
        )
    return zone


def key_of(hour: int, step: Step, zone: ZoneInfo) -> str:
    """Return the key of the bucket that the *hour* (counted since 1970) falls into."""
    local = datetime.fromtimestamp(hour * HOUR_S, UTC).astimezone(zone)
    match step:
        case "hour":
            return local.isoformat()
        case "day":
            return local.date().isoformat()
        case "week":
            return (local.date() - timedelta(days=local.weekday())).isoformat()
        case "month":
            return f"{local:%Y-%m}"


def folded(hours: Iterable[tuple[int, int, int]], step: Step, zone: ZoneInfo) -> list[Bucket]:
    """Return the (hour, count, neg) rows as buckets of *step*, the earliest first; empty ones are left out."""
    sums: dict[str, tuple[int, int]] = {}
    for hour, count, neg in sorted(hours):
        key = key_of(hour, step, zone)
        before = sums.get(key, (0, 0))
        sums[key] = (before[0] + count, before[1] + neg)
    return [Bucket(key, count, neg) for key, (count, neg) in sums.items()]


def hour_from(at: datetime) -> int:
    """Return the first hour (counted since 1970) that begins at *at* or later."""
    return -int(-at.astimezone(UTC).timestamp() // HOUR_S)


def countable(by: str) -> Field:
    """Return the field to group by. Raises Misconfigured if its values are none to group by."""
    try:
        field = field_named(by)
    except Wrong as wrong:
        raise Misconfigured([Fault("agg", wrong.zh, wrong.en)]) from wrong
    if field.type not in _COUNTED:
        raise Misconfigured(
            [Fault("agg", f"{by} 不能分组；可用关键词字段或 {' '.join(STEPS)}", f"{by} cannot be counted by")]
        )
    return field


def telling(doc: AnalysedPost) -> set[str]:
    """Return the words that may say what people talk about: not single characters, not bare numbers, nothing withheld."""
    if doc.text is None or withheld(doc):
        return set()
    # Most words are letters only, which is quickly seen.
    return {
        word for word in doc.text.line.split(" ") if len(word) > 1 and (word.isalpha() or any(map(str.isalpha, word)))
    }
