from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.scoring import calibration_error, macro_f1, reliability_error

LABELS = st.sampled_from(["neg", "neu", "pos"])


def test_macro_f1_weighs_a_rare_label_as_much_as_a_frequent_one() -> None:
    truth = ["neg"] * 98 + ["pos"] * 2

    assert macro_f1(truth, ["neg"] * 100) == pytest.approx(0.4949, abs=1e-4)
    assert macro_f1(truth, truth) == 1.0


def test_a_label_that_never_occurs_costs_only_those_it_was_taken_for() -> None:
    assert macro_f1(["neg", "pos"], ["neg", "neu"]) == pytest.approx(0.5)


@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=20))
def test_a_score_lies_between_nothing_and_all_right(pairs: list[tuple[str, str]]) -> None:
    truth, told = [true for true, _ in pairs], [said for _, said in pairs]

    assert 0 <= macro_f1(truth, told) <= 1
    assert (macro_f1(truth, told) == 1) is (truth == told)


def test_a_model_that_is_always_sure_and_half_right_is_half_wrongly_calibrated() -> None:
    sure = np.array([[1.0, 0.0, 0.0]] * 4)

    assert calibration_error(sure, ["neg", "neg", "pos", "pos"]) == pytest.approx(0.5)
    assert calibration_error(sure, ["neg"] * 4) == pytest.approx(0.0)


def test_too_sure_in_one_place_is_not_made_good_by_too_modest_in_another() -> None:
    told = np.array([[0.9, 0.1, 0.0], [0.6, 0.4, 0.0]])

    assert calibration_error(told, ["pos", "neg"]) == pytest.approx((0.9 + 0.4) / 2)


def test_a_probability_is_reliable_where_things_happen_as_often_as_it_says() -> None:
    told = np.array([0.25] * 4 + [0.75] * 4)

    assert reliability_error(told, np.array([True, False, False, False, True, True, True, False])) == 0
    assert reliability_error(told, np.array([True] * 8)) == pytest.approx(0.5)
