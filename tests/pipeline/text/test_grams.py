"""A word is in a text exactly if its grams are in a row among the text's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.grams import grams, pattern, phrase, runs
from pipeline.text.normal import normal

SIGNS = st.sampled_from("停水电氣Ａa1９8号。， +\n😡_")  # few, so that words do recur
TEXTS = st.text(SIGNS, max_size=12)


def found_by_grams(words: str, text: str) -> bool:
    """Do what an engine's phrase query does."""
    asked = phrase(words)
    there = grams(text)
    if asked is None:
        return False
    *whole, last = asked.grams
    return any(
        there[at : at + len(whole)] == whole and (there[end].startswith(last) if asked.open else there[end] == last)
        for at, end in ((at, at + len(whole)) for at in range(len(there) - len(whole)))
    )


def test_grams_are_pairs_and_the_end_of_each_run() -> None:
    assert grams("待处理，G25") == ["待处", "处理", "理", "g2", "25", "5"]


def test_a_run_ends_at_punctuation_and_blanks_but_not_between_scripts() -> None:
    assert runs("K126+300处 塌方😡_（甲）") == ["k126", "300处", "塌方😡", "甲"]


def test_a_last_single_character_is_only_a_beginning() -> None:
    assert phrase("水") == (("水",), True)
    assert phrase("停水") == (("停水",), False)
    assert phrase("K126+3") == (("k1", "12", "26", "6", "3"), True)


def test_punctuation_alone_finds_nothing() -> None:
    assert phrase("。+ _") is None
    assert pattern("。+ _") is None


@given(text=TEXTS, start=st.integers(0, 11), length=st.integers(1, 12))
def test_whatever_is_cut_out_of_a_text_finds_it(text: str, start: int, length: int) -> None:
    words = text[start : start + length]

    assert found_by_grams(words, text) == bool(runs(words))


@given(words=TEXTS, text=TEXTS)
def test_the_pattern_marks_what_the_grams_find(words: str, text: str) -> None:
    marks = pattern(words)

    assert found_by_grams(words, text) == bool(marks and marks.search(normal(text)))


@given(text=TEXTS, words=st.text(st.sampled_from("停水电a1"), min_size=1, max_size=3))
def test_a_word_without_gaps_is_found_exactly_where_it_stands(text: str, words: str) -> None:
    assert found_by_grams(words, text) == (words in normal(text))
