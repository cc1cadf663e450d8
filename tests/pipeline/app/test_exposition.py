from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from pipeline.app import exposition
from pipeline.app.status import statuses
from tests.live import LiveDesk, a_live_desk, eventually, free_port

COUNT = "from prometheus_client import Counter; Counter('yuqing_shown', 'x').inc({})"


def metric(port: int, name: str) -> float | None:
    try:
        lines = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text.splitlines()
    except httpx.TransportError:
        return None
    return next((float(line.split()[-1]) for line in lines if line.startswith(name)), None)


@pytest.fixture
def port() -> int:
    return free_port()


def test_all_processes_are_added_up_until_asked_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for amount in (2, 3):
        subprocess.run([sys.executable, "-c", COUNT.format(amount)], check=True)
    seen: list[float | None] = []

    def stopping() -> bool:
        seen.append(metric(port, "yuqing_shown_total"))
        return len(seen) > 1

    exposition.serve("127.0.0.1", port, stopping)

    assert seen == [5.0, 5.0]
    assert metric(port, "yuqing_shown_total") is None


def test_the_part_is_named_by_its_port() -> None:
    assert exposition.metrics_part("127.0.0.1", 9464).name == "metrics-9464"


def test_a_stage_without_the_page_shows_its_figures(tmp_path: Path, port: int) -> None:
    config = tmp_path / "yuqing.toml"
    config.write_text(f'home = "data"\n[metrics]\nport = {port}\n', encoding="utf-8")
    with a_live_desk(config, port, "match") as desk:
        assert eventually(lambda: metric(port, 'yuqing_stage_lag_messages{stage="match"}') == 0.0), desk.log()
        assert list(statuses(tmp_path / "data")) == ["match"]
        _the_figures_outlive_the_death_of_a_part(desk, tmp_path / "data", port)


def _the_figures_outlive_the_death_of_a_part(desk: LiveDesk, home: Path, port: int) -> None:
    first = statuses(home)["match"].pid
    os.kill(first, 9)
    assert eventually(lambda: statuses(home)["match"].pid != first), desk.log()
    assert eventually(lambda: metric(port, 'yuqing_worker_restarts_total{worker="match"}') == 1.0), desk.log()
