"""Exact counts from many shards, which by themselves only tell their own most frequent values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from pipeline.index.elastic.dsl import Query

Search = Callable[[Query], dict[str, Any]]

_NOTHING: Final[dict[str, Any]] = {"doc_count_error_upper_bound": 0, "buckets": []}  # where there is no index yet
_NEG: Final = {"neg": {"filter": {"term": {"sentiment.label": "neg"}}}}
_PAGE: Final = 5000
_FIRST_SHARD_SIZE: Final = 2000
_WIDER: Final = 10


def most_frequent(search: Search, query: Query, field: str, most: int) -> list[tuple[str, int, int]]:
    """Return the *most* frequent values of *field* with their counts and how many are negative; ties by value.

    Shards are asked for more of their own most frequent values until nothing that they left out can belong to these.
    """
    if most < 1:
        return []
    shard_size = max(_FIRST_SHARD_SIZE, most * 2)
    while True:
        terms = {
            "field": field,
            "size": most,
            "shard_size": shard_size,
            "show_term_doc_count_error": True,
            "order": [{"_count": "desc"}, {"_key": "asc"}],
        }
        body = {"query": query, "size": 0, "aggs": {"values": {"terms": terms, "aggs": _NEG}}}
        found = search(body).get("aggregations", {}).get("values", _NOTHING)
        if _is_exact(found, most):
            return [
                (str(each.get("key_as_string", each["key"])), each["doc_count"], each["neg"]["doc_count"])
                for each in found["buckets"]
            ]
        shard_size *= _WIDER


def groups(
    search: Search, query: Query, sources: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[dict[str, Any], int, int]]:
    """Yield every combination of *sources* (of a composite aggregation) in their order, with its two counts."""
    composite: dict[str, Any] = {"sources": list(sources), "size": _PAGE}
    while True:
        body = {"query": query, "size": 0, "aggs": {"groups": {"composite": composite, "aggs": _NEG}}}
        found = search(body).get("aggregations", {}).get("groups", {})
        buckets = found.get("buckets", [])
        for each in buckets:
            yield each["key"], each["doc_count"], each["neg"]["doc_count"]
        if len(buckets) < _PAGE:
            return
        composite["after"] = found["after_key"]


def _is_exact(found: Mapping[str, Any], most: int) -> bool:
    unseen: int = found["doc_count_error_upper_bound"]  # no value that is not listed can have more
    buckets = found["buckets"]
    if unseen == 0 or not buckets:
        return True
    certain = all(each["doc_count_error_upper_bound"] == 0 for each in buckets)
    return certain and len(buckets) == most and buckets[-1]["doc_count"] > unseen
