from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.bench import Row
from tests.pipeline.cli.terminal import Terminal


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Sequence[str], int]]:
    asked: list[tuple[Sequence[str], int]] = []

    def run(names: Sequence[str], rounds: int, **_: object) -> list[Row]:
        asked.append((names, rounds))
        return [Row("pipeline", 412.5, 400.0, 420.0, "naive", rounds)]

    monkeypatch.setattr("pipeline.cli.bench.run", run)
    return asked


def test_ratios_are_printed_for_people_and_machines(
    yuqing: Terminal, measured: list[tuple[Sequence[str], int]]
) -> None:
    (row,) = yuqing("bench", "pipeline", "--rounds", "2", "--format", "json").json
    assert row == {"name": "pipeline", "ratio": 412.5, "low": 400.0, "high": 420.0, "against": "naive", "rounds": 2}
    assert "412.50" in yuqing("bench").out
    assert measured == [(["pipeline"], 2), ([], 5)]
