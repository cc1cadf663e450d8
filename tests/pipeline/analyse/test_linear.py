from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.linear import CHUNK, Head, Linear, Panel
from pipeline.analyse.ngrams import BITS, grid

WEIGHTS = np.random.default_rng(1).integers(-32_000, 32_000, (1 << BITS, 2), np.int16)
MODEL = Linear("1", WEIGHTS, Head(1e-5, 0.1), Head(2e-5, -0.2))
OTHER = Linear("2", WEIGHTS[::-1], Head(2e-5, 0.3), Head(1e-5, 0.0))


def slowly(text: str, model: Linear = MODEL) -> list[float]:
    """Return the three probabilities, one weight after the other."""
    found = grid([text]).slots.ravel().tolist()
    odds = []
    for column, head in enumerate((model.polarity, model.neutrality)):
        total = sum(int(model.weights[number, column]) for number in found)
        odds.append(1 / (1 + np.exp(-(total / np.sqrt(len(found)) * head.scale + head.bias))))
    positive, neutral = odds
    return [(1 - neutral) * (1 - positive), neutral, (1 - neutral) * positive]


@given(st.lists(st.text("满意不没,停水😡", max_size=30), min_size=1, max_size=4))
def test_two_sums_in_one_are_the_two_sums(texts: list[str]) -> None:
    assert MODEL.probabilities(texts) == pytest.approx(np.array([slowly(text) for text in texts]))


@given(st.lists(st.tuples(st.text("满意不没,停水😡", max_size=30), st.booleans()), min_size=1, max_size=4))
def test_each_text_is_judged_by_the_model_that_was_asked(asked: list[tuple[str, bool]]) -> None:
    texts, which = [text for text, _ in asked], [flag for _, flag in asked]

    told = Panel([MODEL, OTHER]).probabilities(grid(texts), np.array(which, np.intp))

    assert told == pytest.approx(np.array([slowly(text, OTHER if flag else MODEL) for text, flag in asked]))


def test_a_batch_longer_than_a_chunk_keeps_its_order() -> None:
    texts = [f"停水{number}天" for number in range(CHUNK + 3)]

    assert MODEL.probabilities(texts)[-1].tolist() == MODEL.probabilities(texts[-1:])[0].tolist()


def test_the_heaviest_and_longest_text_does_not_spill_from_one_sum_into_the_other() -> None:
    text = "".join(chr(0x4E00 + number % 20_000) for number in range(10_000))
    for polarity, neutrality in ((-32_000, 32_000), (32_000, -32_000), (-32_000, -32_000)):
        heavy = np.empty((1 << BITS, 2), np.int16)
        heavy[:] = polarity, neutrality
        model = Linear("1", heavy, Head(1e-7, 0.0), Head(1e-7, 0.0))

        neg, neu, pos = model.probabilities([text])[0].tolist()

        assert (pos > neg) is (polarity > 0)
        assert (neu > 0.5) is (neutrality > 0)


def test_no_text_has_no_probability() -> None:
    assert MODEL.probabilities([]).shape == (0, 3)


def test_a_model_on_disk_is_the_one_that_was_written(tmp_path: Path) -> None:
    np.save(tmp_path / "weights.npy", WEIGHTS)

    read = Linear.read(tmp_path / "weights.npy", "1", MODEL.polarity, MODEL.neutrality)

    assert read.probabilities(["停水"]).tolist() == MODEL.probabilities(["停水"]).tolist()
