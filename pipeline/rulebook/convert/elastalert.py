"""ElastAlert (and ElastAlert 2) rules: one YAML document a rule.

Fields must already bear our names (``pipeline.model.FIELDS``): which field of an index means what, nobody can know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
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
    span,
    told_apart,
    whole_number,
)

Tree = Mapping[str, Any]

_OURS_ALREADY: Final = frozenset("name type filter query_key index description is_enabled timestamp_field".split())
_QUERY = re.compile(r'([\w.]+):\s*(?:"([^"]*)"|([\w.\-\u4e00-\u9fff]+))')


def convert(written: str) -> Converted:
    """Return what the rules of *written* say in our words. Raises Misconfigured."""
    rules: list[dict[str, Any]] = []
    lost: list[Lost] = []
    for tree in documents(written, "elastalert"):
        name = str(tree.get("name", "elastalert"))
        try:
            rule, used = _rule(tree, name)
        except Unlike as unlike:
            lost.append(Lost(f"{name}.{unlike.lost.what}", unlike.lost.zh, unlike.lost.en, whole=True))
            continue
        rules.append(rule)
        lost += [
            Lost(f"{name}.{key}", "由设置或通知路由决定，不在规则里", "decided by settings and routes, not by a rule")
            for key in tree
            if key not in used | _OURS_ALREADY
        ]
    return Converted(told_apart(rules), tuple(lost))


def _rule(tree: Tree, name: str) -> tuple[dict[str, Any], set[str]]:
    kind = str(tree.get("type", ""))
    if kind not in _KINDS:
        raise Unlike(f"type: {kind}", "没有同义的类型", "we have no type that means the same")
    used, keys = _KINDS[kind](tree)
    groups = names(tree["query_key"]) if "query_key" in tree else []
    where = _together([_where(tree.get("filter") or []), keys.pop("where", {})])
    if "realert" in tree:
        used.add("realert")
        keys["notify"] = {"repeat_interval": span(tree["realert"], "realert")}
    rule = in_shadow(
        slug("elastalert", name), name, description=str(tree.get("description", "")),
        match={"where": where or {"op": "upsert"}}, group_by=groups, **keys,
    )  # fmt: skip
    return rule, used


def _any(tree: Tree) -> tuple[set[str], dict[str, Any]]:
    return set(), {"type": "any"}


def _frequency(tree: Tree) -> tuple[set[str], dict[str, Any]]:
    number, frame = whole_number(tree.get("num_events"), "num_events"), span(tree.get("timeframe"), "timeframe")
    return {"num_events", "timeframe"}, {"type": "frequency", "num_events": number, "timeframe": frame}


def _spike(tree: Tree) -> tuple[set[str], dict[str, Any]]:
    if "threshold_ref" in tree:
        raise Unlike("threshold_ref", "没有同义的写法（我们用 ref_floor 兜底）", "no key of ours means the same")
    height = tree.get("spike_height")
    if isinstance(height, bool) or not isinstance(height, int | float) or height <= 1:
        raise Unlike("spike_height", f"应为大于 1 的数：{height}", f"not a number above 1: {height}")
    return {"spike_height", "spike_type", "timeframe", "threshold_cur"}, {
        "type": "spike", "spike_type": str(tree.get("spike_type", "up")), "spike_height": height,
        "timeframe": span(tree.get("timeframe"), "timeframe"), "reference": {"mode": "previous"},
        "threshold_cur": whole_number(tree.get("threshold_cur"), "threshold_cur"), "cold_start": "hold",
    }  # fmt: skip


def _cardinality(tree: Tree) -> tuple[set[str], dict[str, Any]]:
    keys: dict[str, Any] = {
        "type": "cardinality", "field": field(tree.get("cardinality_field")),
        "timeframe": span(tree.get("timeframe"), "timeframe"),
    }  # fmt: skip
    if "max_cardinality" in tree:
        keys["gte"] = whole_number(tree["max_cardinality"], "max_cardinality") + 1  # theirs: more than
    if "min_cardinality" in tree:
        keys["lte"] = whole_number(tree["min_cardinality"], "min_cardinality") - 1
    return {"cardinality_field", "timeframe", "max_cardinality", "min_cardinality"}, keys


def _change(tree: Tree) -> tuple[set[str], dict[str, Any]]:
    compared = names(tree.get("compare_key"))
    if len(compared) != 1 or "timeframe" in tree:
        raise Unlike("compare_key", "只能比较一个字段，且不限时间", "one field, and without a timeframe")
    return {"compare_key", "ignore_null"}, {
        "type": "change", "field": compared[0], "ignore_null": bool(tree.get("ignore_null", False)),
    }  # fmt: skip


def _new_term(tree: Tree) -> tuple[set[str], dict[str, Any]]:
    watched = names(tree.get("fields", tree.get("query_key")))
    if len(watched) != 1:
        raise Unlike("fields", "一条规则看一个字段，请拆开", "one field a rule: split it")
    back = span(tree.get("terms_window_size", {"days": 30}), "terms_window_size")
    return {"fields", "terms_window_size"}, {"type": "new_term", "field": watched[0], "lookback": back}


def _list(modifier: str, key: str) -> Callable[[Tree], tuple[set[str], dict[str, Any]]]:
    def kind(tree: Tree) -> tuple[set[str], dict[str, Any]]:
        words = tree.get(key)
        if not isinstance(words, list) or not words or any("!file" in str(word) for word in words):
            raise Unlike(key, "应是写在规则里的一列值", "must be a list of values in the rule itself")
        missing = "|or_missing" if modifier == "not_in" and not tree.get("ignore_null", False) else ""
        where = {f"{field(tree.get('compare_key'))}|{modifier}{missing}": words}
        return {key, "compare_key", "ignore_null"}, {"type": "any", "where": where}

    return kind


_KINDS: Final[Mapping[str, Callable[[Tree], tuple[set[str], dict[str, Any]]]]] = {
    "any": _any, "frequency": _frequency, "spike": _spike, "cardinality": _cardinality, "change": _change,
    "new_term": _new_term, "blacklist": _list("in", "blacklist"), "whitelist": _list("not_in", "whitelist"),
}  # fmt: skip


def _where(filters: object) -> dict[str, Any]:
    """Return what all of *filters* demand. Raises Unlike for one that is more than a comparison of fields."""
    return _together(_tests(one) for one in (filters if isinstance(filters, list) else [filters]))


def _together(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return all comparisons of *parts* as one. Raises Unlike for two on one field."""
    tests: dict[str, Any] = {}
    for part in parts:
        if twice := tests.keys() & part.keys():
            key = min(twice)
            raise Unlike("filter", f"同一字段有两个条件：{key}", f"two conditions on one field: {key}")
        tests |= part
    return tests


