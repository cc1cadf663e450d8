"""The process tree: what dies comes back, what is asked to stop stops, and nothing is left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.engine import tree as tree_module
from pipeline.engine.tree import Part, Stopping, Tree, _lock
from pipeline.errors import Misconfigured


def eventually(true: Callable[[], bool], within_s: float = 20.0) -> bool:
    """Say whether *true* became so; real processes have no clock that we could advance."""
    give_up = time.monotonic() + within_s
    while not true():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def sign_in(folder: Path, name: str) -> Callable[[Stopping], None]:
    """A part that notes each of its lives, and a proper end."""

    def run(stopping: Stopping) -> None:
        (folder / f"{name}.{os.getpid()}").touch()
        while not stopping():
            time.sleep(0.01)
        (folder / f"{name}.ended").touch()

    return run


def lives(folder: Path, name: str) -> list[int]:
    return [int(file.suffix[1:]) for file in folder.glob(f"{name}.*") if file.suffix[1:].isdigit()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").exists() else True


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[multiprocessing.Process, Path]]:
    parts = [Part(name, sign_in(tmp_path, name)) for name in ("one", "two")]
    process = multiprocessing.Process(target=lambda: Tree(parts, tmp_path / "run").run())
    process.start()
    assert eventually(lambda: bool(lives(tmp_path, "one") and lives(tmp_path, "two")))
    yield process, tmp_path
    if process.is_alive():
        process.terminate()
    process.join()


def test_a_part_that_is_killed_comes_back_and_the_others_do_not_notice(
    running: tuple[multiprocessing.Process, Path],
) -> None:
    _, folder = running
    (one,), (two,) = lives(folder, "one"), lives(folder, "two")

    os.kill(one, signal.SIGKILL)

    assert eventually(lambda: len(lives(folder, "one")) == 2)
    assert lives(folder, "two") == [two]


def test_stopping_lets_every_part_finish(running: tuple[multiprocessing.Process, Path]) -> None:
    process, folder = running

    process.terminate()
    process.join(15)

    assert process.exitcode == 0
    assert (folder / "one.ended").exists()
    assert (folder / "two.ended").exists()


def test_when_the_tree_is_killed_its_parts_end_too(running: tuple[multiprocessing.Process, Path]) -> None:
    process, folder = running
    pids = lives(folder, "one") + lives(folder, "two")

    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()

    assert eventually(lambda: not any(alive(pid) for pid in pids))


def test_one_data_folder_is_never_run_twice(tmp_path: Path) -> None:
    with _lock(tmp_path / "one.lock"), pytest.raises(Misconfigured, match="已有一个 yuqing 在运行"):
        _lock(tmp_path / "one.lock", patience_s=0).__enter__()


def test_a_part_that_cannot_live_is_tried_ever_more_slowly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "_LONGEST_PAUSE_S", 0.2)
    (tmp_path / "lives").touch()

    def crash(stopping: Stopping) -> None:
        with (tmp_path / "lives").open("a") as file:
            file.write("x")
        os._exit(1)

    tree = Tree([Part("weak", crash)], tmp_path / "run")
    tree.run(watch=lambda: len((tmp_path / "lives").read_text()) >= 6)

    assert len((tmp_path / "lives").read_text()) >= 6
