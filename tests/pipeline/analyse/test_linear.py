from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.linear import LARGEST, Head, Linear, chained
from pipeline.analyse.ngrams import BITS, grid

WEIGHTS = np.random.default_rng(1).integers(-LARGEST, LARGEST, (1 << BITS, 2), np.int16)
MODEL = Linear("1", WEIGHTS, Head(1e-5, 0.1), Head(2e-5, -0.2))


def slowly(text: str) -> list[float]:
    """Return the three probabilities, one weight after the other."""
    found = grid([text]).slots.ravel().tolist()
    odds = []
    for column, head in enumerate((MODEL.polarity, MODEL.neutrality)):
        total = sum(int(MODEL.weights[number, column]) for number in found)
        odds.append(1 / (1 + np.exp(-(total / np.sqrt(len(found)) * head.scale + head.bias))))
    positive, neutral = odds
    return [(1 - neutral) * (1 - positive), neutral, (1 - neutral) * positive]


@given(st.lists(st.text("满意不没,停水😡", max_size=30), min_size=1, max_size=4))
def test_two_sums_in_one_are_the_two_sums(texts: list[str]) -> None:
    assert MODEL.probabilities(texts) == pytest.approx(np.array([slowly(text) for text in texts]))


@pytest.mark.parametrize("praise_first", [False, True])
def test_the_second_question_is_asked_of_what_the_first_leaves(praise_first: bool) -> None:
    positive, neutral = np.array([0.25, 1.0]), np.array([0.5, 1.0])

    told = chained(positive, neutral, praise_first=praise_first)

    assert told.sum(axis=1).tolist() == [1.0, 1.0]
    assert told[1].tolist() == ([0.0, 0.0, 1.0] if praise_first else [0.0, 1.0, 0.0])
    assert told[0].tolist() == ([0.375, 0.375, 0.25] if praise_first else [0.375, 0.5, 0.125])


def test_a_model_of_distinct_slots_hears_a_word_once() -> None:
    few, many = "停" * 4, "停" * 9

    once, again = replace(MODEL, distinct=True).probabilities([few, many]).tolist()
    heard, heard_again = MODEL.probabilities([few, many]).tolist()

    assert once == again
    assert heard != heard_again


def test_a_long_batch_keeps_its_order() -> None:
    texts = [f"停水{number}天" for number in range(300)]

    assert MODEL.probabilities(texts)[-1].tolist() == MODEL.probabilities(texts[-1:])[0].tolist()


def test_the_heaviest_and_longest_text_does_not_spill_from_one_sum_into_the_other() -> None:
    text = "".join(chr(0x4E00 + number % 20_000) for number in range(10_000))
    for polarity, neutrality in ((-LARGEST, LARGEST), (LARGEST, -LARGEST), (-LARGEST, -LARGEST)):
        heavy = np.empty((1 << BITS, 2), np.int16)
        heavy[:] = polarity, neutrality
        model = Linear("1", heavy, Head(1e-7, 0.0), Head(1e-7, 0.0))

        neg, neu, pos = model.probabilities([text])[0].tolist()

        assert (pos > neg) is (polarity > 0)
        assert (neu > 0.5) is (neutrality > 0)


@pytest.mark.parametrize("distinct", [False, True])
def test_a_table_of_more_slots_is_read_by_more_bits(distinct: bool) -> None:
    texts = ["满意", "不满意，停水了", ""]
    small = replace(MODEL, distinct=distinct)

    large = replace(small, weights=np.repeat(WEIGHTS, 2, axis=0))

    assert (small.bits, large.bits) == (BITS, BITS + 1)
    few = [text for text in texts if small.grams_of(text) == large.grams_of(text)]  # none of whose slots were shared
    assert "满意" in few
    assert large.probabilities(few) == pytest.approx(small.probabilities(few))


def test_no_text_has_no_probability() -> None:
    assert MODEL.probabilities([]).shape == (0, 3)
