from __future__ import annotations

from itertools import islice, takewhile

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.ngrams import BITS, LONGEST, REACH, WIDTH, Codes, grams, grid, slots

TEXTS = st.text(st.sampled_from("满意不没未,。\n好吗😡\ud800"), max_size=20)


def slot(text: str, words: str) -> set[int]:
    """Return every slot of *words* where they stand first in *text*."""
    start = text.index(words)
    return {gram.slot for gram in grams(text) if (gram.start, gram.end) == (start, start + len(words))}


def slot_of(character: str, times: int) -> int:
    """Return the slot of a character that so many negations reach."""
    [found] = [gram.slot for gram in grams("不" * times + character) if (gram.start, gram.end) == (times, times + 1)]
    return found


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_the_slots_of_a_text_do_not_depend_on_its_neighbours(texts: list[str]) -> None:
    found, counts = grid(texts)
    ends = counts.cumsum()

    assert found.shape == (WIDTH, counts.sum())
    for text, end, count in zip(texts, ends, counts, strict=True):
        assert found[:, end - count : end].tolist() == grid([text]).slots.tolist()


@given(st.lists(TEXTS, max_size=6))
def test_sums_are_those_of_each_slot_by_itself(texts: list[str]) -> None:
    table = np.random.default_rng(2).integers(-9, 9, (1 << BITS, 2), np.int32)

    for found, alone in ((grid(texts), grid), (slots(texts), slots)):
        told = np.add.reduceat(found.at_places(table), found.starts)

        assert told.tolist() == [table[alone([text]).slots.ravel()].sum(axis=0).tolist() for text in texts]


@given(TEXTS)
def test_every_gram_of_an_explanation_is_one_that_was_judged_by(text: str) -> None:
    judged = set(grid([text]).slots.ravel().tolist())

    for start, end, number in grams(text):
        assert 0 <= start < end <= len(text)
        assert number in judged
        assert number < 1 << BITS


def test_words_behind_a_negation_are_other_features_and_behind_two_again_others() -> None:
    plain, negated, twice = slot("满意", "满意"), slot("不满意", "满意"), slot("没有不满意", "满意")

    assert plain < negated  # what stands there is kept, and what is meant comes to it
    assert plain < twice
    assert negated != twice


@given(TEXTS)
def test_what_a_negation_reaches_is_found_as_one_would_by_hand(text: str) -> None:
    times = [0] * len(text)
    for place, character in enumerate(text):
        if character in "不没未无":
            clause = takewhile(
                lambda behind: text[behind] not in "，。！？；：、,.!?;:…~～ \n\r", range(place + 1, len(text))
            )
            for behind in islice(clause, REACH):
                times[behind] += 1

    singles = {gram.start: gram.slot for gram in grams(text) if gram.end == gram.start + 1}

    assert {place: singles[place] for place in singles} == {
        place: slot_of(text[place], min(times[place], 2)) for place in singles
    }


def test_a_negation_reaches_to_the_end_of_its_clause_and_not_far() -> None:
    plain = slot("满意", "满意")

    assert slot("不来,满意", "满意") == plain
    assert slot(f"不{'好' * REACH}满意", "满意") == plain
    assert slot(f"不{'好' * (REACH - 2)}满意", "满意") != plain


def test_beginning_and_end_are_features() -> None:
    assert set(grid(["好"]).slots.ravel().tolist()) > {gram.slot for gram in grams("好")}
    assert grid([""]).counts.tolist()[0] > 0  # a model divides by their number


def test_a_text_is_judged_by_its_beginning() -> None:
    long = "好" * LONGEST

    assert grid([long]).slots.tolist() == grid([f"{long}不满意"]).slots.tolist()
    assert max(gram.end for gram in grams(f"{long}不满意")) == LONGEST


@given(st.lists(TEXTS, max_size=6))
def test_distinct_slots_are_those_of_the_grid_once(texts: list[str]) -> None:
    found, counts = slots(texts)

    apart = np.split(found, np.cumsum(counts)[:-1]) if texts else []

    assert [one.tolist() for one in apart] == [sorted({*grid([text]).slots.ravel().tolist()}) for text in texts]


@given(st.lists(TEXTS, max_size=6))
def test_a_bit_more_tells_apart_what_shared_a_slot_and_nothing_else(texts: list[str]) -> None:
    more = BITS + 1

    assert (grid(texts, more).slots >> 1).tolist() == grid(texts).slots.tolist()
    assert [sorted({*(alone >> 1).tolist()}) for alone in _apart(texts, more)] == [
        alone.tolist() for alone in _apart(texts, BITS)
    ]
    for text in texts:
        assert [gram.slot >> 1 for gram in grams(text, more)] == [gram.slot for gram in grams(text)]


def _apart(texts: list[str], bits: int) -> list[Codes]:
    found, counts = slots(texts, bits)
    return np.split(found, np.cumsum(counts)[:-1]) if texts else []