def _tests(one: object) -> dict[str, Any]:
    if not isinstance(one, dict) or len(one) != 1:
        raise Unlike("filter", f"看不懂：{one}", f"not understood: {one}")
    ((kind, body),) = one.items()
    if kind == "query" and isinstance(body, dict):
        return _tests(body)
    if kind == "query_string" and isinstance(body, dict):
        return _query(str(body.get("query", "")))
    if kind in ("term", "terms") and isinstance(body, dict):
        return {field(name): _plain(value) for name, value in body.items()}
    if kind == "exists" and isinstance(body, dict):
        return {f"{field(body.get('field'))}|exists": True}
    if kind == "range" and isinstance(body, dict):
        return _range(body)
    raise Unlike(f"filter.{kind}", "没有同义的条件", "no condition of ours means the same")


def _plain(value: object) -> object:
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _range(body: Tree) -> dict[str, Any]:
    tests = {}
    for name, bounds in body.items():
        if not isinstance(bounds, dict) or len(bounds) != 1 or not bounds.keys() <= {"gte", "gt", "lte", "lt"}:
            raise Unlike("filter.range", "一个字段只能有一个界", "one bound a field")
        ((bound, value),) = bounds.items()
        tests[f"{field(name)}|{bound}"] = value
    return tests


def _query(query: str) -> dict[str, Any]:
    """Return ``a:x AND b:"y"`` as comparisons. Raises Unlike for anything else."""
    found = [_QUERY.fullmatch(part.strip()) for part in query.split(" AND ")]
    plain = [one for one in found if one is not None and "*" not in one[0]]
    if len(plain) < len(found):
        zh = f"只能转换“字段:值 AND 字段:值”：{query}"
        raise Unlike("filter.query_string", zh, f"only FIELD:VALUE AND FIELD:VALUE: {query}")
    return _together({field(one[1]): one[2] if one[2] is not None else one[3]} for one in plain)
