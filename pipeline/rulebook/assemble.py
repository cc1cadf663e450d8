"""Make a Rule of a rule's node."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from pipeline.model import FIELDS, PERSONAL, Level, Manner, Type, digest
from pipeline.rulebook.condition import read_condition
from pipeline.rulebook.expression import Expression, ExpressionError
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Condition, Example, LevelIf, Rule, RuleType, Status
from pipeline.rulebook.source import Node
from pipeline.rulebook.template import Template, TemplateError
from pipeline.rulebook.values import flag, items, known_keys, level, span, text, texts, whole, wrong
from pipeline.rulebook.where import Alternatives, field_value
from pipeline.rulebook.words import Vocabulary

RULE_KEYS = tuple(
    "id name description owner status level match signals type group_by query_key group-by count_by num_events "
    "timeframe allowed_lateness max_event_age immediate_if level_if for keep_firing_for notify escalation suppress "
    "case privacy labels annotations examples".split()
)
# Keys of the nine types of RULES §3.2 that arrive later.
OTHER_TYPE_KEYS = tuple(
    "field gte lte spike_type spike_height reference ref_floor threshold_cur cold_start of min_denominator metric "
    "delta ratio min_base expect threshold stages grace source_guard lookback min_people ignore_null steps ordered "
    "key start until within pause".split()
)
OTHER_TYPES = tuple("cardinality spike percentage growth flatline new_term change sequence deadline".split())
NOTIFY_KEYS = ("route", "group_wait", "group_interval", "repeat_interval", "resolve_after", "only", "mute")
CASE_KEYS = ("open", "key", "sla")
ANNOTATION_KEYS = ("summary", "advice")
EXAMPLE_KEYS = ("match", "no_match")
_ID = re.compile(r"[a-z0-9_.]{3,64}")
_ALIASES = ("query_key", "group-by")
_UNHONOURED = ("for", "keep_firing_for", "escalation", "suppress", "labels")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Defaults:
    """What a file says once for all its rules."""

    owner: str = ""
    allowed_lateness: timedelta = timedelta(hours=24)
    where: Alternatives = ()


class Assembler:
    """Makes rules of the nodes of one file. Every fault goes to the report; what comes back is sound without one."""

    def __init__(self, words: Vocabulary, defaults: Defaults, report: Report) -> None:
        self._words = words
        self._defaults = defaults
        self._report = report

    def rule(self, node: Node) -> Rule | None:
        """Return the rule in *node*; None if it has errors, which are then in the report."""
        before = self._report.errors
        if not self._keys(node):
            return None
        kind = self._type(node)
        match = node.get("match") if kind is None else self._required(node, "match")
        condition = Condition()
        if match is not None:
            condition = read_condition(match, self._words, self._defaults.where, self._report)
        rule = self._counted(node, kind, condition)
        return rule if self._report.errors == before else None

    def _keys(self, node: Node) -> bool:
        if node.tag != "map":
            wrong(node, "一条规则", "a rule", self._report)
            return False
        written = text(node.get("type"), self._report)
        for key, place in node.keys.items():
            if key in OTHER_TYPE_KEYS and written not in OTHER_TYPES:
                zh, en = f"类型 {written} 没有“{key}”这个键", f"{key!r} is not valid for type {written}"
                self._report.error(place, "E07", zh, en)
            elif key not in RULE_KEYS and key not in OTHER_TYPE_KEYS:
                self._report.unknown(place, "E02", ("键", "key"), key, RULE_KEYS)
            elif key in _ALIASES:
                self._report.warn(place, "", f"“{key}”请改写为 group_by", f"write group_by for {key!r}")
            elif key in _UNHONOURED:
                self._report.unhonoured(place, key)
        return True

    def _type(self, node: Node) -> RuleType | None:
        found = self._required(node, "type")
        if found is None:
            return None
        if found.raw in OTHER_TYPES:
            zh, en = f"此类型尚未支持：{found.raw}", f"type {found.raw} is not supported yet"
            self._report.error(found.place, "E06", zh, en)
            return None
        if found.raw not in list(RuleType):
            self._report.unknown(found.place, "E06", ("类型", "type"), found.raw, [*RuleType, *OTHER_TYPES])
            return None
        return RuleType(found.raw)

    def _counted(self, node: Node, kind: RuleType | None, condition: Condition) -> Rule:
        report = self._report
        loudness = level(self._required(node, "level"), report) or Level.L4
        timeframe = span(node.get("timeframe"), report) or timedelta(0)
        lateness = span(node.get("allowed_lateness"), report, zero=True)
        notify = self._map(node, "notify", NOTIFY_KEYS)
        quiet = span(notify.get("resolve_after"), report)
        templates = self._map(node, "annotations", ANNOTATION_KEYS)
        examples = self._map(node, "examples", EXAMPLE_KEYS)
        rule = Rule(
            id=self._id(node), rev="", place=node.place, name=self._words_of(node, "name"), owner=self._owner(node),
            status=self._status(node), level=loudness, type=kind or RuleType.ANY, condition=condition,
            description=text(node.get("description"), report) or "",
            signals=self._signals(node.get("signals")), group_by=self._group_by(node),
            count_by=self._field(node.get("count_by")) or "id", timeframe=timeframe,
            num_events=self._num_events(node, kind),
            allowed_lateness=self._defaults.allowed_lateness if lateness is None else lateness,
            max_event_age=span(node.get("max_event_age"), report) or timedelta(days=7),
            immediate_if=self._expression(node.get("immediate_if")), level_if=self._level_if(node.get("level_if")),
            resolve_after=quiet or max(timeframe, _HOUR), manner=self._manner(notify, node, loudness),
            summary=self._template(templates.get("summary")), advice=self._template(templates.get("advice")),
            match=self._examples(examples.get("match")), no_match=self._examples(examples.get("no_match")),
        )  # fmt: skip
        self._known_privacy(node)
        return _revised(rule)

    def _required(self, node: Node, key: str) -> Node | None:
        found = node.get(key)
        if found is None:
            self._report.error(node.place, "E04", f"缺少“{key}”", f"{key!r} is missing")
        return found

    def _words_of(self, node: Node, key: str) -> str:
        return text(self._required(node, key), self._report) or ""

    def _id(self, node: Node) -> str:
        found = self._required(node, "id")
        name = text(found, self._report) or ""
        if found is not None and name and not _ID.fullmatch(name):
            zh = f"编号“{name}”应为 3 到 64 个小写字母、数字、点或下划线"
            self._report.error(found.place, "E05", zh, f"bad id {name!r}: 3 to 64 of a-z 0-9 . _")
        return name

    def _owner(self, node: Node) -> str:
        if node.get("owner") is None and self._defaults.owner:
            return self._defaults.owner
        return self._words_of(node, "owner")

    def _status(self, node: Node) -> Status:
        found = node.get("status")
        if found is None:
            return Status.EXPERIMENTAL
        if found.raw in list(Status):
            return Status(found.raw)
        self._report.unknown(found.place, "E06", ("状态", "status"), found.raw, list(Status))
        return Status.EXPERIMENTAL

    def _num_events(self, node: Node, kind: RuleType | None) -> int:
        if kind is None:
            return 1
        windowed = kind is RuleType.FREQUENCY
        if windowed:
            self._required(node, "timeframe")
            self._required(node, "num_events")
        found = node.get("num_events")
        number = whole(found, self._report)
        if found is None or number is None:
            return 1
        if number < 1 or (number > 1 and not windowed):
            zh = "num_events 至少为 1；type: any 只能为 1（要数个数请用 frequency）"
            self._report.error(found.place, "E34", zh, "num_events: at least 1, and 1 for type any")
        return number

    def _group_by(self, node: Node) -> tuple[str, ...]:
        written = [node.get(key) for key in ("group_by", *_ALIASES) if node.get(key) is not None]
        if len(written) > 1:
            self._report.error(node.place, "E03", "group_by 写了两种", "group_by is given in two spellings")
        fields = tuple(
            dict.fromkeys(filter(None, (self._field(item) for group in written for item in items(group, self._report))))
        )
        if personal := PERSONAL.intersection(fields):
            zh = "不能按人分组：规则看事不看人；要数人数请用 count_by"
            self._report.error(
                node.place,
                "P01",
                f"{'、'.join(personal)} {zh}",
                "a rule is about matters, not about persons; to count voices use count_by",
            )
        return fields

    def _field(self, node: Node | None) -> str:
        name = text(node, self._report)
        if node is None or name is None:
            return ""
        if name not in FIELDS:
            self._report.unknown(node.place, "E21", ("字段", "field"), name, FIELDS)
            return ""
        return name

    def _signals(self, node: Node | None) -> Mapping[str, Condition]:
        if node is None:
            return {}
        if node.tag != "map":
            wrong(node, "键值表", "a mapping", self._report)
        # The file's defaults already hold for the match; a signal only asks for more.
        return {name: read_condition(part, self._words, (), self._report) for name, part in node.entries.items()}

    def _expression(self, node: Node | None) -> Expression | None:
        written = text(node, self._report)
        if node is None or written is None:
            return None
        try:
            return Expression.parse(written)
        except ExpressionError as error:
            zh = f"表达式第 {error.position + 1} 个字符：{error.zh}"
            self._report.error(node.place, "E24", zh, f"expression, character {error.position + 1}: {error.en}")
            return None

    def _level_if(self, node: Node | None) -> tuple[LevelIf, ...]:
        found = []
        for item in items(node, self._report):
            if not known_keys(item, ("when", "level"), self._report):
                continue
            when = self._expression(self._required(item, "when"))
            louder = level(self._required(item, "level"), self._report)
            if when and louder:
                found.append(LevelIf(when, louder))
        return tuple(found)

    def _manner(self, notify: Mapping[str, Node], node: Node, loudness: Level) -> Manner:
        for key in ("group_interval", "only", "mute"):
            if key in notify:
                self._report.unhonoured(notify[key].place, f"notify.{key}")
        case = self._map(node, "case", CASE_KEYS)
        if "sla" in case:
            self._report.unhonoured(case["sla"].place, "case.sla")
        wait = span(notify.get("group_wait"), self._report, zero=True)
        repeat = span(notify.get("repeat_interval"), self._report)
        opens = flag(case.get("open"), self._report)
        return Manner(
            route=text(notify.get("route"), self._report) or "root",
            group_wait_s=wait.total_seconds() if wait is not None else 0.0 if loudness is Level.L1 else 30.0,
            repeat_interval_s=(repeat or timedelta(hours=4)).total_seconds(),
            open_case=loudness is not Level.L4 if opens is None else opens,
            case_key=self._case_key(case.get("key")),
        )

    def _case_key(self, node: Node | None) -> tuple[str, ...]:
        names = [(item, text(item, self._report)) for item in items(node, self._report)]
        for item, name in names:
            if name is not None and name != "rule_id" and name not in FIELDS:
                self._report.unknown(item.place, "E21", ("字段", "field"), name, ("rule_id", *FIELDS))
        return tuple(name for _, name in names if name)

    def _template(self, node: Node | None) -> Template | None:
        written = text(node, self._report)
        if node is None or written is None:
            return None
        try:
            return Template.parse(written)
        except TemplateError as error:
            self._report.error(node.place, "E26", error.zh, error.en)
            return None

    def _examples(self, node: Node | None) -> tuple[Example, ...]:
        return tuple(self._example(item) for item in items(node, self._report))

    def _example(self, node: Node) -> Example:
        if node.tag != "map":
            return Example(text(node, self._report) or "")
        fields: dict[str, object] = {}
        for name, value in node.entries.items():
            field = FIELDS.get(name)
            if field is None:
                self._report.unknown(node.keys[name], "E21", ("字段", "field"), name, FIELDS)
            elif field.type is Type.KEYWORDS:
                fields[name] = texts(value, self._report)
            elif name != "text":
                fields[name] = field_value(field, value, self._report)
        return Example(text(node.get("text"), self._report) or "", fields)

    def _map(self, node: Node, key: str, known: tuple[str, ...]) -> Mapping[str, Node]:
        found = node.get(key)
        return found.entries if found is not None and known_keys(found, known, self._report) else {}

    def _known_privacy(self, node: Node) -> None:
        # Intake masks every text already, so ``privacy.mask`` can only ask for what is done anyway.
        for item in items(self._map(node, "privacy", ("mask",)).get("mask"), self._report):
            text(item, self._report)


def _revised(rule: Rule) -> Rule:
    """Return *rule* with its revision: a digest of all that decides what matches, how it counts and how loud."""
    deciding = (
        rule.condition, sorted(rule.signals.items()), rule.type, rule.group_by, rule.count_by, rule.timeframe,
        rule.num_events, rule.allowed_lateness, rule.max_event_age, rule.immediate_if, rule.level, rule.level_if,
        rule.resolve_after,
    )  # fmt: skip
    return replace(rule, rev=digest(repr(deciding))[:12])
