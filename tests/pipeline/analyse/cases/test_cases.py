from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from pipeline.analyse.analyst import Analyst
from pipeline.analyse.cases import cases, measure
from tests.build import a_post


def tiers(analyst: Analyst, texts: Sequence[str]) -> list[str]:
    docs = analyst.analyse([a_post(f"p{number}", text) for number, text in enumerate(texts)])
    return [doc.matter.harm if doc.matter else "" for doc in docs]


def test_the_cases_are_many_different_and_of_every_tier() -> None:
    told = cases()
    assert len({case.text for case in told}) == len(told) >= 300
    assert min(Counter(case.harm for case in told if case.held).values()) >= 10
    assert set(Counter(case.harm for case in told)) == {"H0", "H1", "H2", "H3"}


def test_a_judge_who_knows_is_perfect_and_one_who_always_cries_is_not() -> None:
    truth = {case.text: case.harm for case in cases()}
    assert set(measure(lambda texts: [truth[text] for text in texts]).values()) == {1.0}
    crying = measure(lambda texts: ["H3"] * len(texts))
    assert crying["harm.h3.recall"] == 1.0
    assert crying["harm.h3.precision"] < 0.5


@pytest.mark.parametrize(("held", "least"), [(True, (0.95, 0.90, 0.88)), (False, (0.97, 0.97, 0.95))])
def test_danger_is_heard_and_no_trap_is_taken_for_it(
    analyst: Analyst, held: bool, least: tuple[float, float, float]
) -> None:
    scores = measure(lambda texts: tiers(analyst, texts), held=held)
    assert all(score >= bound for score, bound in zip(scores.values(), least, strict=True)), scores
