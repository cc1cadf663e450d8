"""Open windows are on the ledger, and what a stage keeps of them in memory is bounded."""

from __future__ import annotations

import pytest

from pipeline.bench import windows
from pipeline.bench.windows import BOUND_MB, measure


def test_many_open_windows_stay_within_the_bound() -> None:
    gained = measure(3_000, 1_000)

    assert gained.gained_mb < BOUND_MB
    assert (gained.groups, gained.heard) == (3_000, 1_000)


def test_the_rows_tell_windows_memory_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOWS", 1_000)

    rows = {row.name: row for row in windows.run(0, 5)}

    assert rows["windows"].ratio == 1_000
    assert rows["windows-memory"].ratio < BOUND_MB
    assert rows["windows-hit"].ratio > 0
