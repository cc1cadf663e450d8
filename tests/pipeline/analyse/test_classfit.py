from __future__ import annotations

import numpy as np
import pytest

from pipeline.analyse.classes import softmax
from pipeline.analyse.classfit import Columns, calibrated, directions, fit, matrix, on_disk, together
from pipeline.analyse.fitting import Column
from pipeline.analyse.ngrams import BITS

TEXTS = [f"{who}的{what}" for what in ("水管", "路灯") for who in "东西南北上下"]
TRUTH = np.repeat([0, 1], 6)


def test_two_classes_are_told_apart_by_a_column_each() -> None:
    rows = matrix(TEXTS, counted=True)
    found = fit(rows, TRUTH, 2)

    assert found.weights.shape == (1 << BITS, 2)
    assert (found.scores(rows).argmax(axis=1) == TRUTH).all()


def test_a_row_does_not_depend_on_the_rows_beside_it() -> None:
    alone, among = matrix(TEXTS[3:4], counted=True), matrix(TEXTS, counted=True)[3]

    assert (alone != among).nnz == 0


def test_calibration_finds_the_scale_that_scores_were_shrunk_by() -> None:
    rng = np.random.default_rng(7)
    odds = rng.normal(0, 2, (4000, 3))
    truth = np.array([rng.choice(3, p=row) for row in softmax(odds)])

    found = calibrated(odds / 5, truth)

    assert found.scale == pytest.approx(5, rel=0.15)
    assert found.bias == pytest.approx([0, 0, 0], abs=0.2)


def test_biases_stay_only_where_they_get_more_right() -> None:
    truth = np.repeat([0, 1, 1], 30)
    scores = np.repeat([[0.3, 0.0], [0.0, 0.3], [0.0, 0.1]], 30, axis=0)
    shifted = scores + np.array([0.2, 0.0])

    assert calibrated(scores, truth).bias.tolist() == [0.0, 0.0]
    assert (calibrated(shifted, truth).probabilities(shifted).argmax(axis=1) == truth).all()


def test_parts_speak_together_as_loud_as_they_are_worth() -> None:
    rows = np.array([[1.0, 0.0], [0.0, 1.0]])
    low, high = Column(np.array([1.0, -1.0]), 0.0), Column(np.array([-10.0, 10.0]), 5.0)

    assert together([low, high], rows).intercept == pytest.approx(0.5)
    assert together([low, high], rows).weights == pytest.approx([0.0, 0.0])
    assert together([low, high], rows, (1.0, 3.0)).weights == pytest.approx([-2.0, 2.0])


def test_what_another_question_taught_helps_where_texts_are_few() -> None:
    many = [f"{who}的{what}{how}" for what in ("水管", "路灯") for who in "东西南北上下" for how in ("坏了", "很好")]
    known = matrix(many, counted=True)
    company = directions(fit(known, np.repeat([0, 1], 12), 2), known)
    few, truth = matrix(["东门水管", "西门路灯"] * 2, counted=True), np.array([0, 1] * 2)
    unseen = matrix(["水压", "灯柱"], counted=True)

    alone, helped = fit(few, truth, 2), fit(few, truth, 2, company)
    margins = [np.diff(one.scores(unseen))[:, 0] * [-1, 1] for one in (alone, helped)]

    assert company.shape == (1 << BITS, 2)
    assert np.square(known @ company).sum(axis=1).mean() == pytest.approx(1.0, rel=1e-4)
    assert (helped.scores(matrix(many, counted=True)).argmax(axis=1) == np.repeat([0, 1], 12)).all()
    assert margins[1].min() > 0


@pytest.mark.parametrize("evenly", [False, True])
def test_rows_of_more_importance_are_erred_on_less(evenly: bool) -> None:
    rows = matrix([*TEXTS, *TEXTS[3:9]], counted=True)
    truth = np.concatenate([TRUTH, 1 - TRUTH[3:9]])  # the last six are lies

    believed = []
    for lies in (0.1, 10.0):
        columns = fit(rows, truth, 2, importance=np.repeat([1.0, lies], [12, 6]), evenly=evenly)
        believed.append(columns.scores(rows[12:])[np.arange(6), truth[12:]])

    assert (believed[0] < believed[1]).all()


def test_whole_numbers_say_nearly_what_the_columns_said() -> None:
    rng = np.random.default_rng(7)
    columns = Columns(rng.normal(0, 1, (5000, 3)), np.array([0.3, 0.1, -0.2]))
    rows = (rng.random((20, 5000)) < 0.02).astype(float)
    calibration = calibrated(columns.scores(rows), np.arange(20) % 3)
    whole, scale, bias = on_disk(columns, calibration)

    told = softmax(np.pad(rows @ whole.astype(float) * scale + bias, ((0, 0), (0, 1))))

    assert np.abs(told - calibration.probabilities(columns.scores(rows))).max() < 0.02
