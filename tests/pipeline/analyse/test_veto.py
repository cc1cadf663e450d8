"""One contract for the veto of places and numbers, in Python and in C."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse import veto
from pipeline.analyse.veto import NOWHERE, apart, known, marks
from pipeline.model import PlaceFinding, PlaceStatus
from tests.live import do_without

Contradict = Callable[[str, str, bool], bool]


def in_c() -> Contradict:
    try:
        from pipeline.analyse import _veto
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _veto.contradict


@pytest.fixture(params=["python", "c"])
def contradict(request: pytest.FixtureRequest) -> Contradict:
    return veto.contradict if request.param == "python" else in_c()


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
def test_another_number_date_or_place_is_another_matter(contradict: Contradict, one: str, other: str) -> None:
    assert contradict(one, other, True)
    assert contradict(other, one, True)


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
def test_what_is_left_out_or_written_otherwise_is_no_contradiction(
    contradict: Contradict, one: str, other: str
) -> None:
    assert not contradict(one, other, True)
    assert not contradict(other, one, True)


def test_a_place_that_only_the_gazetteer_knows_counts_too() -> None:
    def at(street: str) -> veto.Known:
        return known(PlaceFinding(status=PlaceStatus.KNOWN, street=street))

    assert apart(at("湖东街道"), at("柳园镇"))
    assert not apart(at("湖东街道"), NOWHERE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("柳园路停水", "柳圆路停水"),  # a letter mistyped
        ("已经停了284天", "已经停了里84天"),  # a number cut in two
        ("交了1050元没人管", "后来又要3元办证"),
    ],
)
def test_where_much_else_differs_only_what_stands_between_the_same_letters_counts(
    contradict: Contradict, one: str, other: str
) -> None:
    assert not contradict(one, other, False)


def test_even_then_another_number_in_the_same_place_is_another_matter(contradict: Contradict) -> None:
    assert contradict("在锦湖里4号楼电梯坏了", "锦湖里14号楼电梯还没修", False)


def test_a_kind_of_place_is_no_part_of_the_next_ones_name() -> None:
    assert {place.name for place in marks("锦湖小区路口的望月湾站弄").places} == {("锦湖", "小区"), ("月湾", "站")}


def test_a_letter_that_may_begin_a_number_hides_none_behind_it() -> None:
    assert {number.name for number in marks("第周三一周12号楼").numbers} == {("3", "周"), ("1", "周"), ("12", "号楼")}


_PIECES = (
    "街道 社区 小区 花园 大道 幼儿园 路 街 巷 镇 桥 站 弄 号楼 号 单元 年级 年 点 分 周 星期 星 天 小时 千米 公里 米 % 第 一 二 三 两 〇 "
    "零 十 百 千 3 12 10:30 1.5 3-5 4点2 ٣ 在 走 马路 上路 锦湖 望月 里 停水 , 。 a 😡 \0 \ud800"
).split(" ")
SAID = st.lists(st.sampled_from(_PIECES), max_size=30)


@given(SAID, SAID, SAID, SAID, st.booleans(), st.sampled_from((1, 1, 1, 60)))
def test_c_and_python_say_the_same(
    before: list[str], one: list[str], other: list[str], after: list[str], alike: bool, times: int
) -> None:
    first, second = ("".join((*before, *middle[:4], *after)) * times for middle in (one, other))

    assert veto.contradict(first, second, alike) is in_c()(first, second, alike)


def test_what_is_no_text_is_refused_by_c() -> None:
    wrong: Any
    for wrong in (("停水", None, True), (b"", "停水", True), ("停水", "停水"), ()):
        with pytest.raises(TypeError):
            in_c()(*wrong)


def test_a_text_of_a_million_letters_is_compared() -> None:
    assert in_c()("三号楼" * 400_000, "四号楼", True)
    assert not in_c()("停水" * 500_000, "锦湖路" * 300_000, True)


def test_nothing_is_held_longer_than_a_comparison() -> None:
    one, other = "锦湖里4号楼停水", "锦湖里14号楼停水"
    before = sys.getrefcount(one), sys.getrefcount(other)
    for _ in range(50):
        in_c()(one, other, True)
    assert (sys.getrefcount(one), sys.getrefcount(other)) == before
