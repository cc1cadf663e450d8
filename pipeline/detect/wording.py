"""Put an alert into words: its summary, and why it was raised."""

from __future__ import annotations

from datetime import timedelta

from pipeline.model import MISSING, Level, Match
from pipeline.rulebook.rule import Rule, RuleType

_SHOWN_HITS = 8


def summarise(rule: Rule, match: Match, count: int, level: Level) -> str:
    """Return the rule's own summary, or name, place and count if it has none."""
    if rule.summary is not None:
        return rule.summary.render(
            {
                "count": count,
                "doc": match.analysed,
                "group": dict(zip(rule.group_by, match.group, strict=False)),
                "level": level,
                "rule": rule,
            }
        )
    return plainly(rule, match, count)


def plainly(rule: Rule, match: Match, count: int) -> str:
    """Return name, place and count: what can be said of an alert without quoting any post."""
    return " ".join((rule.name, *_sayable(rule, match), f"{count} {_voices(rule)}"))


def why(rule: Rule, match: Match, count: int) -> str:
    """State the rule and the numbers that carried it, in words that people can check (DOMAIN P-31)."""
    hits = "、".join(match.hits[:_SHOWN_HITS])
    words = f"；命中：{hits}" if hits else ""
    within = f"{_long(rule.timeframe)}内 " if rule.timeframe else "已有 "
    alone = rule.type is RuleType.ANY or count < rule.num_events  # the latter: its immediate_if held
    needed = "一条即报" if alone else f"条件为 {rule.num_events}"
    return f"规则 {rule.id}：{within}{count} {_voices(rule)}（{needed}）{words}"


def _sayable(rule: Rule, match: Match) -> list[str]:
    """Return the values of the group that mean something to people: no ids, no pseudonyms, nothing missing."""
    pairs = zip(rule.group_by, match.group, strict=False)
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
