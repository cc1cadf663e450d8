from __future__ import annotations

import pytest

from pipeline.analyse.veto import marks
from pipeline.model import PlaceFinding, PlaceStatus


def contradict(one: str, other: str) -> bool:
    first, second = marks(one, None), marks(other, None)
    assert first.contradict(second) is second.contradict(first)
    return first.contradict(second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("锦湖里4号楼停水", "锦湖里14号楼停水"),
        ("三号楼停水", "五号楼停水"),
        ("星期一停水", "星期二停水"),
        ("3月10日停水", "3月11日停水"),
        ("10:30停水", "11:30停水"),
        ("锦湖小区停水", "文桥小区停水"),
        ("第二次停水", "第三次停水"),
    ],
)
def test_another_number_date_or_place_is_another_matter(one: str, other: str) -> None:
    assert contradict(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("锦湖里4号楼停水", "锦湖里停水"),  # who leaves something out says nothing else
        ("三号楼停水", "3号楼停水"),
        ("两天没水", "2天没水"),
        ("锦湖小区3号楼停水", "锦湖小区停水"),
        ("走在马路上摔了", "走在公路上摔了"),  # any road
        ("别的小区停水", "这些小区停水"),
        ("3号楼停水", "3号楼停水,5号楼也停"),
    ],
)
def test_what_is_left_out_or_written_otherwise_is_no_contradiction(one: str, other: str) -> None:
    assert not contradict(one, other)


def test_a_place_that_only_the_gazetteer_knows_counts_too() -> None:
    def at(street: str) -> PlaceFinding:
        return PlaceFinding(status=PlaceStatus.KNOWN, street=street)

    assert marks("停水", at("湖东街道")).contradict(marks("停水", at("柳园镇")))
    assert not marks("停水", at("湖东街道")).contradict(marks("停水", None))
