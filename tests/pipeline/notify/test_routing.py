"""Who is told of what: the table of DOMAIN §6.1 on the shipped directory."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pipeline.directory import Directory, Territory, Unit
from pipeline.model import Level, Manner
from pipeline.notify.routing import Routed, route
from tests.pipeline.notify.world import an_alert

QINGHU = Directory.read()


@pytest.mark.parametrize(
    ("topic", "places", "level", "lead", "co"),
    [
        ("water", ("湖东街道",), Level.L2, "water", ("waterco", "st_hd", "h12345")),
        ("gas", ("柳园镇", "柳园新村"), Level.L2, "gasco", ("desk", "emerg", "housing", "tn_ly", "h12345")),
        ("gas", ("文桥街道",), Level.L3, "gasco", ("housing", "st_wq", "h12345")),
        ("labor", ("锦湖里二期工地",), Level.L3, "labor", ("housing", "st_hd", "h12345")),
        ("property", ("东湖花园",), Level.L4, "housing", ("st_wq", "h12345")),
        ("traffic", ("文桥路",), Level.L4, "traffic", ("st_wq", "h12345")),
        ("safety", ("青湖商场",), Level.L1, "emerg", ("desk", "st_hd", "h12345")),
        ("power", ("文桥街道",), Level.L3, "h12345", ("st_wq",)),
        ("culture", (), Level.L4, "h12345", ()),
        ("no such topic", ("(缺失)",), Level.L4, "h12345", ()),
    ],
)
def test_a_matter_goes_to_the_competent_unit_and_the_ground_it_is_on(
    topic: str, places: tuple[str, ...], level: Level, lead: str, co: tuple[str, ...]
) -> None:
    routed = route(an_alert(topic=topic, places=places, level=level), QINGHU)
    assert (routed.lead, routed.co) == (lead, co)


def test_a_rule_may_name_the_matters_whose_units_handle_it() -> None:
    site = Manner(topics=("housing", "noise", "city", "traffic"))
    noise = an_alert(topic="noise", places=("文桥路",), level=Level.L3)
    assert route(noise, QINGHU) == Routed("env", ("st_wq", "h12345"))
    assert route(replace(noise, manner=site), QINGHU) == Routed(
        "housing", ("env", "city", "traffic", "st_wq", "h12345")
    )
    sealed = replace(noise, manner=site, accusation=True)
    assert route(sealed, QINGHU).units == ("liaison",)
    nobody = replace(noise, manner=Manner(topics=("culture", "noise")))
    assert route(nobody, QINGHU).lead == "env"


def test_a_place_is_known_by_id_name_or_alias() -> None:
    for name in ("jhl", "锦湖里", "锦湖里小区"):
        assert "st_hd" in route(an_alert(places=(name,)), QINGHU).co


@pytest.mark.parametrize(
    ("sealed", "units"),
    [
        ({"accusation": True, "topic": "service"}, ("liaison",)),
        ({"accusation": True, "topic": "gas", "level": Level.L1}, ("liaison",)),
        ({"sealed": True, "topic": "education"}, ("edu",)),
        ({"sealed": True, "topic": "safety", "level": Level.L2}, ("desk",)),
        ({"sealed": True, "topic": "culture"}, ("desk",)),
    ],
)
def test_a_sealed_matter_goes_to_one_and_no_street(sealed: dict[str, Any], units: tuple[str, ...]) -> None:
    assert route(an_alert(places=("湖东街道",), **sealed), QINGHU).units == units


def test_without_hotline_and_desk_there_is_still_somebody() -> None:
    small = Directory(territory=Territory(name="小镇"), units=(Unit(id="town", name="镇政府", role="street"),))
    assert route(an_alert(topic="culture"), small).lead == "town"
    assert route(an_alert(accusation=True), small).units == ()  # but an accusation goes to no office
