from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.app.status import SILENT_AFTER, Beat
from pipeline.engine.clock import ManualClock
from tests.pipeline.cli.terminal import Terminal

LONG_AGO = SILENT_AFTER + timedelta(minutes=1)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YUQING_HOME", str(tmp_path))
    return tmp_path


def spoke(home: Path, *parts: str, ago: timedelta = timedelta()) -> None:
    for part in parts:
        Beat(home, part, ManualClock(datetime.now(UTC) - ago)).write()


def test_parts_that_spoke_lately_are_at_work(yuqing: Terminal, home: Path) -> None:
    spoke(home, "match", "analyse")
    assert yuqing("health").code == 0
    assert yuqing("health", "match").out == "正常 / at work: match\n"


def test_a_part_that_fell_silent_is_named(yuqing: Terminal, home: Path) -> None:
    spoke(home, "match")
    spoke(home, "send", ago=LONG_AGO)
    done = yuqing("health")
    assert done.code == 1
    assert done.err.startswith("send：自 ")
    assert "match" not in done.err
    assert yuqing("health", "match").code == 0  # who asks for one part hears of no other


def test_a_part_that_never_spoke_is_not_at_work(yuqing: Terminal, home: Path) -> None:
    spoke(home, "match")
    done = yuqing("health", "match", "detect")
    assert (done.code, done.err) == (1, "detect：没有运行 / not running\n")


def test_where_nothing_runs_nothing_is_well(yuqing: Terminal, home: Path) -> None:
    done = yuqing("health")
    assert (done.code, done.out) == (1, "")
    assert "没有任何部分在运行" in done.err


def test_one_silent_worker_of_several_is_told(yuqing: Terminal, home: Path) -> None:
    spoke(home, "match.1", "matches")
    assert yuqing("health", "match").code == 0
    spoke(home, "match.2", ago=LONG_AGO)
    done = yuqing("health", "match")
    assert done.code == 1
    assert done.err.startswith("match.2：")


def test_wrong_settings_are_told_as_everywhere(yuqing: Terminal) -> None:
    assert yuqing("health", "--config", "nowhere.toml").code == 2
