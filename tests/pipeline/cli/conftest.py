from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.cli.terminal import Terminal, terminal


@pytest.fixture
def yuqing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return terminal(tmp_path, monkeypatch, capsys)
