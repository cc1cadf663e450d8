"""What the desk says of itself: blind spots, groups that were too many, rules that failed. Told to the owners."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pipeline.model import TOO_SLOW, Alert, Level, Manner, Turn, digest
from pipeline.rulebook.rule import Rule

BLIND_SPOT: Final = "operations.blind_spot"
TOO_MANY_GROUPS: Final = "operations.too_many_groups"
RULE_FAILED: Final = "operations.rule_failed"
_MANNER: Final = Manner(route="operations", group_wait_s=0.0, repeat_interval_s=0.0, open_case=False)
_NAMES: Final = {BLIND_SPOT: "监测盲区", TOO_MANY_GROUPS: "规则分组过多", RULE_FAILED: "规则出错"}


def blind_spot(rule: Rule, source: str, heard_at: datetime, gap: timedelta, now: datetime) -> Alert:
    """Say that a source has been silent itself since *heard_at*: nothing can be concluded about its accounts."""
    hours = f"{gap.total_seconds() / 3600:g}"
    return _alert(
        BLIND_SPOT, (source,), ("source.id",), heard_at.isoformat(), rule, now, Level.L3,
        summary=f"监测盲区：信源 {source} 已 {hours} 小时没有任何内容，可能是采集中断；其间不报账号停更",
        why=f"规则 {rule.id} 的 source_guard：超过 {hours} 小时无新内容",
        advice="请检查该信源的采集；恢复后自动结束",
        active_at=heard_at + gap,
    )  # fmt: skip


def too_many_groups(rule: Rule, most: int, dropped: int, now: datetime) -> Alert:
    """Say that a rule has more groups than it may: those beyond were not counted. Once a day."""
    return _alert(
        TOO_MANY_GROUPS, (rule.id,), ("rule_id",), f"{now:%Y-%m-%d}", rule, now, Level.L3,
        summary=f"规则“{rule.name}”的分组超过 {most} 个，新的分组不再计数（已 {dropped} 条）",
        why=f"规则 {rule.id}：group_by {'、'.join(rule.group_by)}",
        advice="请换一个取值更少的 group_by",
    )  # fmt: skip


def rule_failed(rule: Rule, error: str, now: datetime) -> Alert:
    """Say that a rule raised an error and was set aside, for this post or (too slow) for all; the others went on.

    Once an hour.
    """
    what = "太慢，已停用，直到它被修改" if error == TOO_SLOW else "运行出错，已跳过该条内容"
    return _alert(
        RULE_FAILED, (rule.id,), ("rule_id",), f"{now:%Y-%m-%dT%H}", rule, now, Level.L3,
        summary=f"规则“{rule.name}”{what}，其他规则照常",
        why=f"规则 {rule.id}（{rule.place}）：{error}",
        advice="请用 yuqing check 检查这条规则",
    )  # fmt: skip


def _alert(
    kind: str, group: tuple[str, ...], group_by: tuple[str, ...], when: str, rule: Rule, now: datetime, level: Level,
    *, summary: str, why: str, advice: str, active_at: datetime | None = None,
) -> Alert:  # fmt: skip
    id_ = digest("alert", kind, *group, when)
    return Alert(
        id=id_, turn_id=digest(id_, "1"), turn=Turn.OPENED, rule=kind, rule_rev="", rule_name=f"{_NAMES[kind]}：{group[0]}",
        owner=rule.owner, group_by=group_by, group=group, level=level, active_at=active_at or now, last_at=now, at=now,
        summary=summary, advice=advice, why=why, manner=_MANNER,
    )  # fmt: skip
