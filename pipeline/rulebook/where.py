"""Comparisons on fields: read from ``field|modifier: value``, and made ready to be asked."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any, Final

import re2

from pipeline.errors import guess
from pipeline.model import FIELDS, AnalysedPost, Field, Type, Value
from pipeline.rulebook.pattern import doubtful
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Where
from pipeline.rulebook.source import Node
from pipeline.rulebook.values import flag, items, moment, number, text, texts, wrong

Alternatives = tuple[tuple[Where, ...], ...]

_WORDS = ("contains", "startswith", "endswith", "re", "exists")
_NETWORK = "cidr"
_HOW_WRITTEN: Final = frozenset({"script", "variant"})  # marks for people: how somebody writes is no risk
_ORDER = ("gte", "gt", "lte", "lt")
_FITTING: Final[Mapping[Type, tuple[str, ...]]] = {
    Type.TEXT: _WORDS,
    Type.KEYWORD: ("eq", "in", "not_in", *_WORDS, _NETWORK),
    Type.KEYWORDS: ("in", "not_in", "contains", "exists"),
    Type.NUMBER: ("eq", "in", "not_in", *_ORDER, "exists"),
    Type.BOOLEAN: ("eq", "exists"),
    Type.TIME: (*_ORDER, "exists"),
}
MAX_PATTERN = 500
_RANKED = ("matter.harm",)  # H0 to H3: keywords that have an order
_MODIFIERS = ("eq", "in", "not_in", *_WORDS, *_ORDER, _NETWORK, "or_missing")
_SEVERAL = ("in", "not_in")
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], object]]] = {
    "eq": operator.eq, "gte": operator.ge, "gt": operator.gt, "lte": operator.le, "lt": operator.lt,
}  # fmt: skip


def read_where(node: Node | None, report: Report) -> Alternatives:
    """Return the alternatives of a ``where``: a mapping is one, a list of mappings is one of them."""
    return tuple(_together(entry, report) for entry in (items(node, report) if _is_list(node) else _one(node)))


def joined(first: Alternatives, second: Alternatives, *, all_tests: bool = False) -> Alternatives:
    """Return alternatives that demand both; where both name a field, the *second* decides unless *all_tests* hold."""
    if not first or not second:
        return first or second
    return tuple(
        (*(test for test in general if all_tests or test.field not in {own.field for own in special}), *special)
        for general in first
        for special in second
    )


def _is_list(node: Node | None) -> bool:
    return node is not None and node.tag == "list"


def _one(node: Node | None) -> tuple[Node, ...]:
    return (node,) if node is not None and (node.tag != "map" or node.entries) else ()


def _together(node: Node, report: Report) -> tuple[Where, ...]:
    if node.tag != "map":
        wrong(node, "键值表", "a mapping", report)
        return ()
    tests = (_read_one(key, value, node.keys[key], report) for key, value in node.entries.items())
    return tuple(test for test in tests if test is not None)


def _read_one(key: str, node: Node, place: str, report: Report) -> Where | None:
    name, *modifiers = key.split("|")
    field = FIELDS.get(name)
    if field is None:
        report.unknown(place, "E21", ("字段", "field"), name, FIELDS)
        return None
    op = _operation(field, modifiers, node, place, report)
    if op is None:
        return None
    value = _value(field, op, node, report)
    if value is None:
        return None
    _doubt(field, op, value, modifiers, place, report)
    return Where(name, op, value, "or_missing" in modifiers)


def _operation(field: Field, modifiers: Sequence[str], node: Node, place: str, report: Report) -> str | None:
    ops = [modifier for modifier in modifiers if modifier != "or_missing"]
    for op in ops:
        if op not in _MODIFIERS:
            report.unknown(place, "E22", ("修饰词", "modifier"), op, _MODIFIERS)
            return None
    op = ops[0] if ops else "in" if node.tag == "list" else "eq"
    fitting = (*_FITTING[field.type], *(_ORDER if field.name in _RANKED else ()))
    if len(ops) > 1 or op not in fitting:
        zh = f"字段“{field.name}”（{field.zh}）可用：{'、'.join(fitting)}"
        report.error(place, "E22", zh, f"{field.name} takes one of {', '.join(fitting)}")
        return None
    return op


def _value(field: Field, op: str, node: Node, report: Report) -> object:
    if op == "exists":
        return flag(node, report)
    if op == "re":
        return _pattern(node, report)
    if op == _NETWORK:
        return _networks(node, report)
    several = op in _SEVERAL or (op in ("contains", "startswith", "endswith") and node.tag == "list")
    if not several:
        return field_value(field, node, report)
    values = [value for item in items(node, report) if (value := field_value(field, item, report)) is not None]
    if not values:
        report.error(node.place, "E27", "没有可比较的值，条件永远不成立", "nothing to compare with")
        return None
    return tuple(values)


def field_value(field: Field, node: Node, report: Report) -> Value:
    """Return the value in *node* as *field* would have it."""
    if field.type is Type.NUMBER:
        return number(node, report)
    if field.type is Type.BOOLEAN:
        return flag(node, report)
    if field.type is Type.TIME:
        return moment(node, report)
    words = text(node, report)
    if words == "":
        report.error(node.place, "E27", "空值请写 |exists: false", "for an empty value write |exists: false")
        return None
    return words


def _networks(node: Node, report: Report) -> tuple[str, ...] | None:
    found = texts(node, report)
    for word in found:
        try:
            ip_network(word, strict=False)
        except ValueError:
            report.error(node.place, "E22", f"“{word}”不是网段，如 10.0.0.0/8", f"{word!r} is no network: 10.0.0.0/8")
            return None
    return found or None


def _pattern(node: Node, report: Report) -> str | None:
    pattern = text(node, report)
    if pattern is None:
        return None
    if len(pattern) > MAX_PATTERN:
        report.error(node.place, "E18", f"正则表达式超过 {MAX_PATTERN} 个字符", "the regular expression is too long")
        return None
    try:
        _compiled(pattern)
    except re2.error as error:
        why = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        report.error(node.place, "E18", f"正则表达式不对：{why}", f"bad regular expression: {why}")
        return None
    if fault := doubtful(pattern):
        report.error(node.place, "E18", *fault)
        return None
    return pattern


def _doubt(field: Field, op: str, value: object, modifiers: Sequence[str], place: str, report: Report) -> None:
    """Warn of comparisons that can be read and are probably not meant."""
    values = value if isinstance(value, tuple) else (value,)
    if field.values and op in ("eq", "in", "not_in", *_ORDER):
        unknown = [word for word in values if word not in field.values]
        for word in unknown:
            zh, en = guess(str(word), field.values)
            zh = f"“{field.name}”不会是“{word}”{zh or '，可取：' + '、'.join(field.values)}"
            # With all of its values impossible the comparison is always false (or always true).
            say = report.error if len(unknown) == len(values) else report.warn
            say(place, "E27", zh, f"{field.name} is never {word!r}{en}")
    written = field.name == "lang" or (field.name == "flags" and not _HOW_WRITTEN.isdisjoint(values))
    if written or field.name.startswith("author."):
        zh, en = "条件涉及作者身份、语言或写法", "a condition on who the author is, on language or on how it is written"
        report.warn(place, "W09", zh, en)
    if field.name.startswith("sentiment.") and "or_missing" not in modifiers:
        zh = "险情规则不要用模型打分筛选；要用请放宽并加 |or_missing"
        report.warn(place, "W15", zh, "a model score decides; a wrong or missing one loses the alert")


def _compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20  # a rule must not eat the memory of all others
    return re2.compile(pattern, options)


class FieldTest:
    """One comparison made ready to be asked many times."""

    __slots__ = ("_field", "_holds", "_or_missing", "where")

    def __init__(self, where: Where) -> None:
        self.where = where
        self._field = FIELDS[where.field]
        self._or_missing = where.or_missing or (where.op == "exists" and not where.value)
        self._holds = _holds(where)

    def passes(self, doc: AnalysedPost) -> bool:
        return self.accepts(self._field.of(doc))

    def accepts(self, value: Value) -> bool:
        """Say whether *value* passes; a missing one fails unless the rule says otherwise."""
        if value is None:
            return self._or_missing
        return bool(self._holds(value))


def _holds(where: Where) -> Callable[[object], object]:
    op, wanted = where.op, where.value
    if op == "exists":
        return lambda value: wanted
    if op == "re":
        search: Callable[[object], object] = _compiled(str(wanted)).search
        return search
    if op == _NETWORK:
        return _inside(wanted if isinstance(wanted, tuple) else (wanted,))
    if op in _SEVERAL:
        return _membership(frozenset(wanted), op == "in")  # type: ignore[call-overload] # read as a tuple
    if op in ("contains", "startswith", "endswith"):
        return _wording(op, wanted if isinstance(wanted, tuple) else (wanted,))
    compare = _COMPARISONS[op]
    return lambda value: compare(value, wanted)


def _membership(wanted: frozenset[object], inside: bool) -> Callable[[object], bool]:
    def holds(value: object) -> bool:
        found = not wanted.isdisjoint(value) if isinstance(value, tuple) else value in wanted
        return found is inside

    return holds


def _inside(wanted: tuple[object, ...]) -> Callable[[object], bool]:
    networks = tuple(ip_network(str(network), strict=False) for network in wanted)

    def holds(value: object) -> bool:
        try:
            address = ip_address(str(value))
        except ValueError:
            return False
        return any(address in network for network in networks)

    return holds


def _wording(op: str, wanted: tuple[object, ...]) -> Callable[[object], bool]:
    words = tuple(str(word) for word in wanted)
    if op == "startswith":
        return lambda value: str(value).startswith(words)
    if op == "endswith":
        return lambda value: str(value).endswith(words)
    return lambda value: any(word in value for word in words)  # type: ignore[operator] # a text, or a tuple of names
