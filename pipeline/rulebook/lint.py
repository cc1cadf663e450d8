"""What is wrong with a rule that can be read: its parts do not fit together, or do what nobody wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import chain

from pipeline.directory import Directory
from pipeline.errors import guess
from pipeline.model import Level, loudest
from pipeline.rulebook.dictionary import common, holding
from pipeline.rulebook.expression import Expression
from pipeline.rulebook.fairness import judge
from pipeline.rulebook.kinds import NAMES
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Condition, Deadline, Flatline, NewTerm, Rule, Sequence, TextCondition
from pipeline.rulebook.wordtest import positive_words
from pipeline.text.normal import folded

_OF_SOME_TYPES = frozenset(chain.from_iterable(NAMES.values()))
MEMORY = timedelta(days=366)
"""Nothing is remembered longer."""
_ENDLESS = frozenset(("id", "native_id", "url", "rev", "at", "fetched_at", "title", "text"))
_PLACES = {"place.street": "street", "place.community": "community", "place.road": "road"}
_PLACES |= {"place.facility": "facility", "place.site": "site"}


def lint(rule: Rule, report: Report, directory: Directory | None = None) -> None:
    _levels(rule, report)
    _names(rule, report)
    _waiting(rule, report)
    _steps(rule, report)
    _constant(rule, report)
    _proof(rule, report)
    _grouping(rule, report)
    _case_key(rule, report)
    judge(rule, report)
    if directory is not None:
        _places(rule, directory, report)
        _expected(rule, directory, report)


def _levels(rule: Rule, report: Report) -> None:
    for raise_ in rule.level_if:
        if not raise_.level.louder_than(rule.level):
            zh = f"level_if 的级别 {raise_.level.colour} 不高于规则本身的 {rule.level.colour}，不起作用"
            report.error(rule.place, "E51", zh, f"level_if can never raise above {rule.level.colour}")


def _waiting(rule: Rule, report: Report) -> None:
    """Check that nothing keeps a red alert, and that reminders are no more frequent than news."""
    if rule.level is Level.L1 and rule.manner.group_wait_s > 0:
        report.error(rule.place, "E52", "红色规则的 group_wait 应为 0s", "a red rule must not wait: group_wait 0s")
    held = any(one.action == "hold" for one in rule.suppress)
    for key, used in (("notify.only", rule.only), ("notify.mute", rule.mute), ("suppress: hold", held)):
        if used and loudest(rule.level, *_higher(rule)) is Level.L1:
            zh = f"{key} 不能用于红色或能升到红色的规则"
            report.error(rule.place, "E52", zh, f"{key}: not for a rule that is or can become red")
    if rule.manner.queue and not (rule.level is Level.L4 and rule.manner.open_case):
        zh = "notify.queue 只用于立案的蓝色规则，否则没有人会知道"
        report.error(
            rule.place, "E55", zh, "notify.queue: only for a blue rule that opens a case; else nobody would know"
        )
    if rule.manner.repeat_interval_s < rule.group_interval.total_seconds():
        zh = "repeat_interval 比 group_interval 短"
        report.error(rule.place, "E56", zh, "repeat_interval is shorter than group_interval")
    longest = max(rule.timeframe, rule.spec.lookback if isinstance(rule.spec, NewTerm) else rule.timeframe)
    if longest > MEMORY:
        zh, en = f"timeframe（lookback）超过 {MEMORY.days}d，记不住那么久", f"longer than {MEMORY.days} days"
        report.error(rule.place, "E32", zh, f"timeframe (lookback) is {en}")


def _higher(rule: Rule) -> list[Level]:
    stages = rule.spec.stages if isinstance(rule.spec, (Flatline, Deadline)) else ()
    return [*(raise_.level for raise_ in rule.level_if), *(stage.level for stage in stages)]


def _steps(rule: Rule, report: Report) -> None:
    if not isinstance(rule.spec, Sequence):
        return
    for name in rule.spec.steps:
        if name not in rule.signals:
            report.unknown(
                rule.place,
                "E25",
                ("步骤（steps 里的名字要在 signals 里）", "step (steps name signals)"),
                name,
                rule.signals,
            )


def _constant(rule: Rule, report: Report) -> None:
    """Report comparisons that come out the same whatever happens."""
    for expression in _expressions(rule):
        for comparison in expression.constant:
            zh, en = f"“{comparison}”永远成立或永远不成立", f"{comparison!r} always or never holds"
            report.error(rule.place, "E27", zh, en)


def _grouping(rule: Rule, report: Report) -> None:
    for name in sorted(_ENDLESS.intersection(rule.group_by)):
        zh = f"group_by: {name} 的取值没有尽头，每条帖文自成一组"
        report.warn(rule.place, "W05", zh, f"group_by {name}: nearly every post is a group of its own")
    templates = filter(None, (rule.summary, rule.advice, *rule.labels.values()))
    quoted = sorted({name for template in templates for name in template.fields} & {"doc.title", "doc.text"})
    if quoted and not rule.mask:
        zh = f"annotations 引用了 {'、'.join(quoted)}，而 privacy.mask 是空的"
        report.warn(rule.place, "W11", zh, "annotations quote the original and privacy.mask is empty")


def _case_key(rule: Rule, report: Report) -> None:
    """Report keys of a case that no alert carries: they are alike in all, and unlike matters would become one case."""
    for name in rule.manner.case_key:
        if name != "rule_id" and name not in rule.group_by:
            zh = f"case.key：{name} 不在 group_by 里（{'、'.join(rule.group_by) or '空'}），不同的事会并成一案"
            report.error(
                rule.place, "E28", zh, f"case.key: {name} is not among group_by; unlike matters become one case"
            )


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
    asked = any(condition.text is not None for condition in (rule.condition, *rule.parts.values()))
    if asked and not (rule.match and rule.no_match):
        zh = "有 text 条件的规则，examples 的 match 和 no_match 至少各写一条"
        report.error(rule.place, "E61", zh, "a rule with a text condition needs both kinds of examples")
    if rule.summary is None and rule.level is not Level.L4:
        zh, en = "黄色及以上的规则缺少 annotations.summary", "annotations.summary is missing (yellow and above)"
        report.error(rule.place, "E04", zh, en)


def _places(rule: Rule, directory: Directory, report: Report) -> None:
    outside = {folded(name) for name in directory.outside}
    for word in sorted(outside & {word for text in _texts(rule) for word in positive_words(text)}):
        report.warn(rule.place, "W03", f"“{word}”是外地也有的地名", f"{word!r} is a place elsewhere too")
    for condition in rule.conditions:
        for test in (test for alternative in condition.where for test in alternative):
            values = test.value if isinstance(test.value, tuple) else (test.value,)
            if test.op not in ("eq", "in", "not_in"):
                continue
            for value in values:
                if value not in _known_places(test.field, directory, values):
                    zh = f"名录里没有“{value}”（{test.field}）"
                    report.warn(rule.place, "E27", zh, f"{value!r} is not in the directory")


def _expected(rule: Rule, directory: Directory, report: Report) -> None:
    """Warn of a silence that nobody can break: the directory has no such list, or no entry with that key."""
    if not isinstance(rule.spec, Flatline) or rule.spec.expect.source == "sources":  # those are in the settings
        return
    lists, source, key = directory.expected(), rule.spec.expect.source, rule.spec.expect.key
    if source not in lists:
        zh, en = guess(source, lists)
        report.warn(rule.place, "E39", f"expect：名录里没有 {source}{zh}", f"expect: no {source} in the directory{en}")
    elif not any(entry.get(key) for entry in lists[source]):
        zh = f"expect：名录的 {source} 里没有一项带“{key}”，这条规则不会告警"
        report.warn(rule.place, "E39", zh, f"expect: no entry of {source} has {key!r}; the rule cannot fire")


def _texts(rule: Rule) -> list[TextCondition]:
    return [condition.text for condition in rule.conditions if condition.text is not None]


def lint_words(rule: Rule, report: Report) -> None:
    """Report words that are too common alone, and those that stand inside longer ones; it needs a dictionary."""
    for text in _texts(rule):
        alone = [] if text.must or text.near or text.min > 1 else [word for group in text.any for word in group]
        for word in dict.fromkeys(alone):
            if common(word):
                zh, en = f"“{word}”太常见，单独成条件会误报", f"{word!r} is too common to stand alone"
                report.warn(rule.place, "W01", zh, en)
            longer = [one for one in holding(word) if not any(word in p and p in one for p in text.except_)]
            if longer:
                zh = f"“{word}”也在 {'、'.join(longer)} 里；如果不是这个意思，写进 except"
                report.warn(rule.place, "W02", zh, f"{word!r} is part of {', '.join(longer)}: consider except")


def _known_places(field: str, directory: Directory, otherwise: Iterable[object]) -> set[object]:
    """Return the values that *field* can have; *otherwise* if the directory does not say."""
    if field == "place.district":
        return {directory.territory.name}
    if field in _PLACES:
        return {place.name for place in directory.places if place.kind == _PLACES[field]}
    return set(otherwise)


def lint_book(rules: Iterable[Rule], report: Report) -> None:
    """Report what only shows among all rules: inhibition in circles, and the same condition twice."""
    known = {rule.id: rule for rule in rules}
    inhibitors = {rule.id: [one.inhibited_by for one in rule.suppress if one.inhibited_by] for rule in known.values()}
    for rule in known.values():
        for name in inhibitors[rule.id]:
            if name not in known:
                zh, en = guess(name, known)
                report.warn(rule.place, "E57", f"inhibited_by：没有规则“{name}”{zh}", f"no rule {name!r}{en}")
            elif _reaches(name, rule.id, inhibitors):
                zh = f"suppress.inhibited_by：规则“{rule.id}”抑制了自己，直接或绕了一圈"
                report.error(
                    rule.place, "E57", zh, "suppress.inhibited_by: this rule inhibits itself, at once or in a circle"
                )
    first: dict[Condition, Rule] = {}
    for rule in known.values():
        if rule.condition == Condition() or rule.parts:
            continue
        other = first.setdefault(rule.condition, rule)
        if other is not rule and other.type is rule.type and other.group_by == rule.group_by:
            zh, en = f"条件与 {other.id} 完全相同", f"the same condition as {other.id}"
            report.warn(rule.place, "W07", zh, en)


def _reaches(start: str, goal: str, inhibitors: Mapping[str, list[str]]) -> bool:
    seen, ahead = set[str](), [start]
    while ahead:
        name = ahead.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            ahead += inhibitors.get(name, [])
    return False
