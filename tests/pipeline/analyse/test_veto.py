from __future__ import annotations

import pytest

from pipeline.analyse.veto import known, marks
from pipeline.model import PlaceFinding, PlaceStatus


def contradict(one: str, other: str) -> bool:
    first, second = marks(one), marks(other)
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

    assert marks("停水", known(at("湖东街道"))).contradict(marks("停水", known(at("柳园镇"))))
    assert not marks("停水", known(at("湖东街道"))).contradict(marks("停水"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("柳园路停水", "柳圆路停水"),  # a letter mistyped
        ("已经停了284天", "已经停了里84天"),  # a number cut in two
        ("交了1050元没人管", "后来又要3元办证"),
    ],
)
def test_where_much_else_differs_only_what_stands_between_the_same_letters_counts(one: str, other: str) -> None:
    assert not marks(one).contradict(marks(other), alike=False)


def test_even_then_another_number_in_the_same_place_is_another_matter() -> None:
    assert marks("在锦湖里4号楼电梯坏了").contradict(marks("锦湖里14号楼电梯还没修"), alike=False)


def test_a_kind_of_place_is_no_part_of_the_next_ones_name() -> None:
    assert {place.name for place in marks("锦湖小区路口的望月湾站弄").places} == {("锦湖", "小区"), ("月湾", "站")}


def test_a_letter_that_may_begin_a_number_hides_none_behind_it() -> None:
    assert {number.name for number in marks("第周三一周12号楼").numbers} == {("3", "周"), ("1", "周"), ("12", "号楼")}
