from __future__ import annotations

import os
import webbrowser
from pathlib import Path

import pytest

from crawlers.sources import open_sources
from pipeline.cli import demo
from pipeline.engine.tree import Tree
from pipeline.settings import Settings
from tests.live import free_port
from tests.pipeline.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No browser, no processes; what a start tells the processes it would begin is forgotten."""
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setattr(Tree, "run", lambda self: None)
    for name in ("DESK_PARTS", "PROMETHEUS_MULTIPROC_DIR"):
        monkeypatch.setenv(name, "")
    return opened


def test_the_page_opens_at_the_port_that_was_asked_for(
    yuqing: Terminal, monkeypatch: pytest.MonkeyPatch, quiet: list[str]
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    port = free_port()
    done = yuqing("demo", "--port", str(port))
    assert done.code == 0
    assert f"http://127.0.0.1:{port}" in done.err
    assert quiet == [f"http://127.0.0.1:{port}"]


def test_without_a_screen_no_browser_is_opened(
    yuqing: Terminal, monkeypatch: pytest.MonkeyPatch, quiet: list[str]
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert yuqing("demo", "--port", str(free_port())).code == 0
    assert quiet == []


def test_a_demonstration_begins_anew_in_a_folder_of_its_own(yuqing: Terminal, tmp_path: Path) -> None:
    kept, old = tmp_path / "data" / "ledger.db", tmp_path / "data" / "demo" / "old"
    for file in (kept, old):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    yuqing("demo", "--port", str(free_port()))
    assert (kept.exists(), old.exists()) == (True, False)
    assert os.environ["DESK_PARTS"].startswith("crawl ")


def test_its_settings_are_sound_and_reach_nobody_outside(tmp_path: Path) -> None:
    mine = Settings.model_validate({"receivers": [{"name": "领导", "kind": "webhook", "url": "https://a.example/"}]})
    live = demo.demo_settings(mine, tmp_path, None)
    assert len(open_sources(live.sources, home=tmp_path)) >= 5
    assert [receiver.kind for receiver in live.receivers] == ["console", "file"]
    assert live.console.port == mine.console.port


@pytest.mark.parametrize(("holds", "code"), [(True, 0), (False, 1)])
def test_the_check_ends_with_zero_only_if_every_link_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], holds: bool, code: int
) -> None:
    from pipeline.cli import demo_check

    verdicts = [demo_check.Verdict(True, "一"), demo_check.Verdict(holds, "二")]
    monkeypatch.setattr(demo_check, "inspect", lambda *_: verdicts)
    monkeypatch.setattr(demo, "run_tree", _nothing)
    assert demo.check_demo(Settings(), 0.0) == code
    assert capsys.readouterr().out == f"✓ 一\n{'✓' if holds else '✗'} 二\n"


def _nothing(settings: Settings) -> None:
    """Stand in for the desk, in a process of its own."""
