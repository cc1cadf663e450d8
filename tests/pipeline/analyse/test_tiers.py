from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.tiers import LONGEST, TIERS, Tiers, close_slots, odds, quick_slots
from pipeline.errors import Misconfigured

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
    assert SHIPPED.quickly(["着火了" * LONGEST]) == [[0.0] * len(TIERS)]


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
