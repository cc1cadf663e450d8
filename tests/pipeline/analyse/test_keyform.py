from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.keyform import LONGEST, SHORTEST, bands, common, forms, grams, passed_on
from pipeline.text.normal import normal

SAID = "锦湖里三号楼的电梯坏了一个星期,老人下不了楼"


def key(text: str) -> int:
    return forms([normal(text)]).keys[0]


@pytest.mark.parametrize(
    "copy",
    [
        f"【转】{SAID}",
        f"//@某人:{SAID}",
        f"{SAID} https://a.example/x?y=1",
        f"{SAID} 求扩散",
        f"@值班台 {SAID}!!!😡[怒]",
        SAID.replace(",", "  "),
        SAID.replace("电梯", "電梯"),
    ],
)
def test_what_people_add_when_they_pass_a_text_on_is_no_part_of_it(copy: str) -> None:
    assert key(copy) == key(SAID)


@pytest.mark.parametrize(
    ("one", "other"), [("一斤4.5元太贵了", "一斤45元太贵了"), ("停水了", "停电了"), ("😡", "👍"), ("", "😡")]
)
def test_what_says_something_else_has_another_key(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize(
    ("text", "told"),
    [("//@某人:停水", True), ("【转发】停水", True), ("转发微博", True), ("请帮忙转一下停水", False), ("停水", False)],
)
def test_a_text_may_show_that_it_was_passed_on(text: str, told: bool) -> None:
    assert passed_on(normal(text)) is told


def test_a_short_text_is_only_compared_whole() -> None:
    assert forms(["停" * (SHORTEST - 1), "停水停电气停气停暖"]).words == ["", "停水停电气停气停暖"]


def test_a_very_long_text_is_known_by_its_beginning() -> None:
    beginning = "停水了怎么办" * 1000

    assert key(beginning[:LONGEST]) == key(beginning[:LONGEST] + "别的话" * 50)


@given(st.text(st.sampled_from("停水电气暖锦湖里abc1"), min_size=3, max_size=40))
def test_grams_are_the_distinct_pieces_of_three(words: str) -> None:
    assert len(grams(words)) == len(_pieces(words))


@given(st.text(st.sampled_from("停水电"), min_size=3, max_size=40), st.text(st.sampled_from("停水气"), min_size=3))
def test_common_grams_are_the_pieces_that_both_texts_have(one: str, other: str) -> None:
    assert common(grams(one), grams(other)) == len(_pieces(one) & _pieces(other))


def test_texts_that_share_most_words_meet_in_some_band_and_strangers_in_none() -> None:
    one, like, other = bands(
        forms([SAID, SAID.replace("一个星期", "两个星期"), "公交车站牌倒了好几天,等车的人都站在路中间"]).traces.minima
    )

    assert (one == like).any()
    assert not (one == other).any()


def _pieces(words: str) -> set[str]:
    return {words[at : at + 3] for at in range(len(words) - 2)}
