from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.normal import folded, normal, squeeze
from pipeline.text.partial import MOST, PARTS, Wording, numerals, partly

TEXTS = st.text(alphabet="停斷断水ＣBDcbd*。 1", max_size=12)


@pytest.mark.parametrize(
    ("fold", "original", "stands"),
    [
        ((), "我在CBD停水了", True),
        ((), "我在cbd停水了", False),
        (("case",), "我在cbd停水了", True),
        (("case",), "我在ＣＢＤ停水了", False),
        (("width",), "我在ＣＢＤ停水了", True),
        (("noise",), "我在C*B-D停水了", True),
        ((), "我在C*B-D停水了", False),
    ],
)
def test_a_word_stands_where_the_original_is_as_exact_as_asked(
    fold: tuple[str, ...], original: str, stands: bool
) -> None:
    squeezed, offsets = squeeze(normal(original))
    start = squeezed.index("cbd")

    assert Wording("CBD", fold).stands(original, offsets[start], offsets[start + 2] + 1) is stands


def test_marks_of_a_word_count_if_it_is_exact() -> None:
    assert Wording("C++").stands("用C++写的", 1, 2)
    assert not Wording("C++").stands("用C#写的", 1, 2)
    assert not Wording("(C").stands("C", 0, 1)


@given(TEXTS)
def test_all_parts_together_are_the_whole_folding(text: str) -> None:
    assert partly(text, PARTS) == folded(text)


@given(TEXTS)
def test_without_noise_nothing_is_dropped_and_with_nothing_all_stays(text: str) -> None:
    assert len(partly(text, ("width", "case", "trad"))) == len(text)
    assert partly(text, ()) == text


@given(st.text(alphabet="0123456789一二三号楼", max_size=9))
def test_numerals_hold_the_word_and_are_few(word: str) -> None:
    assert numerals(word)[0] == word
    assert len(numerals(word)) <= MOST
