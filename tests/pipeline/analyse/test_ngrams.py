from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.ngrams import BITS, LONGEST, REACH, grams, slots

TEXTS = st.text(st.sampled_from("满意不没未,。\n好吗😡\ud800"), max_size=20)


def slot(text: str, words: str) -> set[int]:
    """Return every slot of *words* where they stand first in *text*."""
    start = text.index(words)
    return {gram.slot for gram in grams(text) if (gram.start, gram.end) == (start, start + len(words))}


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_the_slots_of_a_text_do_not_depend_on_its_neighbours(texts: list[str]) -> None:
    found, counts = slots(texts)
    ends = counts.cumsum()

    for text, end, count in zip(texts, ends, counts, strict=True):
        assert found[end - count : end].tolist() == slots([text]).slots.tolist()


@given(TEXTS)
def test_every_gram_of_an_explanation_is_one_that_was_judged_by(text: str) -> None:
    judged = set(slots([text]).slots.tolist())

    for start, end, number in grams(text):
        assert 0 <= start < end <= len(text)
        assert number in judged
        assert number < 1 << BITS


def test_words_behind_a_negation_are_other_features_and_behind_two_again_others() -> None:
    plain, negated, twice = slot("满意", "满意"), slot("不满意", "满意"), slot("没有不满意", "满意")

    assert plain < negated  # what stands there is kept, and what is meant comes to it
    assert plain < twice
    assert negated != twice


def test_a_negation_reaches_to_the_end_of_its_clause_and_not_far() -> None:
    plain = slot("满意", "满意")

    assert slot("不来,满意", "满意") == plain
    assert slot(f"不{'好' * REACH}满意", "满意") == plain
    assert slot(f"不{'好' * (REACH - 2)}满意", "满意") != plain


def test_beginning_and_end_are_features() -> None:
    assert set(slots(["好"]).slots.tolist()) > {gram.slot for gram in grams("好")}
    assert slots([""]).counts.tolist()[0] > 0  # a model divides by their number


def test_a_text_is_judged_by_its_beginning() -> None:
    long = "好" * LONGEST

    assert slots([long]).slots.tolist() == slots([f"{long}不满意"]).slots.tolist()
    assert max(gram.end for gram in grams(f"{long}不满意")) == LONGEST
