"""Open windows are on the ledger, and what a stage keeps of them in memory is bounded."""

from __future__ import annotations

from pipeline.bench.windows import BOUND_MB, measure


def test_many_open_windows_stay_within_the_bound() -> None:
    gained = measure(3_000, 1_000)

    assert gained.gained_mb < BOUND_MB
    assert (gained.groups, gained.heard) == (3_000, 1_000)
