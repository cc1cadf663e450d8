from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.bench import marks
from tests.pipeline.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    values = {"domain.accuracy": 0.75, "msg_kind.macro_f1": 0.85}
    monkeypatch.setattr(marks, "MEASURES", {"ours": lambda data, progress: values})
    return values


def test_the_table_shows_value_pass_and_aim(yuqing: Terminal, tmp_path: Path) -> None:
    done = yuqing("evaluate", "--data", str(tmp_path))
    assert done.code == 0
    assert "0.7500" in done.out and "0.74" in done.out and "0.77" in done.out
    assert "未测" in done.out


def test_the_same_as_json(yuqing: Terminal, tmp_path: Path) -> None:
    done = yuqing("evaluate", "--data", str(tmp_path), "--format", "json")
    lines = {line["figure"]: line for line in json.loads(done.out)}
    assert (lines["domain.accuracy"]["value"], lines["domain.accuracy"]["passed"]) == (0.75, True)
    assert lines["msg_kind.macro_f1"]["aim_reached"]
    assert lines["harm.h3.recall"]["value"] is None


def test_the_same_as_csv(yuqing: Terminal, tmp_path: Path) -> None:
    done = yuqing("evaluate", "--data", str(tmp_path), "--format", "csv")
    head, *lines = done.out.splitlines()
    assert head.startswith("figure,") and len(lines) == len(marks.MARKS)


def test_a_mark_that_is_missed_ends_with_one(yuqing: Terminal, measured: dict[str, float], tmp_path: Path) -> None:
    measured["domain.accuracy"] = 0.5
    assert yuqing("evaluate", "--data", str(tmp_path)).code == 1


def test_an_unknown_measure_ends_with_two(yuqing: Terminal, tmp_path: Path) -> None:
    done = yuqing("evaluate", "weather", "--data", str(tmp_path))
    assert (done.code, "weather" in done.err) == (2, True)
