from __future__ import annotations

import pytest

from pipeline.analyse.cues import Lexicon
from pipeline.analyse.place import Gazetteer
from pipeline.directory import Directory
from pipeline.model import PlaceFinding, PlaceStatus
from pipeline.text.normal import normal, squeeze

GAZETTEER = Gazetteer(Directory.read())
LEXICON = Lexicon({})


def find(text: str) -> PlaceFinding:
    folded = normal(text)
    return GAZETTEER.find(LEXICON.read_text(folded, *squeeze(folded)))


def test_a_street_alone_may_be_of_another_district() -> None:
    found = find("湖东街道停电两天了没人管")
    assert found.status is PlaceStatus.UNKNOWN
    assert (found.street, found.district) == ("湖东街道", None)  # a candidate for people, no answer
    assert found.confidence <= 0.5


def test_a_name_of_ours_makes_the_street_sure() -> None:
    found = find("青湖区湖东街道停电两天了")
    assert (found.status, found.district, found.street) == (PlaceStatus.KNOWN, "青湖区", "湖东街道")
    assert found.confidence > 0.9


@pytest.mark.parametrize(
    "text", ["海榆市湖东街道停电两天了", "海榆市的湖东停水了", "临州市青年路堵车", "海榆市青湖路堵车"]
)
def test_a_place_of_another_territory_is_not_ours(text: str) -> None:
    found = find(text)
    assert (found.status, found.street) == (PlaceStatus.OUT_OF_TERRITORY, None)


def test_another_territory_in_passing_does_not_take_a_place_away() -> None:
    assert find("我在青湖区锦湖里，停水了，听海榆市的朋友说他们也停过").status is PlaceStatus.KNOWN


def test_a_community_brings_its_street() -> None:
    found = find("錦湖裡又停水了")
    assert (found.status, found.community, found.street, found.district) == (
        PlaceStatus.KNOWN, "锦湖里", "湖东街道", "青湖区",
    )  # fmt: skip


def test_a_long_name_beats_the_short_one_inside_it() -> None:
    road = find("湖东路红绿灯坏了")
    assert (road.road, road.status) == ("湖东路", PlaceStatus.KNOWN)
    site = find("文桥路工地半夜打桩")
    assert (site.site, site.road) == ("文桥路工地", None)


def test_a_road_crossing_two_streets_is_less_sure() -> None:
    crossing = find("文桥路与湖东路口红绿灯坏了")
    assert crossing.status is PlaceStatus.KNOWN
    assert crossing.confidence < find("文桥路口红绿灯坏了").confidence


def test_a_text_without_a_name_has_no_place() -> None:
    assert find("停水了") == PlaceFinding()


def test_symbols_inside_a_name_do_not_hide_it() -> None:
    assert find("锦·湖·里停水").community == "锦湖里"
