"""Masking is asserted at about half of what it reaches, because nobody else is quiet while tests run."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.bench.contest import measure
from pipeline.bench.marks import MARKS
from pipeline.bench.masking import Masking, masked_rows

pytestmark = [pytest.mark.no_cover, pytest.mark.alone]


def test_every_class_and_names_cost_a_small_part_of_expressions_and_a_tagger() -> None:
    assert measure(Masking(), 3).ratio > 45


def test_every_mark_of_privacy_is_measured_without_data(tmp_path: Path) -> None:
    marks = {mark.figure for mark in MARKS if mark.figure.startswith("privacy.")}

    assert marks <= masked_rows(tmp_path, lambda words: None).keys()
