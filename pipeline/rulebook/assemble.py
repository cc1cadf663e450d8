"""Make a Rule of a rule's node."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain

from pipeline.model import FIELDS, PERSONAL, Level, Manner, Type, digest
from pipeline.rulebook.condition import read_condition
from pipeline.rulebook.expression import Expression, ExpressionError
from pipeline.rulebook.inherit import inherited
from pipeline.rulebook.kinds import KEYS, SOURCES, TYPE_KEYS, WITHOUT_MATCH, KindReader, needed_code, needed_reason
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import (
    Condition,
    Deadline,
    Example,
    Flatline,
    LevelIf,
    Rule,
    RuleType,
    Spec,
    Status,
    Suppress,
)
from pipeline.rulebook.source import Node
from pipeline.rulebook.template import Template, TemplateError
from pipeline.rulebook.values import (
    choice,
    clock,
    flag,
    items,
    known_keys,
    level,
    span,
    text,
    texts,
    whole,
    wrong,
    zone,
)
from pipeline.rulebook.where import Alternatives, field_value
from pipeline.rulebook.words import Vocabulary

RULE_KEYS = tuple(
    "id name description owner status level match signals type group_by query_key group-by by count_by "
    "allowed_lateness max_event_age immediate_if level_if for keep_firing_for notify escalation suppress "
    "case privacy labels annotations examples timezone".split()
)
_OWN = ("id", "name", "description", "examples", "signals", "query_key", "group-by", "by")
INHERITED = tuple(key for key in (*RULE_KEYS, *sorted(TYPE_KEYS)) if key not in (*_OWN, "match"))
"""What a file may say once for all its rules, besides ``match``."""
NOTIFY_KEYS = ("route", "group_wait", "group_interval", "repeat_interval", "resolve_after", "only", "mute", "queue")
CASE_KEYS = ("open", "key", "topics", "sla")
SUPPRESS_KEYS = ("inhibited_by", "notice", "equal", "action", "to", "max")
ANNOTATION_KEYS = ("summary", "advice")
EXAMPLE_KEYS = ("match", "no_match")
_ID = re.compile(r"[a-z0-9_.]{3,64}")
_ALIASES = ("query_key", "group-by", "by")
MASKS = ("phone", "id_card", "person_name", "bank_card", "address", "plate", "email")
_DAY = timedelta(hours=24)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Defaults:
    """What a file says once for all its rules."""

    node: Node | None = None
    where: Alternatives = ()


class Assembler:
    """Makes rules of the nodes of one file. Every fault goes to the report; what comes back is sound without one."""

    def __init__(self, words: Vocabulary, defaults: Defaults, report: Report) -> None:
        self._words = words
        self._defaults = defaults
        self._report = report
        self._kinds = KindReader(words, report)

    def rule(self, node: Node) -> Rule | None:
        """Return the rule in *node*; None if it has errors, which are then in the report."""
        before = self._report.errors
        if node.tag != "map":
            wrong(node, "一条规则", "a rule", self._report)
            return None
        kind = self._type(node)
        self._known(node, kind)
        node = inherited(node, self._defaults.node, _inherited_by(kind))
        spec = None
        if kind is not None:
            self._complete(node, kind)
            spec = self._kinds.spec(kind, node)
        rule = self._assembled(node, kind, spec)
        return rule if self._report.errors == before else None

    def _known(self, node: Node, kind: RuleType | None) -> None:
        """Report the keys that no rule has, and those that a rule of this type does not have."""
        own = set(chain(*KEYS[kind])) if kind else TYPE_KEYS
        for key, place in node.keys.items():
            if key in TYPE_KEYS and key not in own:
                zh, en = f"类型 {kind} 没有“{key}”这个键", f"{key!r} is not valid for type {kind}"
                self._report.error(place, "E07", zh, en)
            elif key not in RULE_KEYS and key not in TYPE_KEYS:
                self._report.unknown(place, "E02", ("键", "key"), key, (*RULE_KEYS, *sorted(own)))
            elif key in _ALIASES:
                self._report.warn(place, "W00", f"“{key}”请改写为 group_by", f"write group_by for {key!r}")

    def _complete(self, node: Node, kind: RuleType) -> None:
        for key in KEYS[kind].must:
            if node.get(key) is None:
                zh = f"{kind} 类规则缺少“{key}”{needed_reason(key)}"
                self._report.error(node.place, needed_code(key), zh, f"a {kind} rule needs {key!r}")

    def _type(self, node: Node) -> RuleType | None:
        found = node.get("type") or (self._defaults.node.get("type") if self._defaults.node else None)
        if found is None:
            self._report.error(node.place, "E04", "缺少“type”", "'type' is missing")
        written = choice(found, tuple(RuleType), "E06", self._report)
        return RuleType(written) if written else None

    def _condition(self, node: Node, kind: RuleType | None) -> Condition:
        match = node.get("match")
        if match is not None:
            return read_condition(match, self._words, self._defaults.where, self._report)
        if kind is not None and kind not in WITHOUT_MATCH and not self._defaults.where:
            self._required(node, "match")
        return Condition(where=self._defaults.where)

    def _assembled(self, node: Node, kind: RuleType | None, spec: Spec | None) -> Rule:
        report = self._report
        loudness = level(self._required(node, "level"), report) or Level.L4
        timeframe = self._timeframe(node, kind)
        lateness = span(node.get("allowed_lateness"), report, zero=True)
        notify = self._map(node, "notify", NOTIFY_KEYS)
        case = self._map(node, "case", CASE_KEYS)
        quiet = span(notify.get("resolve_after"), report)
        templates = self._map(node, "annotations", ANNOTATION_KEYS)
        examples = self._map(node, "examples", EXAMPLE_KEYS)
        rule = Rule(
            id=self._id(node), rev="", place=node.place, name=self._words_of(node, "name"),
            owner=self._words_of(node, "owner"), status=self._status(node), level=loudness,
            type=kind or RuleType.ANY, spec=spec, condition=self._condition(node, kind),
            description=text(node.get("description"), report) or "",
            signals=self._signals(node.get("signals")), group_by=self._group_by(node, kind, spec),
            count_by=self._kinds.field(node.get("count_by")) or "id", timeframe=timeframe,
            num_events=self._num_events(node, kind),
            allowed_lateness=Rule.allowed_lateness if lateness is None else lateness,
            max_event_age=span(node.get("max_event_age"), report) or Rule.max_event_age,
            immediate_if=self._expression(node.get("immediate_if")), level_if=self._level_if(node.get("level_if")),
            hold_for=span(node.get("for"), report, zero=True) or timedelta(0),
            keep_firing_for=span(node.get("keep_firing_for"), report, zero=True) or timedelta(0),
            resolve_after=quiet or max(timeframe, _HOUR), manner=self._manner(notify, case, loudness),
            group_interval=span(notify.get("group_interval"), report) or Rule.group_interval,
            only=texts(notify.get("only"), report), mute=texts(notify.get("mute"), report),
            escalation=text(node.get("escalation"), report) or "", suppress=self._suppress(node.get("suppress")),
            sla=text(case.get("sla"), report) or "", mask=self._mask(node), timezone=zone(node.get("timezone"), report) or Rule.timezone,
            labels=self._labels(node.get("labels")),
            summary=self._template(templates.get("summary")), advice=self._template(templates.get("advice")),
            match=self._examples(examples.get("match")), no_match=self._examples(examples.get("no_match")),
        )  # fmt: skip
        return _revised(rule)

    def _timeframe(self, node: Node, kind: RuleType | None) -> timedelta:
        if kind is RuleType.FLATLINE:  # read with its own workdays
            found = clock(node.get("timeframe"), Report())
            return found.span if found else timedelta(0)
        return span(node.get("timeframe"), self._report) or timedelta(0)

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

    def _status(self, node: Node) -> Status:
        found = node.get("status")
        if found is None:
            return Status.EXPERIMENTAL
        if found.raw in list(Status):
            return Status(found.raw)
        self._report.unknown(found.place, "E06", ("状态", "status"), found.raw, list(Status))
        return Status.EXPERIMENTAL

    def _num_events(self, node: Node, kind: RuleType | None) -> int:
        found = node.get("num_events")
        number = whole(found, self._report)
        if found is None or number is None:
            return 1
        if number < 1 or (number > 1 and kind is RuleType.ANY):
            zh = "num_events 至少为 1；type: any 只能为 1（要数个数请用 frequency）"
            self._report.error(found.place, "E34", zh, "num_events: at least 1, and 1 for type any")
        return number

    def _group_by(self, node: Node, kind: RuleType | None, spec: Spec | None) -> tuple[str, ...]:
        written = [node.get(key) for key in ("group_by", *_ALIASES) if node.get(key) is not None]
        if len(written) > 1:
            self._report.error(node.place, "E03", "group_by 写了两种", "group_by is given in two spellings")
        nodes = [item for group in written for item in items(group, self._report)]
        fields = tuple(dict.fromkeys(name for item in nodes if (name := self._kinds.field(item))))
        if isinstance(spec, Flatline):
            return self._expected_by(fields, spec, written[0].place if written and written[0] else node.place)
        if kind is RuleType.FLATLINE:
            return fields  # its expect is wrong, which is said already
        if personal := PERSONAL.intersection(fields):
            zh = f"{'、'.join(personal)} 不能按人分组：规则看事不看人；要数人数请用 count_by"
            en = "a rule is about matters, not about persons; to count voices use count_by"
            self._report.error(node.place, "P-01", zh, en)
        if isinstance(spec, Deadline) and spec.key:
            return tuple(dict.fromkeys((spec.key, *fields)))
        return fields

    def _expected_by(self, fields: tuple[str, ...], spec: Flatline, place: str) -> tuple[str, ...]:
        """Return the field that holds the expected key. Of our own accounts the writer is the account itself."""
        accounts = spec.expect.source not in ("directory.units", "sources")
        known = SOURCES.get(spec.expect.source, tuple(FIELDS))
        found = tuple("account.id" if accounts and name == "author.key" else name for name in fields)
        if len(found) != 1 or found[0] not in known:
            zh = f"flatline 的 group_by 应是能与 {spec.expect.source} 对照的一个字段：{'、'.join(known)}"
            self._report.error(place, "E39", zh, f"group_by must be one of {', '.join(known)}")
        return found

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

    def _manner(self, notify: Mapping[str, Node], case: Mapping[str, Node], loudness: Level) -> Manner:
        wait = span(notify.get("group_wait"), self._report, zero=True)
        repeat = span(notify.get("repeat_interval"), self._report)
        opens = flag(case.get("open"), self._report)
        queue = bool(flag(notify.get("queue"), self._report))
        return Manner(
            route=text(notify.get("route"), self._report) or "root",
            group_wait_s=wait.total_seconds() if wait is not None else 0.0 if loudness is Level.L1 else 30.0,
            repeat_interval_s=(repeat or timedelta(hours=4)).total_seconds(),
            open_case=queue or loudness is not Level.L4 if opens is None else opens,
            case_key=self._case_key(case.get("key")),
            queue=queue,
            topics=self._topics(case.get("topics")),
        )

    def _suppress(self, node: Node | None) -> tuple[Suppress, ...]:
        return tuple(found for item in items(node, self._report) if (found := self._suppression(item)))

    def _suppression(self, node: Node) -> Suppress | None:
        report = self._report
        if not known_keys(node, SUPPRESS_KEYS, report):
            return None
        action = choice(self._required(node, "action"), ("merge", "downgrade", "hold"), "E06", report)
        rule, notice = text(node.get("inhibited_by"), report), text(node.get("notice"), report)
        if bool(rule) == bool(notice):
            zh = "inhibited_by 和 notice 要写一个，且只写一个"
            report.error(node.place, "E04", zh, "give either inhibited_by or notice")
        longest = span(node.get("max"), report)
        self._fitting(node, action or "", longest)
        equal = tuple(name for item in items(node.get("equal"), report) if (name := self._kinds.field(item)))
        return Suppress(action or "", rule or "", notice or "", equal, level(node.get("to"), report), longest)

    def _fitting(self, node: Node, action: str, longest: timedelta | None) -> None:
        """Check that *to* and *max* stand where their action needs them, and nowhere else."""
        for key, owner in (("to", "downgrade"), ("max", "hold")):
            if action == owner and node.get(key) is None:
                self._report.error(node.place, "E04", f"action: {owner} 缺少“{key}”", f"{owner} needs {key!r}")
            if action and action != owner and node.get(key) is not None:
                zh, en = f"“{key}”只用于 action: {owner}", f"{key!r} is for action {owner}"
                self._report.error(node.keys[key], "E07", zh, en)
        if longest is not None and longest > _DAY:
            place = node.entries["max"].place
            self._report.error(place, "E31", "hold 最长 24h，到时必须补报", "a hold lasts at most 24h")

    def _mask(self, node: Node) -> tuple[str, ...]:
        found = self._map(node, "privacy", ("mask",)).get("mask")
        if found is None:
            return Rule.mask
        names = [choice(item, MASKS, "E06", self._report) for item in items(found, self._report)]
        return tuple(name for name in names if name)

    def _labels(self, node: Node | None) -> Mapping[str, Template]:
        if node is None:
            return {}
        if node.tag != "map":
            wrong(node, "键值表", "a mapping", self._report)
        read = {name: self._template(part) for name, part in node.entries.items()}
        return {name: template for name, template in read.items() if template is not None}

    def _topics(self, node: Node | None) -> tuple[str, ...]:
        found = [choice(item, FIELDS["matter.topic"].values, "E06", self._report) for item in items(node, self._report)]
        return tuple(dict.fromkeys(name for name in found if name))

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
            elif value.tag == "str" and not value.raw:
                fields[name] = None  # an example of a post without it
            elif field.type is Type.KEYWORDS:
                fields[name] = texts(value, self._report)
            elif name != "text":
                fields[name] = field_value(field, value, self._report)
        return Example(text(node.get("text"), self._report) or "", fields)

    def _map(self, node: Node, key: str, known: tuple[str, ...]) -> Mapping[str, Node]:
        found = node.get(key)
        return found.entries if found is not None and known_keys(found, known, self._report) else {}


def _inherited_by(kind: RuleType | None) -> tuple[str, ...]:
    """Return the defaults that a rule of this type takes over: all that it may have."""
    own = set(chain(*KEYS[kind])) if kind else TYPE_KEYS
    if kind is RuleType.ANY:
        own = own - {"num_events"}  # it can only be 1, and the file speaks of those that count
    return tuple(key for key in INHERITED if key in own or key not in TYPE_KEYS)


def _revised(rule: Rule) -> Rule:
    """Return *rule* with its revision: a digest of all that decides what matches, how it counts and how loud."""
    deciding = (
        rule.condition, sorted(rule.signals.items()), rule.type, rule.group_by, rule.count_by, rule.timeframe,
        rule.num_events, rule.allowed_lateness, rule.max_event_age, rule.immediate_if, rule.level, rule.level_if,
        rule.resolve_after, rule.spec, rule.hold_for, rule.keep_firing_for, rule.timezone,
    )  # fmt: skip
    return replace(rule, rev=digest(repr(deciding))[:12])
