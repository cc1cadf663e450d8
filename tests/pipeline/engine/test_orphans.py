from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TREE = """
import os, signal, subprocess, sys, time
from pathlib import Path
from pipeline.engine.orphans import is_first
from pipeline.engine.tree import Part, Tree

def part(stopping):
    orphan = subprocess.Popen(["sleep", "0.3"])
    note = Path(sys.argv[1]) / "orphan"
    if note.exists():
        while not stopping():
            time.sleep(0.02)
        return
    note.write_text(str(orphan.pid))
    os.kill(os.getpid(), signal.SIGKILL)

def buried():
    note = Path(sys.argv[1]) / "orphan"
    return note.exists() and not Path(f"/proc/{note.read_text() or 1}").exists()

assert is_first()
Tree([Part("crawl", part)], Path(sys.argv[1])).run(watch=buried)
print("buried")
"""
AS_FIRST = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")


@pytest.fixture
def as_first() -> tuple[str, ...]:
    if subprocess.run([*AS_FIRST, "true"], check=False, capture_output=True).returncode:
        pytest.skip("a process 1 of one's own needs root (unshare)")
    return AS_FIRST


def test_process_1_buries_what_a_dead_part_left_behind(tmp_path: Path, as_first: tuple[str, ...]) -> None:
    command = [*as_first, sys.executable, "-c", TREE, str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "buried"


def test_process_1_ends_when_told(tmp_path: Path, as_first: tuple[str, ...]) -> None:
    told = TREE.replace("watch=buried", "").replace(
        "part(stopping):", "part(stopping):\n    os.kill(1, signal.SIGTERM)"
    )
    command = [*as_first, sys.executable, "-c", told, str(tmp_path)]
    assert subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.endswith(b"buried\n")
