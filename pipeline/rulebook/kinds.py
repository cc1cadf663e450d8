"""What only one type of rule asks for: which keys it takes, and its spec read from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from pipeline.model import FIELDS, PERSONAL, Level, Type
from pipeline.rulebook.condition import read_condition
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import (
    Cardinality,
    Change,
    Clock,
    Condition,
    Deadline,
    DueStage,
    Expect,
    Flatline,
    Growth,
    NewTerm,
    Percentage,
    Reference,
    RuleType,
    SilenceStage,
    Spec,
    Spike,
)
from pipeline.rulebook.rule import Sequence as SequenceSpec
from pipeline.rulebook.source import Node
from pipeline.rulebook.values import (
    at_least,
    choice,
    clock,
    flag,
    items,
    known_keys,
    level,
    number,
    share,
    span,
    text,
    texts,
    whole,
)
from pipeline.rulebook.words import Vocabulary

T = TypeVar("T")
D = TypeVar("D", float, None)


class Keys(NamedTuple):
    """The keys of a type: those it must have, and those it may have."""

    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


KEYS: Final[Mapping[RuleType, Keys]] = {
    RuleType.ANY: Keys((), ("timeframe", "num_events")),
    RuleType.FREQUENCY: Keys(("timeframe", "num_events")),
    RuleType.CARDINALITY: Keys(("timeframe", "field"), ("gte", "lte")),
    RuleType.SPIKE: Keys(
        ("timeframe", "spike_height", "threshold_cur"), ("spike_type", "reference", "ref_floor", "cold_start")
    ),
    RuleType.PERCENTAGE: Keys(("timeframe", "of"), ("gte", "lte", "min_denominator")),
    RuleType.GROWTH: Keys(("timeframe", "metric"), ("delta", "ratio", "min_base")),
    RuleType.FLATLINE: Keys(("timeframe", "expect"), ("threshold", "stages", "grace", "source_guard")),
    RuleType.NEW_TERM: Keys(("field",), ("lookback", "min_people", "timeframe")),
    RuleType.CHANGE: Keys(("field",), ("ignore_null",)),
    RuleType.SEQUENCE: Keys(("timeframe", "steps"), ("ordered",)),
    RuleType.DEADLINE: Keys(("key", "start", "until", "within"), ("stages", "pause")),
}
TYPE_KEYS: Final = frozenset(key for keys in KEYS.values() for part in keys for key in part)
WITHOUT_MATCH: Final = (RuleType.SEQUENCE, RuleType.DEADLINE, RuleType.FLATLINE)
"""Types whose own keys say what they look for; a ``match`` only narrows it."""
NAMES: Final[Mapping[RuleType, tuple[str, ...]]] = {
    RuleType.SPIKE: ("reference", "ratio"),
    RuleType.PERCENTAGE: ("ratio",),
    RuleType.GROWTH: ("delta", "ratio"),
    RuleType.FLATLINE: ("stage", "key", "silent_for", "directory"),
    RuleType.SEQUENCE: ("reached",),
    RuleType.DEADLINE: ("stage", "key", "remaining"),
}
"""What expressions and templates of a type may name besides what all may."""
SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "directory.accounts": ("account.id",),
    "directory.units": ("order.unit", "party.id", "party.name"),
    "sources": ("source.id",),
}
"""Where expected keys come from, and the fields that hold the same; a directory may have further lists of its own."""
OWN_LIST: Final = re.compile(r"directory\.[a-z][a-z0-9_]*")
_ENTRY_KEYS: Final = {"directory.accounts": ("id", "name"), "directory.units": ("id", "name"), "sources": ("id",)}
_NEEDED_CODES: Final = {"timeframe": "E31", "expect": "E39", "threshold_cur": "E35"}
_REASONS: Final = {"threshold_cur": "（不写，0 条也算突增）"}


def needed_code(key: str) -> str:
    """Return the code of the fault that *key* is missing."""
    return _NEEDED_CODES.get(key, "E04")


def needed_reason(key: str) -> str:
    return _REASONS.get(key, "")


class KindReader:
    """Reads specs for the rules of one file; every fault goes to the report."""

    def __init__(self, words: Vocabulary, report: Report) -> None:
        self._words = words
        self._report = report
        self._readers: Mapping[RuleType, Callable[[Node], Spec | None]] = {
            RuleType.CARDINALITY: self._cardinality,
            RuleType.SPIKE: self._spike,
            RuleType.PERCENTAGE: self._percentage,
            RuleType.GROWTH: self._growth,
            RuleType.FLATLINE: self._flatline,
            RuleType.NEW_TERM: self._new_term,
            RuleType.CHANGE: self._change,
            RuleType.SEQUENCE: self._sequence,
            RuleType.DEADLINE: self._deadline,
        }

    def spec(self, kind: RuleType, node: Node) -> Spec | None:
        """Return what *kind* asks for in *node*; None for ``any``, ``frequency``, and after an error."""
        reader = self._readers.get(kind)
        return reader(node) if reader else None

    def field(self, node: Node | None, types: Collection[Type] = tuple(Type)) -> str:
        """Return the name of a field of one of *types*; empty after an error."""
        name = text(node, self._report)
        if node is None or name is None:
            return ""
        if name not in FIELDS:
            self._report.unknown(node.place, "E21", ("字段", "field"), name, FIELDS)
            return ""
        if FIELDS[name].type not in types:
            zh, en = f"这里不能用字段“{name}”", f"field {name!r} is of another type than this needs"
            self._report.error(node.place, "E22", zh, en)
            return ""
        return name

    def _cardinality(self, node: Node) -> Spec | None:
        field = self._impersonal(node.get("field"))
        gte, lte = whole(node.get("gte"), self._report), whole(node.get("lte"), self._report)
        if node.get("gte") is None and node.get("lte") is None:
            self._report.error(node.place, "E04", "缺少 gte 或 lte", "gte or lte is missing")
        self._in_order(node, gte, lte)
        return Cardinality(field, gte, lte)

    def _spike(self, node: Node) -> Spec | None:
        report = self._report
        height = self._number(node, "spike_height", 0.0)
        if (found := node.get("spike_height")) is not None and height <= 1:
            report.error(found.place, "E35", "spike_height 要大于 1", "spike_height must be greater than 1")
        threshold = at_least(node.get("threshold_cur"), 1, "E35", "threshold_cur", report)
        return Spike(
            height=height,
            threshold_cur=threshold or 0,
            direction=choice(node.get("spike_type"), ("up", "down", "both"), "E03", report) or "up",
            reference=self._reference(node.get("reference"), span(node.get("timeframe"), Report())),
            ref_floor=self._positive(node, "ref_floor", 1.0),
            cold_start=choice(node.get("cold_start"), ("threshold_only", "hold"), "E03", report) or "threshold_only",
        )

    def _reference(self, node: Node | None, timeframe: timedelta | None) -> Reference:
        report = self._report
        if node is None or not known_keys(node, ("mode", "days", "agg", "same_daytype"), report):
            return Reference()
        mode = choice(node.get("mode"), ("previous", "same_period"), "E03", report) or "previous"
        if mode == "previous":
            for key in [key for key in node.keys if key != "mode"]:
                zh, en = f"mode: previous 没有“{key}”", f"mode previous has no {key!r}"
                report.error(node.keys[key], "E07", zh, en)
        elif timeframe is not None and timeframe > timedelta(hours=24):
            zh = "same_period 按一天里的同一时段比，timeframe 不能超过 24h"
            report.error(node.place, "E36", zh, "same_period compares hours of a day: timeframe at most 24h")
        days = at_least(node.get("days"), 1, "E36", "days", report, most=60)
        same = flag(node.get("same_daytype"), report)
        return Reference(
            mode,
            days or 7,
            choice(node.get("agg"), ("median", "mean", "max"), "E03", report) or "median",
            same is not False,
        )

    def _percentage(self, node: Node) -> Spec | None:
        gte, lte = self._percent(node, "gte"), self._percent(node, "lte")
        if node.get("gte") is None and node.get("lte") is None:
            self._report.error(node.place, "E04", "缺少 gte 或 lte", "gte or lte is missing")
        self._in_order(node, gte, lte)
        least = at_least(node.get("min_denominator"), 1, "E37", "min_denominator", self._report)
        return Percentage(self._condition(node.get("of")), gte, lte, 20 if least is None else least)

    def _growth(self, node: Node) -> Spec | None:
        report = self._report
        metric = self.field(node.get("metric"), (Type.NUMBER,))
        if node.get("delta") is None and node.get("ratio") is None:
            report.error(node.place, "E38", "growth 要写 delta 或 ratio", "growth needs delta or ratio")
        delta = self._positive(node, "delta", None)
        ratio = self._number(node, "ratio", None)
        if (found := node.get("ratio")) is not None and ratio is not None and ratio <= 1:
            report.error(found.place, "E38", "ratio 要大于 1", "ratio must be greater than 1")
        if (found := node.get("min_base")) is not None and node.get("ratio") is None:
            report.error(node.keys["min_base"], "E07", "没有 ratio 时 min_base 不起作用", "min_base needs ratio")
        return Growth(metric, delta, ratio, self._positive(node, "min_base", 100.0))

    def _flatline(self, node: Node) -> Spec | None:
        report = self._report
        silence = clock(node.get("timeframe"), report) or Clock()
        grace = clock(node.get("grace"), report, zero=True) or Clock()
        threshold = at_least(node.get("threshold"), 1, "E03", "threshold", report)
        gap = None
        guard = node.get("source_guard")
        if guard is not None and known_keys(guard, ("max_gap",), report):
            gap = span(guard.get("max_gap"), report)
        stages = self._silence_stages(node, silence)
        expect = self._expect(node.get("expect"))
        if expect is None:
            return None
        return Flatline(silence, expect, 1 if threshold is None else threshold, stages, grace, gap)

    def _silence_stages(self, node: Node, silence: Clock) -> tuple[SilenceStage, ...]:
        report = self._report
        found = []
        for item in items(node.get("stages"), report):
            after, louder = self._stage(item, "after", lambda part: clock(part, report))
            if after is not None and louder is not None:
                found.append(SilenceStage(after, louder))
        place = node.keys.get("stages", node.place)
        if any(not _before(first.after, second.after) for first, second in pairwise(found)):
            report.error(place, "E40", "stages 的 after 应一个比一个长", "the stages must grow")
        if found and silence != Clock() and found[-1].after != silence:
            zh, en = "stages 最后一步的 after 应等于 timeframe", "the last stage must be at timeframe"
            report.error(place, "E40", zh, en)
        return tuple(found)

    def _expect(self, node: Node | None) -> Expect | None:
        report = self._report
        if node is None or not known_keys(node, ("from", "key", "exempt"), report):
            return None
        written = node.get("from")
        own = written is not None and written.tag == "str" and bool(OWN_LIST.fullmatch(written.raw))
        source = written.raw if written is not None and own else choice(written, tuple(SOURCES), "E39", report)
        if written is None:
            report.error(node.place, "E39", "expect 缺少 from", "expect lacks from")
        if source is not None and source not in SOURCES:
            return Expect(source, text(node.get("key"), report) or "id", texts(node.get("exempt"), report))
        key = choice(node.get("key"), _ENTRY_KEYS.get(source or "", ("id",)), "E39", report) or "id"
        return Expect(source, key, texts(node.get("exempt"), report)) if source else None

    def _new_term(self, node: Node) -> Spec | None:
        people = at_least(node.get("min_people"), 1, "E34", "min_people", self._report)
        lookback = span(node.get("lookback"), self._report)
        return NewTerm(self._impersonal(node.get("field")), lookback or NewTerm.lookback, people or 1)

    def _change(self, node: Node) -> Spec | None:
        ignore = flag(node.get("ignore_null"), self._report)
        return Change(self._impersonal(node.get("field")), ignore is not False)

    def _sequence(self, node: Node) -> Spec | None:
        report = self._report
        steps = texts(node.get("steps"), report)
        place = node.keys.get("steps", node.place)
        if node.get("steps") is not None and len(steps) < 2:
            report.error(place, "E42", "steps 至少两步", "steps: at least two")
        if len(set(steps)) < len(steps):
            report.error(place, "E42", "steps 里有重复的步骤", "a step is repeated")
        return SequenceSpec(steps, flag(node.get("ordered"), report) is not False)

    def _deadline(self, node: Node) -> Spec | None:
        report = self._report
        key = self._impersonal(node.get("key"))
        start, until = self._condition(node.get("start")), self._condition(node.get("until"))
        if node.get("start") is not None and start == until:
            report.error(node.keys["start"], "E41", "start 和 until 是同一个条件", "start and until are the same")
        pause = node.get("pause")
        return Deadline(
            key,
            start,
            until,
            clock(node.get("within"), report) or Clock(),
            self._due_stages(node),
            self._condition(pause) if pause is not None else None,
        )

    def _due_stages(self, node: Node) -> tuple[DueStage, ...]:
        report = self._report
        if node.get("stages") is None:
            return (DueStage(1.0, level(node.get("level"), Report()) or Level.L4),)
        found = []
        for item in items(node.get("stages"), report):
            at, louder = self._stage(item, "at", lambda part: share(part, report))
            if at is not None and louder is not None:
                found.append(DueStage(at, louder))
        place = node.keys["stages"]
        if any(first.at >= second.at for first, second in pairwise(found)):
            report.error(place, "E40", "stages 的 at 应一个比一个大", "the stages must grow")
        if not found or found[-1].at < 1:
            report.error(place, "E40", "stages 最后一步应到 100% 或以上", "the last stage must be at 100% or later")
        return tuple(found)

    def _stage(self, item: Node, key: str, read: Callable[[Node], T | None]) -> tuple[T | None, Level | None]:
        if not known_keys(item, (key, "level"), self._report):
            return None, None
        for name in (key, "level"):
            if item.get(name) is None:
                self._report.error(item.place, "E04", f"stages 的一步缺少“{name}”", f"a stage lacks {name!r}")
        at = item.get(key)
        return (read(at) if at is not None else None), level(item.get("level"), self._report)

    def _condition(self, node: Node | None) -> Condition:
        """Return the condition in *node*; ``{match: …}`` around it is accepted."""
        if node is None:
            return Condition()
        inner = node.get("match") if tuple(node.entries) == ("match",) else None
        return read_condition(inner or node, self._words, (), self._report)

    def _impersonal(self, node: Node | None) -> str:
        """Return a field's name; one that stands for a person is refused."""
        name = self.field(node)
        if node is not None and name in PERSONAL:
            zh, en = f"{name}：规则看事不看人", f"{name}: a rule is about matters, not about persons"
            self._report.error(node.place, "P-01", zh, en)
        return name

    def _in_order(self, node: Node, gte: float | None, lte: float | None) -> None:
        if gte is not None and lte is not None and gte <= lte:
            zh = "gte 不大于 lte，条件永远成立；出界才报，应写成 gte 为上限、lte 为下限"
            self._report.error(node.keys["gte"], "E27", zh, "gte is not above lte: this always holds")

    def _percent(self, node: Node, key: str) -> float | None:
        found = node.get(key)
        value = number(found, self._report) if found is not None else None
        if found is not None and value is not None and not 0 <= value <= 100:
            self._report.error(found.place, "E37", f"{key} 应在 0 到 100 之间", f"{key}: 0 to 100")
        return value

    def _number(self, node: Node, key: str, otherwise: D) -> float | D:
        found = node.get(key)
        value = number(found, self._report) if found is not None else None
        return otherwise if value is None else value

    def _positive(self, node: Node, key: str, otherwise: D) -> float | D:
        value = self._number(node, key, otherwise)
        found = node.get(key)
        if found is not None and value is not None and value <= 0:
            self._report.error(found.place, "E03", f"{key} 要大于 0", f"{key} must be greater than 0")
        return value


def _before(first: Clock, second: Clock) -> bool:
    """Say whether *first* is shorter; spans and workdays cannot be compared, so they pass."""
    if bool(first.workdays) != bool(second.workdays):
        return True
    return (first.span, first.workdays) < (second.span, second.workdays)
