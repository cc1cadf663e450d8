"""What to label next: the posts that a model is least sure of, one of each cluster, none twice."""

from __future__ import annotations

import msgspec
import pytest

from dashboards.console.doubtful import doubtful, margin
from pipeline.model import AnalysedPost, ClusterFinding, MatterFinding, PrivacyFinding, Ranked
from tests.build import minute
from tests.dashboards.console.district import District, a_doc

DEPARTMENT = "matter.department"


def unsure(name: str, best: float, label: str = "交通运输", *, cluster: str = "", **more: object) -> AnalysedPost:
    ranked: dict[str, tuple[Ranked, ...]] = {"department": (Ranked(label, best), Ranked("城乡建设", 1 - best))}
    doc = a_doc(name, f"第{name}件事", at=minute(-len(name)))
    return msgspec.structs.replace(
        doc,
        matter=MatterFinding(topic="traffic", department=label, ranked=ranked),
        cluster=ClusterFinding(cluster or name),
        **more,
    )


def names(district: District, most: int = 20) -> list[str]:
    return [one.row.text for one in doubtful(district.index, district.corrections, DEPARTMENT, most).rows]


def test_the_least_sure_comes_first_and_a_copy_not_at_all(district: District) -> None:
    district.say(
        unsure("1", 0.9, cluster="a"), unsure("2", 0.51), unsure("3", 0.7), unsure("4", 0.9, cluster="a"),
    )  # fmt: skip

    assert names(district)[:2] == ["第2件事", "第3件事"]
    assert len(names(district)) == 3


def test_what_was_labelled_does_not_come_again(district: District) -> None:
    doc = unsure("1", 0.51)
    district.say(doc, unsure("2", 0.6))
    body = {"post": doc.post.id, "field": DEPARTMENT, "label": "交通运输", "by": "甲"}

    assert district.client().post("/api/label", json=body, headers={"X-Yuqing": "1"}).status_code == 200

    assert names(district) == ["第2件事"]
    told = district.client().get("/api/doubtful", params={"field": DEPARTMENT}).json()
    assert told["done"] == {DEPARTMENT: 1} and "交通运输" in told["labels"]
    assert told["rows"][0]["ranked"][0]["p"] == 0.6


def test_no_label_takes_more_than_half_while_others_wait(district: District) -> None:
    district.say(*(unsure(str(n), 0.5 + n / 100) for n in range(4)), unsure("9", 0.99, "卫生计生"))

    assert "第9件事" in names(district, most=4)


def test_what_is_withheld_is_not_for_labelling(district: District) -> None:
    district.say(
        unsure("1", 0.51, privacy=PrivacyFinding(minor=True)), unsure("2", 0.6, privacy=PrivacyFinding(sealed=True))
    )

    assert names(district) == []


@pytest.mark.parametrize(
    ("field", "least", "most"), [("sentiment.label", 0.7, 0.9), ("matter.topic", 1.0, 1.0), ("place.status", 0, 1)]
)
def test_each_label_has_its_own_doubt(field: str, least: float, most: float) -> None:
    assert least <= margin(a_doc("p1"), field) <= most


def test_a_field_that_is_no_label_is_explained(district: District) -> None:
    answer = district.client().get("/api/doubtful", params={"field": "author.key"})

    assert answer.status_code == 400 and "matter.topic" in answer.json()["zh"]
