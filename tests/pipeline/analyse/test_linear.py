from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.linear import LARGEST, Head, Linear, verdicts
from pipeline.analyse.ngrams import BITS, grid

WEIGHTS = np.random.default_rng(1).integers(-LARGEST, LARGEST, (1 << BITS, 2), np.int8)
MODEL = Linear("1", WEIGHTS, Head(1e-3, 0.1), Head(2e-3, -0.2))


def slowly(text: str) -> list[float]:
    """Return the three probabilities, one weight after the other."""
    found = sorted(set(grid([text]).slots.ravel().tolist()))
    odds = []
    for column, head in enumerate((MODEL.polarity, MODEL.neutrality)):
        total = sum(int(MODEL.weights[number, column]) for number in found)
        odds.append(total / np.sqrt(len(found)) * head.scale + head.bias)
    leaning, sobriety = odds
    likely = [np.exp(-leaning / 2), np.exp(sobriety), np.exp(leaning / 2)]
    return [one / sum(likely) for one in likely]


@given(st.lists(st.text("满意不没,停水😡", max_size=30), min_size=1, max_size=4))
def test_two_sums_in_one_are_the_two_sums(texts: list[str]) -> None:
    assert MODEL.probabilities(texts) == pytest.approx(np.array([slowly(text) for text in texts]))


def test_of_what_is_no_praise_the_second_question_asks_whether_it_is_neutral() -> None:
    leaning, sobriety = np.log([[1 / 3, 1e9], [1.0, 1e9]])

    told = verdicts(leaning, sobriety, praise_first=True)

    assert told == pytest.approx(np.array([[0.375, 0.375, 0.25], [0.0, 0.0, 1.0]]), abs=1e-6)


def test_asked_at_once_neutral_stands_against_the_middle_of_both_sides() -> None:
    leaning, sobriety = np.array([0.0, np.log(4.0), 800.0]), np.array([0.0, np.log(2.5), -800.0])

    told = verdicts(leaning, sobriety, praise_first=False)

    assert told == pytest.approx(np.array([[1 / 3, 1 / 3, 1 / 3], [0.1, 0.5, 0.4], [0.0, 0.0, 1.0]]))


def test_a_word_that_comes_again_is_heard_once() -> None:
    once, again = MODEL.probabilities(["停" * 4, "停" * 9]).tolist()

    assert once == again


def test_a_long_batch_keeps_its_order() -> None:
    texts = [f"停水{number}天" for number in range(300)]

    assert MODEL.probabilities(texts)[-1].tolist() == MODEL.probabilities(texts[-1:])[0].tolist()


def test_the_heaviest_and_longest_text_does_not_spill_from_one_sum_into_the_other() -> None:
    text = "".join(chr(0x4E00 + number % 20_000) for number in range(10_000))
    for polarity, neutrality in ((-LARGEST, LARGEST), (LARGEST, -LARGEST), (-LARGEST, -LARGEST)):
        heavy = np.empty((1 << BITS, 2), np.int8)
        heavy[:] = polarity, neutrality
        model = Linear("1", heavy, Head(1e-4, 0.0), Head(1e-4, 0.0))

        neg, neu, pos = model.probabilities([text])[0].tolist()

        assert (pos > neg) is (polarity > 0)
        assert (neu > 0.5) is (neutrality > 0)


def test_a_table_of_more_slots_is_read_by_more_bits() -> None:
    texts = ["满意", "不满意，停水了", ""]
    small = MODEL

    large = replace(small, weights=np.repeat(WEIGHTS, 2, axis=0))

    assert (small.bits, large.bits) == (BITS, BITS + 1)
    few = [text for text in texts if small.grams_of(text) == large.grams_of(text)]  # none of whose slots were shared
    assert "满意" in few
    assert large.probabilities(few) == pytest.approx(small.probabilities(few))


def test_no_text_has_no_probability() -> None:
    assert MODEL.probabilities([]).shape == (0, 3)
