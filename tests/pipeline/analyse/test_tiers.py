from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.analyse import tiers
from pipeline.analyse.tiers import LONGEST, QUICK_BITS, TIERS, Tiers, close_slots, odds, quick_slots
from pipeline.errors import Misconfigured
from tests.live import do_without

SHIPPED = Tiers.read()
LETTERS = "有人掉进河里没上来。今天天气很好！路灯坏了？着火😡𠮷"
TEXTS = st.lists(st.text(alphabet=LETTERS, max_size=200), min_size=1, max_size=6)


@given(TEXTS)
def test_a_text_weighs_the_same_in_any_batch(texts: list[str]) -> None:
    assert SHIPPED.quickly(texts) == [SHIPPED.quickly([text])[0] for text in texts]


@given(st.text(alphabet=LETTERS, max_size=60))
def test_signs_at_either_end_weigh_nothing(text: str) -> None:
    if text.strip("。!"):
        assert SHIPPED.quickly([f"。{text}!!"]) == SHIPPED.quickly([text])
        assert SHIPPED.closely(f"。{text}!!") == SHIPPED.closely(text)


def test_a_long_text_is_not_weighed_as_one() -> None:
    assert SHIPPED.quickly(["着火了" * LONGEST]) == [(0.0,) * len(TIERS)]


def test_danger_outweighs_a_broken_lamp() -> None:
    danger, lamp = "隔壁着火了，楼上有人没跑出来，浓烟很大", "路灯坏了半年没人修"
    assert odds(SHIPPED.closely(danger)) > 0 > odds(SHIPPED.closely(lamp))
    quick_danger, quick_lamp = SHIPPED.quickly([danger, lamp])
    assert SHIPPED.sound_dangerous(quick_danger)
    assert odds(quick_danger) > odds(quick_lamp)


def test_odds_are_the_last_against_all_others_together() -> None:
    assert odds([0.0, 0.0, 0.0, 0.0]) == pytest.approx(-np.log(3))
    assert odds([-50.0, -50.0, 0.0, 2.0]) == pytest.approx(2.0)


def test_no_pair_reaches_over_a_sign_or_into_the_next_text() -> None:
    slots, bounds = quick_slots(["没", "气"])
    assert bounds.tolist() == [0, 4, 8]
    assert (slots > 0).sum() == 2
    assert len(close_slots("没。气")) < len(close_slots("没气"))


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        Tiers.read(tmp_path)


TABLE = np.random.default_rng(4).integers(-9_000, 9_000, (1 << QUICK_BITS, 4), np.int16)
SIGNS = "。!;\n"
UNIT = 2.82224e-05
HOSTILE = st.text(st.sampled_from("着火了煤气。!;\n a\x00\ud800\U00020000😀"), max_size=40) | st.text(max_size=20)


def compiled() -> Any:
    try:
        from pipeline.analyse import _tiers
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _tiers


@given(st.lists(HOSTILE, max_size=5), st.integers(0, 45))
def test_c_and_numpy_look_quickly_at_the_same(texts: list[str], longest: int) -> None:
    told = compiled().each(texts, TABLE, UNIT, QUICK_BITS, SIGNS, longest)

    with patch("pipeline.analyse.tiers._tiers", None), patch("pipeline.analyse.tiers.LONGEST", longest):
        assert told == tiers._each(texts, TABLE, UNIT)


@given(HOSTILE, HOSTILE)
@example("着火" * 20_000, "")
def test_c_and_numpy_look_closely_at_the_same(plain: str, folded: str) -> None:
    told = compiled().once(plain, folded, TABLE, UNIT, QUICK_BITS, SIGNS)

    with patch("pipeline.analyse.tiers._tiers", None), patch("pipeline.analyse.tiers.CLOSE_BITS", QUICK_BITS):
        assert told == tiers._once(plain, folded, TABLE, UNIT)


def test_what_is_no_text_and_no_table_is_refused_by_c() -> None:
    wrong: Any
    for wrong in (
        (["x"], TABLE, 1.0, QUICK_BITS + 1, SIGNS, 9), (["x"], TABLE, 1.0, 0, SIGNS, 9), (["x"], TABLE, 1.0, 31, SIGNS, 9),
        (["x"], TABLE.astype(np.int32), 1.0, QUICK_BITS, SIGNS, 9), (["x"], TABLE[:, 0].copy(), 1.0, QUICK_BITS, SIGNS, 9),
        (["x"], TABLE[:, ::-1], 1.0, QUICK_BITS, SIGNS, 9), (["x"], np.zeros((1 << QUICK_BITS, 9), np.int16), 1.0, QUICK_BITS, SIGNS, 9),
        ([b"x"], TABLE, 1.0, QUICK_BITS, SIGNS, 9), (["x"], TABLE, None, QUICK_BITS, SIGNS, 9), (("x",), TABLE, 1.0, QUICK_BITS, SIGNS, 9), (["x"], TABLE, 1.0, QUICK_BITS, None, 9),
    ):  # fmt: skip
        with pytest.raises((TypeError, ValueError, BufferError)):
            compiled().each(*wrong)
    for wrong in (
        (b"x", "", TABLE, 1.0, QUICK_BITS, SIGNS),
        ("", "", TABLE, "1", QUICK_BITS, SIGNS),
        ("", "", TABLE, 1.0, QUICK_BITS - 1, SIGNS),
        ("", "", None, 1.0, QUICK_BITS, SIGNS),
    ):
        with pytest.raises((TypeError, ValueError, BufferError)):
            compiled().once(*wrong)
