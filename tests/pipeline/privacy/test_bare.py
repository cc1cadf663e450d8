"""One contract for what finds bare names, in Python and in C."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.privacy.bare import Bare, as_arguments, bare
from pipeline.privacy.likeness import tables
from pipeline.text.normal import normal
from tests.live import do_without

PIECES = st.sampled_from(
    ["王建国", "李秀英", "昨天", "和", "、", "停水", "高兴", "\n", "a1", "街道", "说", "张", "[姓名]"]
)


def in_c() -> type[Bare]:
    try:
        from pipeline.privacy import _bare
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _bare.Bare


@pytest.fixture(params=["python", "c"])
def finder(request: pytest.FixtureRequest) -> Bare:
    make = Bare if request.param == "python" else in_c()
    return make(*as_arguments(tables()))


def found(finder: Bare, text: str) -> list[str]:
    return [text[start:end] for start, end in finder.find([text])[0]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王建国和李秀英昨天去了街道", ["王建国", "李秀英"]),
        ("把钱转给赵铁柱了", ["赵铁柱"]),
        ("请尽快处理。刘海燕 2026年3月1日", ["刘海燕"]),
        ("、张静、李娜、来过", ["张静", "李娜"]),
    ],
)
def test_names_that_nothing_announces_are_found(finder: Bare, text: str, names: list[str]) -> None:
    assert sorted(found(finder, text)) == sorted(names)


@pytest.mark.parametrize(
    "text",
    [
        "高兴得很,张贴的告示没人看,马上就要交房了,方便的话回个话",
        "安全隐患多,康复中心的白天晚上都吵,周末常常停电,于是去问物业",
        "王府井大街堵车,黄河边的垃圾没人清,江苏路封了,梅溪湖路口积水",
        "李家庄王家湾村赵家沟的路没修,和平路小学门口堵",
    ],
)
def test_words_and_places_are_no_names(finder: Bare, text: str) -> None:
    assert found(finder, text) == []


def test_those_of_three_characters_are_told_before_those_of_two(finder: Bare) -> None:
    assert found(finder, "、张静、王建国和李秀英、李娜、来过") == ["王建国", "李秀英", "张静", "李娜"]
    assert finder.find([]) == []
    assert finder.find(["", "停水"]) == [[], []]


@given(st.lists(st.lists(PIECES).map("".join)))
def test_a_text_says_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    assert bare(texts) == [bare([text])[0] for text in texts]


@given(st.text())
def test_in_any_text_names_lie_inside_it(text: str) -> None:
    folded = normal(text)

    assert all(0 <= start < end <= len(folded) for start, end in bare([folded])[0])


HOSTILE = (
    st.text(st.characters(exclude_categories=()), max_size=4) | PIECES | st.sampled_from("王李建国英静、\uffff\ud800")
)


@given(st.lists(st.lists(HOSTILE).map("".join)))
def test_c_and_python_find_the_same(texts: list[str]) -> None:
    given_ = as_arguments(tables())

    assert in_c()(*given_).find(texts) == Bare(*given_).find(texts)


@given(st.data())
def test_c_and_python_find_the_same_by_any_figures(data: st.DataObject) -> None:
    letters = "甲乙丙丁\n"
    chance = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    figures: list[Any] = []
    for low, high in ((-310, 90), (-60, 60), (-60, 60), (-60, 60), (-30, 30), (-30, 30)):
        table = np.zeros(0x10000, np.int32)
        table[[ord(one) for one in letters]] = chance.integers(low, high, len(letters))
        table[ord("\n")] = -300 if len(figures) < 4 else 8
        figures.append(table)
    usual = np.zeros(0x10000, np.bool_)
    usual[ord("甲")] = True
    words: list[Any] = []
    for letters_each in (2, 2, 3):
        keys = chance.choice(len(letters) ** letters_each, 20, replace=False)
        parts = [[ord(letters[key // len(letters) ** at % len(letters)]) for at in range(letters_each)] for key in keys]
        numbers = sorted(sum(part << 16 * at for at, part in enumerate(one)) for one in parts)
        words += [np.array(numbers, np.uint64), chance.integers(-20, 60, 20).astype(np.int32)]
    texts = data.draw(st.lists(st.text(letters, max_size=30), max_size=4))

    given_ = (*figures, usual, *words)
    assert in_c()(*given_).find(texts) == Bare(*given_).find(texts)


def test_figures_that_do_not_fit_and_what_is_no_text_are_refused_by_c() -> None:
    make: Any = in_c()
    sound = as_arguments(tables())
    for place in range(len(sound)):
        for wrong in (sound[place][:-1], sound[place].astype(np.complex128), None):
            with pytest.raises((TypeError, ValueError)):
                make(*sound[:place], wrong, *sound[place + 1 :])
    with pytest.raises(TypeError):
        make()
    finder = make(*sound)
    for texts in ([b""], ["王", None], ("王",), "王", None):
        with pytest.raises(TypeError):
            finder.find(texts)


def test_nothing_is_held_longer_than_it_is_used() -> None:
    text, given_ = "、张静、王建国和李秀英、李娜、来过", as_arguments(tables())
    before = sys.getrefcount(text), [sys.getrefcount(one) for one in given_]
    for _ in range(50):
        finder = in_c()(*given_)
        assert len(finder.find([text])[0]) == 4
        del finder
    assert (sys.getrefcount(text), [sys.getrefcount(one) for one in given_]) == before
