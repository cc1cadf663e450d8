"""What the masker finds of thousands of invented things, in all the ways people write them."""

from __future__ import annotations

import pytest

from pipeline.privacy import Masker
from pipeline.privacy.invented import NAMES, NUMBERS, STAYS, Case, cases
from pipeline.privacy.proof import proof, scores

MASKER = Masker()
LEAST = {"CN_ID_SUSPECT": 0.95}  # one in a hundred is an organisation's code as well


@pytest.mark.parametrize("seed", [11, 12])
def test_of_numbers_and_places_hardly_one_is_missed_and_none_is_made_up(seed: int) -> None:
    every = [case for template in NUMBERS for case in cases(template, 25, seed)]

    for score in scores(MASKER, every):
        assert score.recall >= LEAST.get(score.name, 0.995), score
        assert score.precision >= 0.995, score


@pytest.mark.parametrize("template", STAYS)
def test_what_belongs_to_nobody_stays(template: str) -> None:
    for case in cases(template, 20, 11):
        assert MASKER.mask("", case.text).text == case.text


@pytest.mark.parametrize("seed", [11, 12])
def test_of_names_in_every_place_of_a_sentence_few_are_missed(seed: int) -> None:
    every = [case for template in NAMES for case in cases(template, 20, seed)]

    for score in scores(MASKER, every):
        assert score.recall >= 0.97, score
        assert score.precision >= 0.99, score


def test_the_rows_that_are_shown_reach_their_goals() -> None:
    rows = dict(proof(MASKER, count=5))

    assert rows == dict(proof(MASKER, count=5))
    assert min(rows["privacy.checksum.recall"], rows["privacy.checksum.precision"], rows["privacy.mobile.f1"]) >= 0.995
    assert rows["privacy.names.recall"] >= 0.95
    assert rows["privacy.names.precision"] >= 0.98


def test_only_the_very_stretch_counts_as_right() -> None:
    text = "打13800138000或13900139000"
    half = Case(text, ((1, 12, "CN_MOBILE"), (13, 20, "CN_MOBILE")))

    assert scores(MASKER, [half]) == [("CN_MOBILE", 0.5, 0.5, 2)]
