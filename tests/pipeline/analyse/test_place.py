from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.cues import Lexicon, Reading
from pipeline.analyse.place import Gazetteer
from pipeline.directory import Directory
from pipeline.model import PlaceFinding, PlaceStatus
from pipeline.text.normal import folded, normal, squeeze
from tests.pipeline.analyse.places import DONGLING, QINGHE, QINGHU

LEXICON = Lexicon({})
HERE = Path(__file__).with_name("districts")
DISTRICTS = {
    "qinghu": Gazetteer(Directory.read()),
    "qinghe": Gazetteer(Directory.read(HERE / "qinghe.yaml")),
    "dongling": Gazetteer(Directory.read(HERE / "dongling.yaml")),
}
STATUS = {"+": PlaceStatus.KNOWN, "?": PlaceStatus.UNKNOWN, "x": PlaceStatus.OUT_OF_TERRITORY}
LEVELS = {"s": "street", "c": "community", "r": "road", "f": "facility", "w": "site"}
CASES = [
    (name, *line.split(" = "))
    for name, table in (("qinghu", QINGHU), ("qinghe", QINGHE), ("dongling", DONGLING))
    for line in table.strip().splitlines()
]


def read(text: str) -> Reading:
    folded_text = normal(text)
    return LEXICON.read_text(folded_text, *squeeze(folded_text))


def find(text: str, district: str = "qinghu") -> PlaceFinding:
    return DISTRICTS[district].find(read(text))


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 200


@pytest.mark.parametrize(("district", "text", "expected"), CASES, ids=[f"{name}:{text}" for name, text, _ in CASES])
def test_the_place_is_the_one_the_text_speaks_about(district: str, text: str, expected: str) -> None:
    found = find(text, district)

    status, *levels = expected.split()
    assert found.status is STATUS[status]
    for level in levels:
        told = getattr(found, LEVELS[level[0]])
        assert told == (None if level[1:] == "-" else level[1:])


@pytest.mark.parametrize(("district", "text", "expected"), CASES, ids=[f"{name}:{text}" for name, text, _ in CASES])
def test_a_district_is_told_exactly_where_the_place_is_known(district: str, text: str, expected: str) -> None:
    found = find(text, district)

    assert (found.district is not None) == (found.status is PlaceStatus.KNOWN)
    assert 0.0 <= found.confidence <= 1.0
    if found.status is PlaceStatus.UNKNOWN:
        assert found.confidence <= 0.5, "a candidate for people, no answer"


def test_a_name_of_ours_makes_the_street_sure() -> None:
    assert find("青湖区湖东街道停电两天了").confidence > 0.9


def test_a_crossing_of_two_streets_is_less_sure() -> None:
    assert find("文桥路与湖东路口红绿灯坏了").confidence < find("文桥路口红绿灯坏了").confidence


def test_two_communities_of_one_name_are_less_sure_until_the_text_tells_which() -> None:
    alone, told = find("幸福小区停水", "qinghe"), find("城关镇幸福小区停水", "qinghe")
    assert alone.confidence < told.confidence


def test_a_text_without_a_name_has_no_place() -> None:
    assert find("停水了") == PlaceFinding()


@given(
    st.lists(
        st.sampled_from(
            [
                "湖东",
                "街道",
                "海榆市",
                "的",
                "青湖区",
                "锦湖里",
                "，",
                "。",
                "路",
                "市",
                "区",
                "三小",
                "二期",
                "Jinhuli",
                " ",
                "a",
                "从",
                "来",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_a_reason_stands_where_it_says(text: str) -> None:
    found = find(text)

    for reason in found.why:
        assert folded(text[reason.start : reason.end]) == reason.cue


@given(st.text(alphabet="湖东街道市县区青锦里三小时一中，。路的从 a1", max_size=40))
def test_any_text_has_one_finding_and_marks_between_letters_do_not_change_who_is_named(text: str) -> None:
    found = find(text)

    assert find(text) == found
    assert (found.district is not None) == (found.status is PlaceStatus.KNOWN)
