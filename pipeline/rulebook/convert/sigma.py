"""Sigma rules and correlations: YAML documents, several in a file.

Sigma compares without regard to case and knows wildcards; ours compare whole words to the letter. Values for which
this makes a difference become expressions. Fields must already bear our names (``pipeline.model.FIELDS``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pipeline.rulebook.convert.converted import (
    Converted,
    Lost,
    Unlike,
    documents,
    field,
    in_shadow,
    names,
    slug,
    told_apart,
    whole_number,
)

Tree = Mapping[str, Any]

_LEVELS: Final = {"low": "blue", "medium": "yellow", "high": "orange", "critical": "red"}
_AS_THEY_ARE: Final = ("gte", "gt", "lte", "lt", "exists", "cidr")
_MODIFIERS: Final = (*_AS_THEY_ARE, "contains", "startswith", "endswith", "re")
_TOLD_BY_OURS: Final = frozenset("title id name status description level detection correlation logsource".split())
_TIMES: Final = re.compile(r"\d+[smhd]")
_CONDITION = re.compile(r"(\w+)(?: and (not )?(\w+))?")

Alternatives = list[dict[str, Any]]


def convert(written: str) -> Converted:
    """Return what the rules of *written* say in our words. Raises Misconfigured."""
    trees = documents(written, "sigma")
    found: dict[str, tuple[Tree, Tree]] = {}
    rules: list[dict[str, Any]] = []
    lost: list[Lost] = []
    for tree in trees:
        title = str(tree.get("title", tree.get("id", "sigma")))
        try:
            match = None if "correlation" in tree else _match(tree.get("detection"))
            rule = _correlated(tree["correlation"], title, found) if match is None else {"match": match, "type": "any"}
            level = _level(tree)
        except Unlike as unlike:
            lost.append(Lost(f"{title}：{unlike.lost.what}", unlike.lost.zh, unlike.lost.en, whole=True))
            continue
        if match is not None:
            found |= {str(tree[key]): (tree, match) for key in ("id", "name") if key in tree}
        rules.append(
            in_shadow(slug("sigma", title), title, description=str(tree.get("description", "")), **rule) | level
        )
        lost += _left(tree, title)
    return Converted(told_apart(rules), tuple(lost))


def _left(tree: Tree, title: str) -> Iterable[Lost]:
    for key in tree:
        if key not in _TOLD_BY_OURS:
            yield Lost(f"{title}：{key}", "只供人阅读，没有带过来", "for people to read, left behind")
    if "logsource" in tree:
        zh = "日志来源没有同义的写法；要限定信源请加 source.id"
        yield Lost(f"{title}：logsource", zh, "no log sources here: name a source.id if it should be bound to one")


def _level(tree: Tree) -> dict[str, str]:
    level = str(tree.get("level", "low"))
    if level not in _LEVELS:
        raise Unlike(f"level: {level}", "没有同义的级别", "we have no level that means the same")
    return {"level": _LEVELS[level]}


def _match(detection: object) -> dict[str, Any]:
    """Return our condition for a detection. Raises Unlike."""
    if not isinstance(detection, dict):
        raise Unlike("detection", "缺少检测条件", "there is no detection")
    condition = str(detection.get("condition", "")).strip()
    found = _CONDITION.fullmatch(condition)
    wanted = [name for name in (found[1], found[3]) if name] if found else []
    if found is None or any(name not in detection for name in wanted) or "timeframe" in detection:
        zh = "只能转换“甲”“甲 and 乙”“甲 and not 乙”"
        raise Unlike(f"condition: {condition}", zh, "only A, A and B, A and not B")
    parts = [_selection(detection[name], name) for name in wanted]
    if found[2]:
        parts[1] = {"where": [_refused(parts[1], wanted[1])]}
    return _both(*parts) if len(parts) == 2 else parts[0]


def _both(first: Tree, second: Tree) -> dict[str, Any]:
    if "text" in first and "text" in second:
        raise Unlike("condition", "两组关键词不能同时要求", "two lists of keywords cannot both be demanded")
    one, other = first.get("where") or [{}], second.get("where") or [{}]
    if any(left.keys() & right.keys() for left in one for right in other):
        raise Unlike("condition", "同一字段有两个条件", "two conditions on one field")
    where = [left | right for left in one for right in other if left | right]
    text = first.get("text") or second.get("text")
    return ({"text": text} if text else {}) | ({"where": where} if where else {})


def _selection(selection: object, name: str) -> dict[str, Any]:
    """Return words or alternatives of comparisons. Raises Unlike."""
    if isinstance(selection, dict):
        return {"where": _together(selection)}
    if isinstance(selection, list) and selection and all(isinstance(one, dict) for one in selection):
        return {"where": [test for one in selection for test in _together(one)]}
    given = selection if isinstance(selection, list) else [selection]
    words = [word for word in given if isinstance(word, str) and word]
    if not words or len(words) != len(given):
        raise Unlike(name, "看不懂的选择", "a selection that is not understood")
    if any(_wild(word) or re.search(r"^[A-Za-z]|[A-Za-z]$", word) for word in words):
        zh = "带通配符、或以字母开头结尾的关键词没有同义的写法"
        raise Unlike(name, zh, "keywords with wildcards or Latin ends cannot be said alike")
    return {"text": {"any": words, "fold": ["case"]}}


def _together(tests: Tree) -> Alternatives:
    """Return the alternatives that all of *tests* mean; a test of ours has one value or a list of them."""
    together: dict[str, Any] = {}
    for key, value in tests.items():
        name, *modifiers = key.split("|")
        ours, compared = _test(field(name), modifiers, value, key)
        if ours in together:
            raise Unlike(key, "同一字段有两个条件", "two conditions on one field")
        together[ours] = compared
    return [together]


def _test(name: str, modifiers: list[str], value: object, key: str) -> tuple[str, object]:
    values = value if isinstance(value, list) else [value]
    if len(modifiers) > 1 or (modifiers and modifiers[0] not in _MODIFIERS) or not values or None in values:
        raise Unlike(key, "没有同义的修饰词", "no modifier of ours means the same")
    how = modifiers[0] if modifiers else "eq"
    if how in _AS_THEY_ARE:
        if len(values) != 1 and how != "cidr":
            raise Unlike(key, "只能与一个值比较", "one value only")
        return f"{name}|{how}", value
    if how == "re":
        return f"{name}|re", "|".join(f"(?:{one})" for one in values)
    words = [str(one) for one in values]
    if any(_wild(word) or word.lower() != word.upper() for word in words):
        return f"{name}|re", "(?is)" + "|".join(_expression(word, how) for word in words)
    if how == "eq":
        return name, value
    return f"{name}|{how}", words if len(words) > 1 else words[0]


def _wild(word: str) -> bool:
    return bool(re.search(r"[*?\\]", word))


def _expression(word: str, how: str) -> str:
    """Return what *word* means, in any case: * stands for anything, ? for one character, a backslash for itself."""
    parts, escaped = [], False
    for one in word:
        if not escaped and one == "\\":
            escaped = True
            continue
        parts.append({"*": ".*", "?": "."}.get(one, re.escape(one)) if not escaped else re.escape(one))
        if escaped and one not in "*?\\":
            parts.insert(-1, re.escape("\\"))
        escaped = False
    body = "".join(parts) + (re.escape("\\") if escaped else "")
    head, tail = ("" if how in ("contains", "endswith") else "^"), ("" if how in ("contains", "startswith") else "$")
    return f"{head}(?:{body}){tail}"


def _refused(selection: Tree, name: str) -> dict[str, Any]:
    """Return the opposite of a selection with one comparison of whole values. Raises Unlike for any other."""
    alternatives = selection.get("where") or []
    if len(alternatives) != 1 or len(alternatives[0]) != 1:
        raise Unlike(f"not {name}", "只能排除一个字段的几个值", "only values of one field can be excluded")
    ((key, value),) = alternatives[0].items()
    if "|" in key:
        raise Unlike(f"not {key}", "只能排除完整的值", "only whole values can be excluded")
    return {f"{key}|not_in|or_missing": value if isinstance(value, list) else [value]}  # theirs pass what is missing


def _correlated(correlation: Tree, title: str, found: Mapping[str, tuple[Tree, Tree]]) -> dict[str, Any]:
    """Return what counts the hits of other rules. Raises Unlike."""
    kind, frame = str(correlation.get("type", "")), str(correlation.get("timespan", ""))
    called = [str(name) for name in correlation.get("rules", [])]
    unknown = [name for name in called if name not in found]
    if unknown or not called:
        raise Unlike(
            f"rules: {unknown or called}",
            "所指的规则不在前面，或没有转换",
            "names a rule that was not converted before",
        )
    if not _TIMES.fullmatch(frame):
        raise Unlike(f"timespan: {frame}", "看不懂的时长", "not a length of time")
    keys: dict[str, Any] = {"timeframe": frame}
    if group := correlation.get("group-by"):
        keys["group_by"] = names(group)
    if kind in ("temporal", "temporal_ordered"):
        steps = {f"step{number}": found[name][1] for number, name in enumerate(called, 1)}
        return keys | {
            "type": "sequence",
            "signals": steps,
            "steps": list(steps),
            "ordered": kind == "temporal_ordered",
        }
    if kind not in ("event_count", "value_count") or len(called) != 1:
        raise Unlike(f"type: {kind}", "没有同义的关联", "no correlation of ours means the same")
    keys["match"] = found[called[0]][1]
    condition = correlation.get("condition")
    condition = condition if isinstance(condition, dict) else {}
    bounds = {bound: value for bound, value in condition.items() if bound != "field"}
    if len(bounds) != 1 or not bounds.keys() <= {"gte", "gt"}:
        raise Unlike("condition", "只能转换 gte 或 gt", "only gte or gt")
    ((bound, value),) = bounds.items()
    least = whole_number(value, "condition") + (bound == "gt")
    counted = {"count_by": field(condition.get("field"))} if kind == "value_count" else {}
    return keys | {"type": "frequency", "num_events": least} | counted
