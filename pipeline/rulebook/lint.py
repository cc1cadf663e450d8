"""What is wrong with a rule that can be read: its parts do not fit together, or do what nobody wants."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from pipeline.directory import Directory
from pipeline.model import Level
from pipeline.rulebook.expression import Expression
from pipeline.rulebook.kinds import NAMES
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Condition, Rule, Sequence
from pipeline.rulebook.wordtest import positive_words

# Using a right is no harm (RULES §3.1.4): these words must not make anything louder.
_RIGHTS = ("上访", "信访", "投诉", "举报", "维权")
_OF_SOME_TYPES = frozenset(chain.from_iterable(NAMES.values()))
_PLACES = {"place.street": "street", "place.community": "community", "place.road": "road"}
_PLACES |= {"place.facility": "facility", "place.site": "site"}


def lint(rule: Rule, report: Report, directory: Directory | None = None) -> None:
    _levels(rule, report)
    _names(rule, report)
    _proof(rule, report)
    _rights(rule, report)
    if directory is not None:
        _places(rule, directory, report)


def _levels(rule: Rule, report: Report) -> None:
    for raise_ in rule.level_if:
        if not raise_.level.louder_than(rule.level):
            zh = f"level_if 的级别 {raise_.level.colour} 不高于规则本身的 {rule.level.colour}，不起作用"
            report.error(rule.place, "E51", zh, f"level_if can never raise above {rule.level.colour}")
    if rule.level is Level.L1 and rule.manner.group_wait_s > 0:
        report.error(rule.place, "E52", "红色规则的 group_wait 应为 0s", "a red rule must not wait: group_wait 0s")


def _names(rule: Rule, report: Report) -> None:
    """Check that every group key, signal and number that is used is there."""
    expressions = list(_expressions(rule))
    used = {signal for expression in expressions for signal in expression.signals}
    used |= set(rule.spec.steps) if isinstance(rule.spec, Sequence) else set()
    whole = any("signal" in expression.names for expression in expressions)
    for name in sorted(used - set(rule.signals)):
        report.unknown(rule.place, "E25", ("信号", "signal"), name, rule.signals)
    for name in sorted(set(rule.signals) - used):
        if not whole:
            report.error(rule.place, "E25", f"信号“{name}”没有用到", f"signal {name!r} is never used")
    for expression in expressions:
        _type_names(rule, expression.names, "E24", report)
        _group_keys(rule, expression.groups, "E24", report)
    for template in filter(None, (rule.summary, rule.advice, *rule.labels.values())):
        _type_names(rule, template.names, "E26", report)
        _group_keys(rule, template.groups, "E26", report)


def _type_names(rule: Rule, names: Iterable[str], code: str, report: Report) -> None:
    for name in sorted(set(names) & _OF_SOME_TYPES - set(NAMES.get(rule.type, ()))):
        report.error(rule.place, code, f"类型 {rule.type} 没有“{name}”", f"type {rule.type} has no {name!r}")


def _group_keys(rule: Rule, keys: Iterable[str], code: str, report: Report) -> None:
    for key in keys:
        if key not in rule.group_by:
            zh = f"group['{key}'] 不在 group_by 里（{'、'.join(rule.group_by) or '空'}）"
            report.error(rule.place, code, zh, f"group[{key!r}] is not among group_by")


def _expressions(rule: Rule) -> Iterable[Expression]:
    yield from (raise_.when for raise_ in rule.level_if)
    if rule.immediate_if:
        yield rule.immediate_if


def _proof(rule: Rule, report: Report) -> None:
    if rule.condition.text is not None and not (rule.match and rule.no_match):
        zh = "有 text 条件的规则，examples 的 match 和 no_match 至少各写一条"
        report.error(rule.place, "E61", zh, "a rule with a text condition needs both kinds of examples")
    if rule.summary is None and rule.level is not Level.L4:
        zh, en = "黄色及以上的规则缺少 annotations.summary", "annotations.summary is missing (yellow and above)"
        report.error(rule.place, "E04", zh, en)


def _rights(rule: Rule, report: Report) -> None:
    louder = {signal for raise_ in rule.level_if for signal in raise_.when.signals}
    conditions: list[Condition] = [rule.signals[name] for name in sorted(louder & set(rule.signals))]
    if rule.level is not Level.L4:
        conditions.append(rule.condition)
    for condition in conditions:
        words = set(positive_words(condition.text)) if condition.text else set()
        for word in sorted(word for word in words if word in _RIGHTS):
            zh, en = f"“{word}”是群众的正当权利，不应作为升级条件", f"{word!r} is a right; it must not raise a level"
            report.warn(rule.place, "W08", zh, en)


def _places(rule: Rule, directory: Directory, report: Report) -> None:
    for condition in (rule.condition, *rule.signals.values()):
        for test in (test for alternative in condition.where for test in alternative):
            values = test.value if isinstance(test.value, tuple) else (test.value,)
            if test.op not in ("eq", "in", "not_in"):
                continue
            for value in values:
                if value not in _known_places(test.field, directory, values):
                    zh = f"名录里没有“{value}”（{test.field}）"
                    report.warn(rule.place, "E27", zh, f"{value!r} is not in the directory")


def _known_places(field: str, directory: Directory, otherwise: Iterable[object]) -> set[object]:
    """Return the values that *field* can have; *otherwise* if the directory does not say."""
    if field == "place.district":
        return {directory.territory.name}
    if field in _PLACES:
        return {place.name for place in directory.places if place.kind == _PLACES[field]}
    return set(otherwise)
