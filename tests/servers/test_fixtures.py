"""What a test sees of the servers: run as pytest runs it, on a desk that has or lacks them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDS_KAFKA = "def test_needs_it(kafka): pass"
HURTS = """
import psycopg

def test_stops_it(postgres):
    postgres.server.stop()

def test_kills_it(postgres):
    postgres.server.kill()

def test_pauses_it(postgres):
    postgres.server.pause()

def test_finds_it_well(postgres):
    psycopg.connect(postgres.url).close()
"""
FAILS = """
def test_fails(postgres):
    assert False
"""


def run(folder: Path, test: str, **env: str) -> str:
    """Return what pytest says of *test*."""
    (folder / "test_it.py").write_text(test, encoding="utf-8")
    pytest_ = [sys.executable, "-m", "pytest", "-p", "tests.servers.fixtures", "-p", "no:cacheprovider", "-rs"]
    done = subprocess.run(
        [*pytest_, "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_a_server_that_cannot_be_had_skips_at_a_desk_and_fails_in_ci(tmp_path: Path, ci: str, outcome: str) -> None:
    said = run(tmp_path, NEEDS_KAFKA, CI=ci, PATH="", TEST_SERVERS_DIR=str(tmp_path / "none"))

    assert outcome in said
    assert "没有 mvn，请安装 maven" in said


def test_a_server_that_a_test_hurt_is_well_before_the_next(tmp_path: Path) -> None:
    assert "4 passed" in run(tmp_path, HURTS)


def test_a_failed_test_shows_what_its_server_said(tmp_path: Path) -> None:
    assert "database system is ready to accept connections" in run(tmp_path, FAILS)
