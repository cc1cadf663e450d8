"""A query tree as the servers' JSON: one yes or no for each post, so that engines cannot differ in what they find.

Servers take some thirty queries within one another, which our brackets could exceed: denials are carried down to the
conditions, and what must hold shares its level with one set of alternatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pipeline.index.elastic.documents import cut, path
from pipeline.index.tree import (
    AllOf,
    AnyOf,
    Between,
    Contains,
    Equals,
    Everything,
    Node,
    Not,
    Present,
    StartsWith,
    wanted_words,
)
from pipeline.model import FIELDS, Type
from pipeline.text.grams import runs

Query = dict[str, Any]
EVERY: Final[Query] = {"match_all": {}}


def condition(node: Node) -> Query:
    """Return what finds the posts of *node*."""
    return _query(_settled(node))


def ranking(node: Node) -> list[Query]:
    """Return what a better match has more of: the words, and these as words that the text was cut into."""
    wanted = wanted_words(node)
    return [_contains(each.fields, each.words) for each in wanted] + [
        {"match_phrase": {"cut.tokens": " ".join(runs(each.words))}} for each in wanted
    ]


def during(low: int | None, high: int | None) -> Query:
    """Return what finds the posts from *low* and before *high*, in milliseconds."""
    ends = {name: end for name, end in (("gte", low), ("lt", high)) if end is not None}
    return {"range": {path("at"): {**ends, "format": "epoch_millis"}}}


def _settled(node: Node, denied: bool = False) -> Node:
    """Return the same condition with ``Not`` at its leaves only, and no list within a list of its kind."""
    match node:
        case Not(part):
            return _settled(part, not denied)
        case AllOf(parts) | AnyOf(parts):
            kind = AllOf if isinstance(node, AllOf) is not denied else AnyOf
            settled = [_settled(part, denied) for part in parts]
            return kind(
                tuple(inner for part in settled for inner in (part.parts if isinstance(part, kind) else [part]))
            )
        case _:
            return Not(node) if denied else node


def _query(node: Node) -> Query:
    match node:
        case AllOf(parts):
            return _all_of(parts)
        case AnyOf(parts):
            return {"bool": _either(parts)}
        case Not(part):
            return {"bool": {"must_not": [_query(part)]}}
        case Contains(fields, words):
            return _contains(fields, words)
        case Equals(field, value):
            return {"term": {path(field): {"value": value}}}
        case StartsWith(field, prefix):
            return {"prefix": {path(field): {"value": prefix}}}
        case Between():
            return _between(node)
        case Present(field):
            return _present(field)
        case Everything():
            return EVERY


def _all_of(parts: Sequence[Node]) -> Query:
    alternatives = sorted((part for part in parts if isinstance(part, AnyOf)), key=_depth)
    deepest = alternatives[-1] if alternatives else None
    wanted = [_query(part) for part in parts if part is not deepest and not isinstance(part, Not)]
    denied = [_query(part.part) for part in parts if isinstance(part, Not)]
    found = {"filter": wanted, "must_not": denied} | (_either(deepest.parts) if deepest else {})
    return {"bool": {name: queries for name, queries in found.items() if queries}}


def _either(parts: Sequence[Node]) -> Query:
    return {"should": [_query(part) for part in parts], "minimum_should_match": 1}


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.parts)) if isinstance(node, AllOf | AnyOf) else 0


def _contains(fields: Sequence[str], words: str) -> Query:
    return {"multi_match": {"query": cut(words), "type": "phrase", "fields": [f"cut.{field}" for field in fields]}}


def _between(node: Between) -> Query:
    time = FIELDS[node.field].type is Type.TIME
    ends = {
        "gte" if node.with_low else "gt": node.low,
        "lte" if node.with_high else "lt": node.high,
    }
    given = {name: max(int(end), 0) if time else end for name, end in ends.items() if end is not None}
    if not given:
        return _present(node.field)
    return {"range": {path(node.field): {**given, "format": "epoch_millis"} if time else given}}


def _present(field: str) -> Query:
    if FIELDS[field].type is Type.TEXT:
        return {"term": {"told": {"value": field}}}
    return {"exists": {"field": path(field)}}
