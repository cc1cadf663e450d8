"""Put an alert into words: its summary, and why it was raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from pipeline.detect.found import Found
from pipeline.model import MISSING, Level, Match
from pipeline.rulebook.rule import Cardinality, Rule, RuleType

_SHOWN_HITS = 8


def summarise(found: Found, count: int, level: Level) -> str:
    """Return the rule's own summary, or name, place and count if it has none."""
    rule = found.rule
    if rule.summary is not None:
        return rule.summary.render({**found.names(count), "level": level, "rule": rule})
    return plainly(found, count)


def advise(found: Found, count: int, level: Level) -> str:
    """Return the rule's own advice; empty if it has none."""
    rule = found.rule
    return rule.advice.render({**found.names(count), "level": level, "rule": rule}) if rule.advice else ""


def plainly(found: Found, count: int) -> str:
    """Return name, place and count: what can be said of an alert without quoting any post."""
    said = found.why if found.rule.type in _SAYS_ITSELF else f"{count} {_voices(found.rule)}"
    return " ".join((found.rule.name, *_sayable(found), said))


def why(found: Found, count: int) -> str:
    """State the rule and the numbers that carried it, in words that people can check (DOMAIN P-31)."""
    rule = found.rule
    words = _hits(found.match)
    within = f"{_long(rule.timeframe)}内 " if rule.timeframe else "已有 "
    numbers = found.why or (f"{within}{count} {_voices(rule)}" if found.reach is None else "")
    if not numbers:
        numbers = _NUMBERS.get(rule.type, _counted)(found, count, within)
    return f"规则 {rule.id}：{numbers}{words}"


def silence(span: timedelta) -> str:
    """Say a length of time as people do, in whole days or hours."""
    hours = int(span.total_seconds() // 3600)
    return (
        f"{hours // 24} 天" if hours >= 48 else f"{hours} 小时" if hours else f"{int(span.total_seconds() // 60)} 分钟"
    )


def _counted(found: Found, count: int, within: str) -> str:
    rule = found.rule
    needed = "一条即报" if found.alone or rule.type is RuleType.ANY else f"条件为 {rule.num_events}"
    return f"{within}{count} {_voices(rule)}（{needed}）"


def _valued(found: Found, count: int, within: str) -> str:
    spec = found.rule.spec
    field = spec.field if isinstance(spec, Cardinality) else ""
    return f"{within}“{field}”有 {count} 个不同的值"


def _surged(found: Found, count: int, within: str) -> str:
    reference = found.reach.peak.reference if found.reach else None
    against = "尚无参照" if reference is None else f"参照 {reference:g}"
    return f"{within}{count} {_voices(found.rule)}（{against}）"


def _shared(found: Found, count: int, within: str) -> str:
    ratio = found.reach.peak.ratio if found.reach else None
    return f"{within}{count} {_voices(found.rule)}，占 {ratio or 0:.1f}%"


def _risen(found: Found, count: int, within: str) -> str:
    peak = found.reach.peak if found.reach else None
    ratio = f"，为此前的 {peak.ratio:.1f} 倍" if peak and peak.ratio else ""
    return f"{within}净增 {peak.delta or 0 if peak else 0:g}（{count} 条帖文{ratio}）"


def _stepped(found: Found, count: int, within: str) -> str:
    reached = "、".join(found.reach.peak.reached) if found.reach else ""
    return f"{within}先后出现：{reached}（{count} {_voices(found.rule)}）"


_NUMBERS: Final[Mapping[RuleType, Callable[[Found, int, str], str]]] = {
    RuleType.CARDINALITY: _valued,
    RuleType.SPIKE: _surged,
    RuleType.PERCENTAGE: _shared,
    RuleType.GROWTH: _risen,
    RuleType.SEQUENCE: _stepped,
}
_SAYS_ITSELF: Final = (RuleType.FLATLINE, RuleType.DEADLINE, RuleType.NEW_TERM, RuleType.CHANGE)


def _hits(match: Match | None) -> str:
    hits = "、".join(match.hits[:_SHOWN_HITS]) if match is not None else ""
    return f"；命中：{hits}" if hits else ""


def _sayable(found: Found) -> list[str]:
    """Return the values of the group that mean something to people: no ids, no pseudonyms, nothing missing."""
    pairs = zip(found.rule.group_by, found.group, strict=False)
    return [value for field, value in pairs if value != MISSING and field.rpartition(".")[2] not in ("id", "key")]


def _long(timeframe: timedelta) -> str:
    """Say a span in the greatest unit that states it exactly; up to two hours in minutes, as people do."""
    seconds = timeframe.total_seconds()
    for unit, name, least in ((86_400, "天", 2), (3_600, "小时", 3), (60, "分钟", 1)):
        if seconds >= least * unit and seconds % unit == 0:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:g} 秒"


def _voices(rule: Rule) -> str:
    return "人" if rule.count_by == "author.key" else "条"
