from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.analyse.peril import BITS, STRETCH, Peril, _stretches, heaviest, slots, window_sums
from pipeline.errors import Misconfigured
from tests.live import do_without

SHIPPED = Peril.read()
TEXTS = st.lists(st.text(alphabet="有人掉进河里没上来今天气很好。路灯坏了", max_size=90), min_size=1, max_size=6)


def a_peril(*dangerous: str, least: int = 10) -> Peril:
    weights = np.zeros(1 << BITS, np.int16)
    for word in dangerous:
        weights[slots([word])[1][0]] = 10
    return Peril(weights, least)


def test_the_stretch_that_tells_of_danger_is_found_at_the_end_of_a_long_text() -> None:
    text = "路灯" * 500 + "没气"
    (found,) = a_peril("没气").stretches([text])
    assert found
    assert found[0] <= len(text) - 2 < found[1]
    assert found[1] - found[0] <= STRETCH


def test_no_pair_reaches_from_one_text_into_the_next() -> None:
    assert a_peril("没气").stretches(["没", "气"]) == [None, None]


def test_what_stands_far_away_adds_nothing() -> None:
    assert a_peril("没气", "叫人", least=20).stretches(["没气" + "路" * STRETCH + "叫人"]) == [None]
    assert a_peril("没气", "叫人", least=20).stretches(["没气路叫人"]) == [(0, 5)]


@given(TEXTS)
def test_a_text_is_judged_alone_whatever_its_batch(texts: list[str]) -> None:
    assert SHIPPED.stretches(texts) == [SHIPPED.stretches([text])[0] for text in texts]


@given(TEXTS)
def test_sums_are_those_of_slow_adding(texts: list[str]) -> None:
    weights = np.arange(1 << BITS, dtype=np.int64) % 7 - 3
    weights[0] = 0
    sums, starts = window_sums(weights, texts)
    for text, start in zip(texts, starts.tolist(), strict=True):
        one, two = (row.tolist() for row in slots([text]))
        for place in range(len(text)):
            slowly = sum(
                int(weights[one[at]] + weights[two[at]]) for at in range(place, min(place + STRETCH, len(text)))
            )
            assert sums[start + place] == slowly


@given(TEXTS)
def test_the_heaviest_stretch_is_that_of_slow_looking(texts: list[str]) -> None:
    weights = np.arange(1 << BITS, dtype=np.int64) % 7 - 3
    weights[0] = 0
    sums, starts = heaviest(weights, texts)
    for text, start in zip(texts, starts.tolist(), strict=True):
        one, two = (weights[row].tolist() for row in slots([text]))
        for last in range(len(text)):
            slowly = [
                sum(one[first : last + 1]) + sum(two[first:last])
                for first in range(max(0, last + 1 - STRETCH), last + 1)
            ]
            assert sums[start + last] == max(slowly)


@given(st.text(alphabet="有人掉进河里没上来", min_size=1, max_size=30), TEXTS)
def test_what_is_written_before_or_after_silences_no_danger(danger: str, around: list[str]) -> None:
    before, after = around[0], around[-1]
    weights = np.arange(1 << BITS, dtype=np.int64) % 7 - 3
    alone, _ = heaviest(weights, [danger])
    longer, _ = heaviest(weights, [before + danger + after])
    assert longer.max() >= alone[: len(danger)].max()


def test_danger_without_a_word_for_it_is_heard_and_a_nice_day_is_not() -> None:
    assert SHIPPED.stretches(["里面的人敲着玻璃喊水已经到脖子了"])[0]
    assert SHIPPED.stretches(["今天天气不错去公园走走", ""]) == [None, None]


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        Peril.read(tmp_path)


WEIGHTS = np.random.default_rng(4).integers(-9_000, 9_000, 1 << BITS, np.int16)
HOSTILE = st.text(st.sampled_from("没气了煤气\n a\x00\ud800\U00020000😀"), max_size=90) | st.text(max_size=20)


def compiled() -> Any:
    try:
        from pipeline.analyse import _peril
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _peril


@given(st.lists(HOSTILE, min_size=1, max_size=5), st.integers(-30_000, 300_000))
@example(["没气" * 20_000, ""], 0)
@example(["".join(map(chr, range(0x4E00, 0x4E00 + length))) for length in (62, 63, 64, 65, 127, 128, 200)], -30_000)
def test_c_and_numpy_hear_the_same(texts: list[str], least: int) -> None:
    assert compiled().stretches(texts, WEIGHTS, BITS, least, STRETCH) == _stretches(texts, WEIGHTS, least)


def test_what_is_no_text_and_no_table_of_weights_is_refused_by_c() -> None:
    wrong: Any
    for wrong in (
        (("x",), WEIGHTS, BITS, 1, STRETCH), ([b"x"], WEIGHTS, BITS, 1, STRETCH), (["x"], None, BITS, 1, STRETCH),
        (["x"], WEIGHTS, BITS + 1, 1, STRETCH), (["x"], WEIGHTS, 31, 1, STRETCH), (["x"], WEIGHTS, 0, 1, STRETCH),
        (["x"], WEIGHTS.astype(np.int32), BITS, 1, STRETCH), (["x"], WEIGHTS[::-1], BITS, 1, STRETCH),
        (["x"], WEIGHTS, BITS, 1, 0), (["x"], WEIGHTS, BITS, 1, 256), (["x"], WEIGHTS, BITS, 1 << 70, STRETCH),
    ):  # fmt: skip
        with pytest.raises((TypeError, ValueError, BufferError, OverflowError)):
            compiled().stretches(*wrong)
