from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.numerals import arabic


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("二〇二六年十一月二十四日", "2026年11月24日"),
        ("二零二六年三月十日", "2026年3月10日"),
        ("十点三十分", "10点30分"),
        ("两小时前", "2小时前"),
        ("二十 分钟前", "20 分钟前"),
        ("周一", "周一"),  # names of days are no numbers
        ("上周五十点", "上周五10点"),
    ],
)
def test_numerals_before_a_unit_are_read_as_digits(words: str, read: str) -> None:
    assert arabic(words) == read


@pytest.mark.parametrize("words", ["二十十日", "十十天", "二三十天", "十二三天"])
def test_what_is_no_number_is_left_as_it_is(words: str) -> None:
    assert arabic(words) == words


@given(st.integers(0, 99))
def test_every_number_that_a_clock_or_calendar_shows_is_read(number: int) -> None:
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    said = digits[ones] if number < 10 else (digits[tens] if tens > 1 else "") + "十" + (digits[ones] if ones else "")

    assert arabic(f"{said}分") == f"{number}分"


@given(st.text(st.sampled_from("〇零○一二十两年月日点 x"), max_size=12))
def test_no_row_of_numerals_raises(words: str) -> None:
    assert arabic(arabic(words)) == arabic(words)
