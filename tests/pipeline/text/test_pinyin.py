from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.pinyin import MOST, readings, spellings


def test_each_character_may_be_pinyin_by_itself() -> None:
    assert spellings("欠薪") == ("欠薪", "欠xin", "qian薪", "qianxin")


def test_a_character_of_two_readings_is_found_by_either() -> None:
    assert {"yinhang", "yinxing"} <= set(spellings("银行"))


def test_what_is_no_ideograph_stays() -> None:
    assert readings("a") == ()
    assert spellings("a座") == ("a座", "azuo")


@given(st.text(alphabet="停水断电欠薪讨长行重乐", min_size=1, max_size=8))
def test_the_word_itself_comes_first_and_the_forms_are_few(word: str) -> None:
    forms = spellings(word)

    assert forms[0] == word
    assert len(forms) <= MOST


def test_a_word_that_is_too_long_is_not_spelled() -> None:
    with pytest.raises(ValueError, match="停水"):
        spellings("停水" * 5)
