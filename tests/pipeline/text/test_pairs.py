"""One contract for the line of pairs, in Python and in C."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import pairs
from tests.live import do_without

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))  # lone surrogates too
MIXED = st.text(st.sampled_from("停水a1_ 。,\0é😡☀\U00020000٣\ud800"))

Line = Callable[[str], str]


def in_c() -> Line:
    try:
        from pipeline.text import _pairs
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _pairs.line


@pytest.fixture(params=["python", "c"])
def line(request: pytest.FixtureRequest) -> Line:
    return pairs.line if request.param == "python" else in_c()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("。, _\0", ""),
        ("水", "水"),
        ("待处理,g25", "待处 处理 理 g2 25 5"),
        (" 停水_停电 ", "停水 水 停电 电"),
        ("塌方😡了\U00020000", "塌方 方😡 😡了 了\U00020000 \U00020000"),
        ("aé", "aé é"),
    ],
)
def test_a_run_is_its_pairs_and_its_last_letter(line: Line, text: str, expected: str) -> None:
    assert line(text) == expected
    assert pairs.pairs(text) == expected.split()


@given(ANY_TEXT | MIXED)
def test_c_and_python_say_the_same(text: str) -> None:
    assert in_c()(text) == pairs.line(text)


def test_c_and_python_take_the_same_code_points_for_letters() -> None:
    every = "._".join(map(chr, range(sys.maxunicode + 1)))

    assert in_c()(every) == pairs.line(every)


def test_a_very_long_text_is_cut_in_c_like_a_short_one() -> None:
    assert in_c()("停水" * 500_000) == "停水 水停 " * 499_999 + "停水 水"


@pytest.mark.parametrize("wrong", [b"text", None, 7, ["text"]])
def test_what_is_no_text_is_refused_by_c(wrong: Any) -> None:
    with pytest.raises(TypeError):
        in_c()(wrong)


def test_nothing_is_held_longer_than_it_is_used() -> None:
    text = "从未有过的字"
    before = sys.getrefcount(text)
    for _ in range(50):
        in_c()(text)
    assert sys.getrefcount(text) == before
