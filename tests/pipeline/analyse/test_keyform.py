"""One contract for key forms made in Python and in C."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.keyform import LONGEST, ROWS, SHORTEST, SKETCH, Former, classes, former, forms, passed_on
from pipeline.text.normal import normal
from tests.live import do_without

SAID = "锦湖里三号楼的电梯坏了一个星期,老人下不了楼"


def in_c() -> Former:
    try:
        from pipeline.analyse import _keyform
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return former(_keyform.Former)


@pytest.fixture(scope="module", params=["python", "c"])
def by(request: pytest.FixtureRequest) -> Former:
    return former(Former) if request.param == "python" else in_c()


def key(text: str, by: Former) -> int:
    return int(forms([normal(text)], by).keys[0])


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
def test_what_people_add_when_they_pass_a_text_on_is_no_part_of_it(copy: str, by: Former) -> None:
    assert key(copy, by) == key(SAID, by)


@pytest.mark.parametrize(
    ("one", "other"), [("一斤4.5元太贵了", "一斤45元太贵了"), ("停水了", "停电了"), ("😡", "👍"), ("", "😡")]
)
def test_what_says_something_else_has_another_key(one: str, other: str, by: Former) -> None:
    assert key(one, by) != key(other, by)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("//@某人:停水", True),
        ("【转发】停水", True),
        ("【扩散】停水", True),
        ("[转帖]停水", True),
        ("转发微博", True),
        ("请帮忙转一下停水", False),
        ("停水//路北", False),
        ("停水", False),
    ],
)
def test_a_text_may_show_that_it_was_passed_on(text: str, told: bool) -> None:
    assert passed_on(normal(text)) is told


def test_a_short_text_is_only_compared_whole(by: Former) -> None:
    assert forms(["停" * (SHORTEST - 1), "停水停电气停气停暖"], by).words == ["", "停水停电气停气停暖"]


def test_a_very_long_text_is_known_by_its_beginning(by: Former) -> None:
    beginning = "停水了怎么办" * 1000

    assert key(beginning[:LONGEST], by) == key(beginning[:LONGEST] + "别的话" * 50, by)


@given(one=st.text("停水电", max_size=40), other=st.text("停水气\U00020000", max_size=400))
def test_overlap_counts_the_distinct_pieces_of_three(by: Former, one: str, other: str) -> None:
    ours, theirs = _pieces(one), _pieces(other)

    assert by.overlap(one, other) == (len(ours), len(theirs), len(ours & theirs))
    assert by.overlap(other, one) == (len(theirs), len(ours), len(ours & theirs))


def test_texts_that_share_most_words_meet_in_some_band_and_strangers_in_none(by: Former) -> None:
    texts = [SAID, SAID.replace("一个星期", "两个星期"), "公交车站牌倒了好几天,等车的人都站在路中间"]

    one, like, other = forms(texts, by).traces.bands

    assert (one == like).any()
    assert not (one == other).any()


_NOISE = (
    "http:// https://a.example/ //@ // @值班台-1 【转】 【转发】 [扩散] [转帖】 [怒] [十二个字符的表情] 转发微博 4.5 1:2 3/4/5 6-7 "
    "求扩散 ，大家转 。请转发 !速帮转 顶 顶顶顶 帮忙转发扩散 同问 路过 围观 求转"
).split()
_LETTERS = st.characters() | st.sampled_from("停水 。_\n\0\ud800\U00020000٣々ーｱ点1.:/-@[]【】转发")
HOSTILE = st.lists(st.sampled_from(_NOISE) | st.text(_LETTERS, max_size=9), max_size=12).map("".join)


@given(st.lists(HOSTILE, max_size=6), st.data())
def test_c_and_python_say_the_same(texts: list[str], data: st.DataObject) -> None:
    texts = [text * data.draw(st.sampled_from((1, 1, 1, 40))) for text in texts]
    python, c = forms(texts, former(Former)), forms(texts, in_c())

    assert python.words == c.words
    assert python.keys.tolist() == c.keys.tolist()
    for ours, theirs in zip(python.traces, c.traces, strict=True):
        assert ours.tolist() == theirs.tolist()


def columns(rows: int) -> list[Any]:
    return [
        np.zeros(rows, np.uint64), np.zeros((rows, ROWS), np.uint64), np.zeros((rows, SKETCH // 64), np.uint64),
        np.zeros(rows, np.intp), np.zeros(rows, np.intp),
    ]  # fmt: skip


@pytest.mark.parametrize("column", range(5))
def test_columns_that_do_not_fit_are_refused_by_c(column: int) -> None:
    sound = columns(2)
    frozen = sound[column].copy()
    frozen.flags.writeable = False
    for wrong in (sound[column][:1], sound[column].astype(np.uint16), frozen, b"", None):
        given: Any = (*sound[:column], wrong, *sound[column + 1 :])
        with pytest.raises((TypeError, ValueError, BufferError)):
            in_c().form(["停水"] * 2, *given)


def test_what_is_no_text_and_no_table_is_refused_by_c() -> None:
    wrong: Any
    for wrong in (b"", None, 1):
        with pytest.raises(TypeError):
            in_c().form([wrong], *columns(1))
        with pytest.raises(TypeError):
            in_c().overlap("停水", wrong)
    with pytest.raises(TypeError):
        in_c().form(("停水",), *columns(1))  # type: ignore[arg-type]
    make: Any = type(in_c())
    rows = np.zeros(ROWS, np.uint32), np.zeros(ROWS, np.uint32), np.zeros(ROWS, np.uint64)
    for tables in ((classes()[:-1], *rows), (classes(), rows[0][1:], *rows[1:]), (classes(), *rows[1:], rows[0])):
        with pytest.raises((TypeError, ValueError)):
            make(*tables)


def test_a_text_of_ten_megabytes_is_formed() -> None:
    emoji, long = "\U0001f621" * 2_500_000, "停水" * 5_000_000

    assert forms([emoji, long]).keys.tolist() == forms([emoji, long], former(Former)).keys.tolist()
    assert in_c().overlap(long, emoji) == (2, 1, 0)


def test_nothing_is_held_longer_than_its_batch() -> None:
    text = "从未有过的一段话"
    given = columns(1)
    before = sys.getrefcount(text), *map(sys.getrefcount, given)
    for _ in range(50):
        (words,) = in_c().form([text], *given)
        assert in_c().overlap(text, words)
    assert (sys.getrefcount(text), *map(sys.getrefcount, given)) == before


def _pieces(words: str) -> set[str]:
    return {words[at : at + 3] for at in range(len(words) - 2)}
