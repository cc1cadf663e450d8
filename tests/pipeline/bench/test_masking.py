"""Masking is asserted at about half of what it reaches, because nobody else is quiet while tests run."""

from __future__ import annotations

import pytest

from pipeline.bench.contest import measure
from pipeline.bench.masking import Masking

pytestmark = [pytest.mark.no_cover, pytest.mark.alone]


def test_every_class_and_names_cost_a_small_part_of_expressions_and_a_tagger() -> None:
    assert measure(Masking(), 3).ratio > 100
