"""What a panel asks the search server, and what it reads out of the answer: the same as Kibana asks for it.

The checks run this on live servers; the preview draws what comes back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from dashboards.boards.documents import TIME
from dashboards.boards.spec import Measure, Panel, Split

_STEPS: Final = {"hour": "1h", "day": "1d", "week": "1w"}
_LONG: Final = timedelta(days=3)  # from here on a bar of "auto" is a day wide


@dataclass(frozen=True)
class Row:
    """One cell of an answer: the keys it stands under, and a number (or None) for each measure."""

    keys: tuple[str, ...]
    numbers: tuple[float | None, ...]


def body(panel: Panel, since: datetime, until: datetime, zone: str) -> dict[str, Any]:
    """Return the search of *panel* over *since* to *until*."""
    within = {"range": {TIME: {"gte": since.isoformat(), "lt": until.isoformat()}}}
    must: list[dict[str, Any]] = [within]
    if panel.query:
        must.append({"query_string": {"query": panel.query, "analyze_wildcard": True}})
    query = {"bool": {"filter": must}}
    if panel.kind == "list":
        return {"size": panel.newest, "query": query, "sort": [{TIME: "desc"}], "track_total_hits": True}
    asked = _aggs(panel, panel.split, until - since, zone)
    return {"size": 0, "query": query, "track_total_hits": True, "aggs": asked}


def rows(panel: Panel, answer: Mapping[str, Any]) -> list[Row]:
    """Return what *answer* says, in the order of the server."""
    total = int(answer["hits"]["total"]["value"])
    return list(_rows(panel, answer.get("aggregations", {}), total, ()))


def hits(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the documents of a list."""
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def _aggs(panel: Panel, splits: Sequence[Split], span: timedelta, zone: str) -> dict[str, Any]:
    measures = {f"m{place}": _metric(one) for place, one in enumerate(panel.measures) if one.what != "count"}
    if not splits:
        return measures
    first, *rest = splits
    return {f"s{len(rest)}": {**_bucket(first, panel.measures[0], span, zone), "aggs": {
        **measures, **_aggs(panel, rest, span, zone)}}}  # fmt: skip


def _bucket(split: Split, by: Measure, span: timedelta, zone: str) -> dict[str, Any]:
    if split.time:
        step = ("1d" if span > _LONG else "1h") if split.time == "auto" else _STEPS[split.time]
        return {
            "date_histogram": {"field": TIME, "calendar_interval": step, "time_zone": zone, "min_doc_count": 1}
        }  # fmt: skip
    return {"terms": {"field": split.field, "size": split.most, "order": _order(split, by)}}


def _order(split: Split, by: Measure) -> dict[str, str]:
    if split.by_key:
        return {"_key": "asc"}
    if by.what == "count":
        return {"_count": "desc"}
    return {f"m0.{by.at}" if by.what == "percentile" else "m0": "desc"}


def _metric(measure: Measure) -> dict[str, Any]:
    match measure.what:
        case "percentile":
            return {"percentiles": {"field": measure.field, "percents": [measure.at]}}
        case "unique":
            return {"cardinality": {"field": measure.field}}
        case _:
            return {measure.what: {"field": measure.field}}


def _rows(panel: Panel, found: Mapping[str, Any], count: int, keys: tuple[str, ...]) -> Iterator[Row]:
    left = len(panel.split) - len(keys)
    if left == 0:
        yield Row(keys, tuple(_number(one, f"m{place}", found, count) for place, one in enumerate(panel.measures)))
        return
    for bucket in found[f"s{left - 1}"]["buckets"]:
        key = str(bucket.get("key_as_string", bucket["key"]))
        yield from _rows(panel, bucket, int(bucket["doc_count"]), (*keys, key))


def _number(measure: Measure, name: str, found: Mapping[str, Any], count: int) -> float | None:
    if measure.what == "count":
        return float(count)
    said = found[name]
    value = next(iter(said["values"].values())) if measure.what == "percentile" else said["value"]
    return None if value is None or value != value else float(value)  # an empty percentile is no number
