from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import settings as settings_file
from pipeline.app import PARTS
from pipeline.app.desk import PARTS_VARIABLE
from pipeline.cli import run
from pipeline.engine.tree import Tree
from pipeline.errors import Misconfigured
from pipeline.settings import Console, Metrics, Settings
from tests.live import free_port
from tests.pipeline.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget what a start tells the processes it would begin."""
    for name in (PARTS_VARIABLE, "PROMETHEUS_MULTIPROC_DIR"):
        monkeypatch.setenv(name, "")
    yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "data", console=Console(port=free_port()))


def test_a_part_that_does_not_exist_is_told_with_the_one_that_was_meant(yuqing: Terminal) -> None:
    done = yuqing("run", "analyze", "nonsense")
    assert done.code == 2
    assert "是不是想写 analyse" in done.err
    assert "可用的有：crawl" in done.err


def test_all_parts_are_run_unless_some_are_named(
    yuqing: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("YUQING_CONSOLE__PORT", str(free_port()))
    ran: list[str] = []
    monkeypatch.setattr(Tree, "run", lambda self: ran.append(os.environ[PARTS_VARIABLE]))
    assert "http://127.0.0.1" in yuqing("run").err
    assert "http" not in yuqing("run", "analyse", "match").err
    assert yuqing("run", "match", "notify", "--workers", "2").code == 0
    assert ran == [" ".join(PARTS).removesuffix(" mirror"), "analyse match", "match.0 match.1 notify"]
    assert (tmp_path / "data" / "ledger.db").exists()


def test_more_workers_than_partitions_are_told_before_anything_starts(yuqing: Terminal) -> None:
    done = yuqing("run", "match", "--workers", "9")
    assert done.code == 2
    assert "bus.partitions" in done.err


def test_what_the_tree_tells_its_processes_is_no_setting(settings: Settings) -> None:
    run.prepare(settings, ("send",))
    assert settings_file.read(environ=dict(os.environ)) == settings_file.read(environ={})


def test_a_port_that_is_taken_is_found_before_anything_starts(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind((settings.console.host, settings.console.port))
        other.listen()
        with pytest.raises(Misconfigured, match=r"console\.port"):
            run.prepare(settings)
        run.prepare(settings, ("send",))  # who does not serve the page needs no port


def test_metrics_need_a_free_port_too_and_are_a_part_of_the_tree(settings: Settings) -> None:
    shown = settings.model_copy(update={"metrics": Metrics(port=free_port())})
    with socket.socket() as other:
        other.bind((shown.metrics.host, shown.metrics.port))
        other.listen()
        with pytest.raises(Misconfigured, match=r"metrics\.port: 指标地址"):
            run.prepare(shown, ("send",))
    names = [child.part.name for child in run.prepare(shown, ("send",))._children]
    assert names == ["send", f"metrics-{shown.metrics.port}"]


def test_a_home_that_cannot_be_made_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match=r"home: 数据目录 .* 建不了"):
        run.prepare(Settings(home=tmp_path / "file" / "data"), ("send",))


def test_counts_of_processes_that_ended_are_forgotten_and_of_others_kept(settings: Settings) -> None:
    settings.home.mkdir()
    run._share_metrics(settings)
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    alive, dead = folder / f"counter_{os.getpid()}.db", folder / "counter_999999999.db"
    alive.touch()
    dead.touch()
    run._share_metrics(settings)
    assert (alive.exists(), dead.exists()) == (True, False)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    run._leave(folder, os.getpid())
    assert not folder.exists()


def test_without_shared_memory_counts_are_kept_in_the_data_folder(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.home.mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)
    run._share_metrics(settings)
    assert Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).is_relative_to(settings.home)
