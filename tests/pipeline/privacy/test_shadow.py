from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.privacy.shadow import NUMERALS, shadow, spoken

TEXTS = st.text(st.sampled_from("138零一二三\u200b\ufe0f\u202e停水 -"), max_size=20)


def test_a_text_without_hidden_characters_is_its_own_shadow() -> None:
    seen = shadow("138 0013")

    assert (seen.text, seen.offsets, seen.original(0, 3)) == ("138 0013", None, (0, 3))


def test_a_mask_covers_what_was_hidden_between() -> None:
    seen = shadow("打1\u200b3\u200b8,")

    assert seen.text == "打138,"
    assert seen.original(1, 4) == (1, 6)  # from the first digit to the last, and no further


@given(TEXTS)
def test_every_span_of_a_shadow_is_the_same_text_in_the_original(text: str) -> None:
    seen = shadow(text)

    for at in range(len(seen.text)):
        start, end = seen.original(at, at + 1)
        assert (end - start, text[start]) == (1, seen.text[at])


@given(TEXTS)
def test_digits_as_spoken_stand_where_the_numerals_stood(text: str) -> None:
    digits = spoken(text)

    assert digits is None or len(digits) == len(text)


def test_one_numeral_alone_is_a_word_and_beside_others_a_number() -> None:
    assert spoken("一个人,3号楼") is None
    assert spoken("幺三八") == "138"
    assert spoken("电话1380013800八") == "电话13800138008"  # the last one alone hides a number as well


@given(st.text(st.sampled_from("19一洞 -.·京\n"), max_size=6))
def test_a_numeral_is_spoken_before_a_digit_or_another_numeral_and_behind_two_digits(text: str) -> None:
    plain = f"[0-9]?[{NUMERALS}][0-9 \\-_.·/—]{{0,2}}[0-9{NUMERALS}]|[0-9]{{2}}[{NUMERALS}]"

    assert (spoken(text) is not None) == bool(re.search(plain, text))
