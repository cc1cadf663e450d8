from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from pipeline.analyse.fitting import Column, Manner, Matrix, calibrated, calibrated_at_once, fit, on_disk
from pipeline.analyse.fitting import matrix as read_matrix
from pipeline.analyse.linear import Head, Linear, verdicts
from pipeline.analyse.ngrams import BITS

pytest.importorskip("sklearn")


def matrix(texts: Sequence[str]) -> Matrix:
    return read_matrix(texts, distinct=False)


GOOD = [f"{who}{what}" for who in ("物业", "师傅", "窗口", "老师") for what in ("很满意", "真好", "点赞")]
BAD = [f"{who}{what}" for who in ("物业", "师傅", "窗口", "老师") for what in ("没人管", "太差", "推诿")]
TRUTH = np.array([True] * len(GOOD) + [False] * len(BAD))


def test_a_column_tells_what_it_was_shown_from_its_opposite() -> None:
    column = fit(matrix(GOOD + BAD), TRUTH, np.ones(len(TRUTH)))

    assert ((column.scores(matrix(GOOD + BAD)) > 0) == TRUTH).all()
    assert column.scores(matrix(["保洁很满意"]))[0] > 0 > column.scores(matrix(["保洁太差"]))[0]


def test_what_has_no_importance_teaches_nothing() -> None:
    lies = [*GOOD, *BAD, *GOOD]
    truth = np.concatenate([TRUTH, np.zeros(len(GOOD), bool)])
    importance = np.concatenate([np.ones(len(TRUTH)), np.zeros(len(GOOD))])

    honest, taught = fit(matrix(GOOD + BAD), TRUTH, np.ones(len(TRUTH))), fit(matrix(lies), truth, importance)

    assert taught.weights == pytest.approx(honest.weights)


def test_a_stronger_fit_is_surer_and_a_stretched_one_leans_less_on_what_both_sides_say() -> None:
    truth = TRUTH[:-2]
    rows, importance = matrix([*GOOD, *BAD[:-2]]), np.ones(len(truth))
    both = np.intersect1d(rows[truth].indices, rows[~truth].indices)

    weak, strong, even = (fit(rows, truth, importance, Manner(*how)) for how in ((0.1, 1.0), (1.0, 1.0), (1.0, 0.0)))
    leaning = [np.abs(column.weights[both]).sum() / np.abs(column.weights).sum() for column in (strong, even)]

    assert np.abs(strong.scores(rows)).mean() > np.abs(weak.scores(rows)).mean()
    assert leaning[0] < leaning[1]


def test_every_text_weighs_about_the_same_however_long_it_is() -> None:
    rows = matrix(["停", "请问这里停水后何时才能恢复供应"])

    assert np.asarray(rows.multiply(rows).sum(axis=1)).ravel() == pytest.approx([1.0, 1.0], abs=0.3)


def test_a_distinct_matrix_has_one_length_for_every_text() -> None:
    rows = read_matrix(["停", "停水了怎么办" * 50], distinct=True)

    assert np.asarray(rows.multiply(rows).sum(axis=1)).ravel() == pytest.approx([1.0, 1.0], rel=1e-5)


def test_calibrating_brings_scores_to_how_often_they_are_right() -> None:
    scores = np.array([-1.0] * 10 + [1.0] * 10)
    truth = np.array(([True] * 2 + [False] * 8) + ([True] * 8 + [False] * 2))

    head = calibrated(scores, truth)

    assert 1 / (1 + np.exp(-(head.scale + head.bias))) == pytest.approx(0.8, abs=0.01)


def test_cases_of_one_kind_calibrate_nothing() -> None:
    assert calibrated(np.array([0.3, 0.9]), np.array([True, True])) == Head(1.0, 0.0)


def test_both_questions_are_calibrated_at_once() -> None:
    rng = np.random.default_rng(3)
    leaning, sobriety = rng.normal(0, 3, (2, 6000))
    likely = verdicts(leaning, sobriety - 0.5, praise_first=False)
    truth = np.array([rng.choice(3, p=row) for row in likely])

    polarity, neutrality = calibrated_at_once(leaning / 4, sobriety * 2, truth)

    assert polarity.scale == pytest.approx(4, rel=0.1)
    assert neutrality.scale == pytest.approx(0.5, rel=0.1)
    assert [polarity.bias, neutrality.bias] == pytest.approx([0, -0.5], abs=0.15)


def test_whole_numbers_on_disk_say_nearly_what_the_column_said() -> None:
    column = Column(np.random.default_rng(1).normal(size=1 << BITS), 0.3)
    head = Head(2.0, -0.1)
    whole, disk = on_disk(column, head)

    told = Linear("1", np.stack([whole, whole], axis=1), disk, disk, praise_first=True).probabilities(GOOD)[:, 2]

    odds = column.scores(read_matrix(GOOD, distinct=True)) * head.scale + head.bias
    assert told == pytest.approx(1 / (1 + np.exp(-odds)), abs=0.01)
