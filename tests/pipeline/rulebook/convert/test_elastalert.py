"""ElastAlert's rules in our words, where they mean the same."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import Misconfigured
from pipeline.rulebook.convert.elastalert import convert
from tests.pipeline.rulebook.convert.reading import read

HEAD = "name: many\nindex: posts-*\nalert: [email]\n"


def only(body: str) -> dict[str, Any]:
    (rule,) = convert(HEAD + body).rules
    assert read(rule)[1] == ()
    return dict(rule)


def test_a_frequency_keeps_its_number_its_time_and_its_groups() -> None:
    rule = only(
        "type: frequency\nnum_events: 5\ntimeframe: {minutes: 90}\nquery_key: place.street\nrealert: {hours: 2}\n"
        'filter:\n- term: {matter.topic: water}\n- query: {query_string: {query: "sentiment.label: neg"}}\n'
    )
    assert (rule["type"], rule["num_events"], rule["timeframe"]) == ("frequency", 5, "90m")
    assert rule["group_by"] == ["place.street"]
    assert rule["notify"] == {"repeat_interval": "2h"}
    assert rule["match"]["where"] == {"matter.topic": "water", "sentiment.label": "neg"}


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ("type: any\nfilter: [{terms: {matter.harm: [H2, H3]}}]", {"type": "any"}),
        ("type: spike\nspike_height: 3\nspike_type: up\nthreshold_cur: 20\ntimeframe: {hours: 1}", {"spike_height": 3, "threshold_cur": 20}),
        ("type: cardinality\ncardinality_field: source.id\nmax_cardinality: 9\ntimeframe: {hours: 1}", {"gte": 10}),
        ("type: change\ncompare_key: order.status\nquery_key: order.id\nignore_null: true", {"field": "order.status"}),
        ("type: new_term\nfields: [source.id]\nterms_window_size: {days: 7}", {"lookback": "7d"}),
        ("type: blacklist\ncompare_key: source.id\nblacklist: [a, b]", {"match": {"where": {"source.id|in": ["a", "b"]}}}),
        ("type: whitelist\ncompare_key: source.id\nwhitelist: [a]\nignore_null: true", {"match": {"where": {"source.id|not_in": ["a"]}}}),
        ("type: any\nfilter: [{range: {engagement.share: {gte: 500}}}]", {"match": {"where": {"engagement.share|gte": 500}}}),
        ("type: any\nfilter: [{exists: {field: place.road}}]", {"match": {"where": {"place.road|exists": True}}}),
    ],
)  # fmt: skip
def test_what_means_the_same_is_converted_and_loads(body: str, keys: dict[str, Any]) -> None:
    rule = only(body)
    assert {key: rule[key] for key in keys} == keys


@pytest.mark.parametrize(
    "body",
    [
        "type: flatline\nthreshold: 1\ntimeframe: {hours: 1}",  # names no list of who must be heard
        "type: metric_aggregation",
        "type: frequency\nnum_events: 0\ntimeframe: {hours: 1}",
        "type: frequency\nnum_events: 5\ntimeframe: soon",
        "type: frequency\nnum_events: 5\ntimeframe: {seconds: 0.5}",
        "type: spike\nspike_height: 3\nthreshold_ref: 5\nthreshold_cur: 5\ntimeframe: {hours: 1}",
        "type: spike\nspike_height: 1\nthreshold_cur: 5\ntimeframe: {hours: 1}",
        "type: change\ncompare_key: order.status\ntimeframe: {hours: 1}",
        "type: new_term\nfields: [source.id, platform]",
        "type: blacklist\ncompare_key: source.id\nblacklist: ['!file words.txt']",
        "type: any\nfilter: [{term: {http.status: 500}}]",
        'type: any\nfilter: [{query_string: {query: "matter.topic: water OR matter.topic: gas"}}]',
        "type: any\nfilter: [{bool: {must: []}}]",
        "type: any\nfilter: [{range: {engagement.share: {gte: 5, lte: 9}}}]",
        "type: any\nfilter: [{term: {platform: a}}, {term: {platform: b}}]",
        'type: any\nfilter: [{query_string: {query: "platform:a AND platform:b"}}]',
        "type: any\nfilter: [7]",
        "type: blacklist\ncompare_key: source.id\nblacklist: [a]\nfilter: [{terms: {source.id|in: [a]}}]",
    ],
)
def test_what_would_mean_something_else_is_left_out_whole_and_told(body: str) -> None:
    found = convert(HEAD + body)
    assert found.rules == ()
    assert [one.whole for one in found.lost] == [True]
    assert found.lost[0].what.startswith("many.")


def test_where_alerts_go_is_listed_and_not_converted() -> None:
    found = convert(HEAD + "type: any\nemail: a@b.example\n")
    assert {one.what for one in found.lost} == {"many.alert", "many.email"}


def test_rules_of_one_name_get_ids_of_their_own() -> None:
    found = convert("name: 停水\ntype: any\n---\nname: 停水\ntype: any\n")
    first, second = (rule["id"] for rule in found.rules)
    assert second == f"{first}_2"


@pytest.mark.parametrize("written", ["", "- a\n", "a: [", "7"])
def test_what_is_no_rule_file_is_refused(written: str) -> None:
    with pytest.raises(Misconfigured):
        convert(written)
