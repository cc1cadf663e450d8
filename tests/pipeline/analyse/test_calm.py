from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.calm import Calm
from pipeline.analyse.peril import BITS, slots
from pipeline.errors import Misconfigured

SHIPPED = Calm.read()


def a_model(word: str, weight: int) -> Calm:
    weights = np.zeros(1 << BITS, np.int16)
    weights[slots([word])[1][0]] = weight
    return Calm(weights, floor=-5, loud=5)


def test_words_of_a_lesson_make_a_sentence_calm_and_words_of_danger_make_it_loud() -> None:
    assert a_model("口诀", -6).hears("煤气泄漏的口诀")
    assert not a_model("口诀", -6).hears("煤气泄漏")
    assert a_model("压着", 6).loud("有人被压着")
    assert not a_model("压着", 6).loud("路灯坏了")


@given(st.text(alphabet="有人掉进河里没上来今天天气很好。路灯坏了着火", max_size=90))
def test_nothing_is_calm_and_loud(text: str) -> None:
    assert not (SHIPPED.hears(text) and SHIPPED.loud(text))


def test_an_empty_text_is_neither() -> None:
    model = a_model("口诀", -6)
    assert not model.hears("")
    assert not model.loud("")


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        Calm.read(tmp_path)
