from __future__ import annotations

import numpy as np
import pytest

from pipeline.analyse.classes import softmax
from pipeline.analyse.classfit import Columns, calibrated, fit, matrix, on_disk
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


def test_whole_numbers_say_nearly_what_the_columns_said() -> None:
    rng = np.random.default_rng(7)
    columns = Columns(rng.normal(0, 1, (5000, 3)), np.array([0.3, 0.1, -0.2]))
    rows = (rng.random((20, 5000)) < 0.02).astype(float)
    calibration = calibrated(columns.scores(rows), np.arange(20) % 3)
    whole, scale, bias = on_disk(columns, calibration)

    told = softmax(np.pad(rows @ whole.astype(float) * scale + bias, ((0, 0), (0, 1))))

    assert np.abs(told - calibration.probabilities(columns.scores(rows))).max() < 0.02
