"""One post on the page: why its labels are what they are, and what an officer says instead."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pipeline.model import MatterFinding, PrivacyFinding
from tests.dashboards.console.district import District, a_doc

ACT = {"X-Yuqing": "1"}


def relabel(district: District, id_: str, **more: Any) -> Any:
    body = {"post": id_, "field": "matter.topic", "label": "power", "by": "值班员", "reason": "说的是停电"}
    return district.client().post("/api/label", json={**body, **more}, headers=more.pop("headers", ACT))


def test_a_post_tells_why_each_label_is_what_it_is(district: District) -> None:
    doc = a_doc("p1", "锦湖里又停水了")
    district.say(doc)

    told = district.client().get("/api/post", params={"id": doc.post.id}).json()

    assert told["row"]["text"] == "锦湖里又停水了"
    fields = {line["field"]: line for line in told["why"]}
    assert {"matter.topic", "matter.harm", "sentiment.label", "place.status"} <= set(fields)
    assert all(line["zh"] and line["en"] for line in told["why"])
    assert told["now"]["matter.topic"] == "water" and "power" in told["labels"]["matter.topic"]


def test_a_correction_is_shown_beside_what_the_machine_says(district: District) -> None:
    doc = a_doc("p1", "锦湖里又停水了")
    district.say(doc)

    assert relabel(district, doc.post.id).status_code == 200

    told = district.client().get("/api/post", params={"id": doc.post.id}).json()
    (one,) = told["corrections"]
    assert (one["before"], one["after"], one["by"], one["reason"]) == ("water", "power", "值班员", "说的是停电")
    assert told["now"]["matter.topic"] == "water", "the index keeps what the machine said"
    ((_, row),) = district.corrections.rows()
    assert (row["topic"], row["text"]) == ("power", "锦湖里又停水了")


def test_personal_data_in_a_reason_are_masked(district: District) -> None:
    doc = a_doc("p1")
    district.say(doc)

    relabel(district, doc.post.id, reason="打电话13800138000问过")

    assert "13800138000" not in district.corrections.of(doc.post.id)[0].reason


@pytest.mark.parametrize(
    "hidden",
    [
        {"privacy": PrivacyFinding(minor=True)},
        {"privacy": PrivacyFinding(sealed=True)},
        {"matter": MatterFinding(accusation=True)},
    ],
)
def test_what_is_withheld_is_neither_shown_nor_corrected(district: District, hidden: dict[str, object]) -> None:
    doc = msgspec.structs.replace(a_doc("p1", "密"), **hidden)
    district.say(doc)

    assert district.client().get("/api/post", params={"id": doc.post.id}).status_code == 404
    assert relabel(district, doc.post.id).status_code == 404
    assert district.corrections.of(doc.post.id) == []


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"label": "天气"}, 409),
        ({"field": "author.key"}, 409),
        ({"reason": ""}, 409),
        ({"by": " "}, 400),
        ({"post": "nobody"}, 404),
        ({"level": "L1"}, 400),
    ],
)
def test_what_may_not_be_is_refused_in_two_languages(district: District, more: dict[str, Any], status: int) -> None:
    doc = a_doc("p1")
    district.say(doc)

    answer = relabel(district, more.pop("post", doc.post.id), **more)

    assert answer.status_code == status
    assert answer.json()["zh"] and answer.json()["en"]
    assert district.corrections.of(doc.post.id) == []


def test_no_other_site_can_correct_a_label(district: District) -> None:
    doc = a_doc("p1")
    district.say(doc)
    body = {"post": doc.post.id, "field": "matter.topic", "label": "power", "by": "甲", "reason": "乙"}

    for headers in ({}, {**ACT, "origin": "https://evil.example"}):
        assert district.client().post("/api/label", json=body, headers=headers).status_code == 403
    assert district.corrections.of(doc.post.id) == []
