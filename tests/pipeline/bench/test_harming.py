from __future__ import annotations

from pathlib import Path

from pipeline.bench import harming
from pipeline.bench.marks import MARKS


def test_every_mark_of_harm_is_measured_without_data_and_reached(tmp_path: Path) -> None:
    values = harming.told(tmp_path, lambda words: None)

    marks = [mark for mark in MARKS if mark.figure.startswith("harm.")]
    assert marks
    assert all(mark.reached(values[mark.figure], mark.least) for mark in marks), values
