from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.console.screenshot import browser, take


def a_program(folder: Path, name: str) -> Path:
    file = folder / name
    file.write_text("#!/bin/sh\n", encoding="ascii")
    file.chmod(0o755)
    return file


def test_chromium_is_preferred_to_other_browsers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser() is None

    a_program(tmp_path, "google-chrome")
    chromium = a_program(tmp_path, "chromium")

    assert browser() == str(chromium)


def test_without_a_driver_nothing_is_looked_for_on_the_internet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("selenium")
    a_program(tmp_path, "chromium")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(FileNotFoundError, match="chromedriver"):
        take("http://127.0.0.1:9/", tmp_path / "new" / "page.png")

    assert not (tmp_path / "new").exists()
