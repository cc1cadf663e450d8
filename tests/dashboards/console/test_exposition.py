from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dashboards.console.exposition import FOLDER_VARIABLE, exposition

COUNT = "from prometheus_client import Counter; Counter('yuqing_mirrored', 'x').inc({})"


def test_of_several_processes_all_are_added_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    for amount in (2, 3):
        subprocess.run([sys.executable, "-c", COUNT.format(amount)], check=True)

    assert b"yuqing_mirrored_total 5.0" in exposition()


def test_a_process_alone_shows_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)

    assert b"python_info" in exposition()
    assert b"yuqing_mirrored_total" not in exposition()
