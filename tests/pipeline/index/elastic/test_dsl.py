"""Query trees as JSON: flat enough for servers that count how deep a query is."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.index.elastic.dsl import condition, during, ranking
from pipeline.index.query import DEEPEST, parse

DEEPEST_OF_SERVERS = 30  # Elasticsearch's default


def of(query: str) -> Any:
    return condition(parse(query))


def depth(query: object) -> int:
    """Return how many queries stand within one another, as servers count them."""
    if isinstance(query, list):
        return max(map(depth, query), default=0)
    if not isinstance(query, dict):
        return 0
    inner = max(map(depth, query.values()), default=0)
    return inner + (1 if query.keys() & {"bool", "multi_match", "term", "prefix", "range", "exists"} else 0)


def test_a_word_is_a_phrase_of_characters() -> None:
    assert of("停水") == {
        "multi_match": {"query": "停 水", "type": "phrase", "fields": ["cut.title", "cut.text"]},
    }
    assert of('title:"停水，K3"')["multi_match"] == {"query": "停 水 | k 3", "type": "phrase", "fields": ["cut.title"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("*", {"match_all": {}}),
        ("source.id:bbs", {"term": {"source.id": {"value": "bbs"}}}),
        ("source.id:bb*", {"prefix": {"source.id": {"value": "bb"}}}),
        ("matter.needs_human:true", {"term": {"matter.needs_human": {"value": True}}}),
        ("engagement.like:[1 TO 5}", {"range": {"engagement.like": {"gte": 1.0, "lt": 5.0}}}),
        ("engagement.like:[* TO *]", {"exists": {"field": "engagement.like"}}),
        ("matter.harm:>H1", {"range": {"matter.harm": {"gt": "H1"}}}),
        ("title:*", {"term": {"told": {"value": "title"}}}),
        ("url:*", {"exists": {"field": "url"}}),
        (
            "at:1970-01-01",
            {"range": {"@timestamp": {"gte": 0, "lt": 57_600_000, "format": "epoch_millis"}}},
        ),
        ("-url:*", {"bool": {"must_not": [{"exists": {"field": "url"}}]}}),
    ],
)
def test_a_condition_becomes_one_clause(query: str, expected: dict[str, object]) -> None:
    assert of(query) == expected


def test_what_must_hold_shares_its_level_with_alternatives_and_denials() -> None:
    found = of("url:* -lang:* (op:upsert OR kind:post)")["bool"]

    assert [len(found[name]) for name in ("filter", "must_not", "should")] == [1, 1, 2]


def test_a_denied_list_denies_its_parts() -> None:
    assert of("-(url:* lang:*)") == of("-url:* OR -lang:*")
    assert of("-(url:* OR lang:*)") == of("-url:* -lang:*")
    assert of("NOT (url:* NOT lang:*)") == of("-url:* OR lang:*")


@pytest.mark.parametrize(
    "level",
    ["停 OR (电 -({inner}))", "NOT (停 电 OR {inner_in})", "(停 OR 电) -(停 OR (电 ({inner})))", "停 ({inner})"],
)
def test_the_deepest_brackets_are_within_what_servers_take(level: str) -> None:
    query, opened = "水", 0
    while True:
        deeper = level.replace("{inner_in}", f"({query})").replace("{inner}", query)
        opened = max(len(part) for part in _nesting(deeper))
        if opened > DEEPEST:
            break
        query = deeper

    assert depth({"bool": {"filter": [of(query)]}}) <= DEEPEST_OF_SERVERS


def _nesting(query: str) -> list[str]:
    """Return a string of each depth of brackets that *query* reaches."""
    now, reached = 0, [""]
    for sign in query:
        now += {"(": 1, ")": -1}.get(sign, 0)
        reached.append("(" * now)
    return reached


def test_a_better_match_has_the_words_and_has_them_whole() -> None:
    words, whole = ranking(parse("停水 -停电"))

    assert words == of("停水")
    assert whole == {"match_phrase": {"cut.tokens": "停水"}}
    assert ranking(parse("url:*")) == []


def test_a_range_of_time_may_be_open() -> None:
    assert during(5, None) == {"range": {"@timestamp": {"gte": 5, "format": "epoch_millis"}}}
