"""One contract for folding and squeezing, in Python and in C."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import letters
from pipeline.text.normal import kept
from tests.live import do_without

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))  # lone surrogates too
TABLE = np.arange(0x110000, dtype=np.uint32)
TABLE[[ord(one) for one in "ABé氣\U00020000\U0001d7d8"]] = [ord(one) for one in "ab\U00020001气水0"]


def in_c() -> type[letters.Letters]:
    try:
        from pipeline.text import _letters
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _letters.Letters


def made(make: type[letters.Letters]) -> letters.Letters:
    return make(TABLE, kept(), "著气")


@pytest.fixture(params=["python", "c"])
def one(request: pytest.FixtureRequest) -> letters.Letters:
    return made(letters.Letters if request.param == "python" else in_c())


def test_each_letter_is_read_by_the_table(one: letters.Letters) -> None:
    texts = ["", "ABc", "停\U00020000", "A\U0001d7d8\U0010ffff", "é", "停电" * 3_000]

    folded, doubtful = one.folded(texts)

    assert folded == ["", "abc", "停水", "a0\U0010ffff", "\U00020001", "停电" * 3_000]
    assert doubtful == []


def test_what_holds_a_doubtful_letter_after_folding_is_told(one: letters.Letters) -> None:
    assert one.folded(["停水", "停氣了", "气", "", "著\U0010ffff著"]) == (
        ["停水", "停气了", "气", "", "著\U0010ffff著"],
        [(1, [1]), (2, [0]), (4, [0, 2])],
    )


def test_letters_and_where_they_stood_are_kept(one: letters.Letters) -> None:
    squeezed = one.squeezed(["停 水*了", "", "--", "\U00020000 é", "a b"])

    assert [(text, offsets.tolist()) for text, offsets in squeezed] == [  # type: ignore[attr-defined]
        ("停水了", [0, 2, 4]),
        ("", []),
        ("", []),
        ("\U00020000é", [0, 2]),
        ("ab", [0, 2]),
    ]
    assert one.squeezed([]) == []
    assert one.folded([]) == ([], [])


@given(st.lists(ANY_TEXT | st.text("著气氣A \U00020000é\ud800\0", max_size=8)))
def test_c_and_python_say_the_same(texts: list[str]) -> None:
    python, c = made(letters.Letters), made(in_c())

    assert c.folded(texts) == python.folded(texts)
    for (text, offsets), (same, places) in zip(c.squeezed(texts), python.squeezed(texts), strict=True):
        assert (text, list(offsets)) == (same, list(places))
        assert memoryview(offsets).format == memoryview(places).format  # type: ignore[arg-type]


def test_a_very_long_text_is_read_in_c_like_a_short_one() -> None:
    one = made(in_c())
    long = "停A \U00020000" * 1_000_000

    (folded,), doubtful = one.folded([long])
    ((squeezed, offsets),) = one.squeezed([folded])

    assert (folded, doubtful) == ("停a 水" * 1_000_000, [])
    assert (squeezed, len(offsets), offsets[-1]) == ("停a水" * 1_000_000, 3_000_000, 3_999_999)


def test_whatever_is_not_nought_is_kept(one: letters.Letters) -> None:
    every: Any = np.full(len(kept()), 255, np.uint8)

    ((squeezed, offsets),) = type(one)(TABLE, every, "").squeezed(["停 水" * 2_000])

    assert (squeezed, len(offsets)) == ("停 水" * 2_000, 6_000)


def test_what_is_no_table_and_no_text_is_refused_by_c() -> None:
    make: Any = in_c()
    beyond = TABLE.copy()
    beyond[7] = 0x110000
    for wrong in (
        (TABLE[:9], kept(), ""),
        (TABLE.astype(np.uint64), kept(), ""),
        (beyond, kept(), ""),
        (TABLE, kept()[:9], ""),
        (TABLE, kept(), b""),
        (TABLE, None, ""),
        (),
    ):
        with pytest.raises((TypeError, ValueError)):
            make(*wrong)
    one: Any = made(make)
    for texts in ([b""], ["停", None], ("停",), "停", None):
        for ask in (one.folded, one.squeezed):
            with pytest.raises(TypeError):
                ask(texts)


def test_nothing_is_held_longer_than_it_is_used() -> None:
    text, table = "从未有过的字", TABLE.copy()
    before = sys.getrefcount(text), sys.getrefcount(table)
    for _ in range(50):
        one = in_c()(table, kept(), text)
        one.folded([text])
        one.squeezed([text])
        del one
    assert (sys.getrefcount(text), sys.getrefcount(table)) == before
