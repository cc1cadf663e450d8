"""Nothing is wrong with the Dockerfile, docker-compose.yml and the manifests, and the check is a command that says so."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.compose.__main__ import faults

ROOT = Path(__file__).parents[2]


def test_everything_is_sound() -> None:
    assert faults(ROOT) == []


def test_every_fault_is_told_with_its_file(tmp_path: Path) -> None:
    for name in ("Dockerfile", ".dockerignore", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path)
    found = faults(tmp_path)
    assert "Dockerfile: COPY rules: there is no such file" in found
    assert any(fault.startswith("docker-compose.yml: prometheus: volume ./dashboards/") for fault in found)
    assert "docs/kubernetes: NetworkPolicy: one that closes everything is missing" in found


def test_the_check_is_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.compose"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "正常 / fine\n")
