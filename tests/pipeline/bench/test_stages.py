"""What ``docs/performance.md`` tells, asserted at about half, because nobody else is quiet while tests run."""

from __future__ import annotations

import pytest

from pipeline.bench.contest import measure
from pipeline.bench.stages import Copies, Feelings, Rules, Whole

# Counting lines would slow our side alone: most of the other is other people's code.
pytestmark = [pytest.mark.no_cover, pytest.mark.alone]


@pytest.mark.slow
def test_the_whole_way_is_hundreds_of_times_as_fast_as_the_usual_packages() -> None:
    assert measure(Whole(), 3).ratio > 200


@pytest.mark.slow
def test_feelings_are_found_thousands_of_times_as_fast() -> None:
    assert measure(Feelings(), 3).ratio > 3_000


@pytest.mark.slow
def test_the_automaton_finds_what_one_regular_expression_a_rule_finds() -> None:
    assert measure(Rules(), 3).ratio > 1_200  # the constructor compares the results


@pytest.mark.slow
def test_clusters_are_dozens_of_times_as_fast_as_datasketch() -> None:
    assert measure(Copies(), 3).ratio > 24
