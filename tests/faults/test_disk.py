"""A disk that fills up while posts flow: the desk says so, loses nothing, and goes on when there is room again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pipeline import settings as settings_file
from pipeline.app import App
from pipeline.cli.demo_check import Inbox
from pipeline.cli.import_ import digest
from pipeline.settings import Settings
from tests.faults.desks import found, parts, sources
from tests.faults.test_kill import a_config, expected_posts, told
from tests.live import LiveDesk, a_live_desk, eventually, free_port

SIZE_MB = 48


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that holds little. At a desk without the right to mount this is skipped, in CI it must be."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        if os.environ.get("CI") == "true":
            pytest.fail(f"cannot mount a tmpfs: {mounted.stderr.decode()}")
        pytest.skip("no right to mount a tmpfs")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Leave not a single free block."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    return ballast


def test_a_full_disk_is_said_and_loses_nothing(small_disk: Path) -> None:
    start, port = datetime.now(UTC).replace(microsecond=0), free_port()
    with Inbox() as inbox:
        config = a_config(small_disk, inbox.url, port, start)
        with a_live_desk(config, port) as desk:  # its log is on the full disk, too
            assert eventually(lambda: found(desk, "*") > 20, 60), desk.log()[-2000:]
            tree, children = desk.process, desk.parts()
            ballast = fill(small_disk)
            assert eventually(lambda: waits(desk) > 3, 60)
            time.sleep(3)  # posts go on being written out there, and cannot be kept
            assert not parts(desk)["disk"]["ok"]
            assert "MB" in str(parts(desk)["disk"]["words"])
            ballast.unlink()
            again = datetime.now(UTC)
            assert eventually(lambda: all(at and at > again for at in heard(desk)), 30), desk.log()[-3000:]
            assert (desk.process, desk.parts()) == (tree, children), "nobody had to die for it"
        assert "disk is full" in desk.log()
        assert "Traceback" not in desk.log()
        assert_all_arrived(settings_file.read(config), start)


def waits(desk: LiveDesk) -> int:
    """Return how often a stage, or the crawl before them all, had to wait for something."""
    lines = httpx.get(f"{desk.page}/metrics", timeout=5).text.splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("yuqing_stage_unavailable_total{"))


def heard(desk: LiveDesk) -> list[datetime | None]:
    """Return when each source was last heard and what it said was kept."""
    seen = [source["seen"] for source in sources(desk).values()]
    return [datetime.fromisoformat(str(at)) if at else None for at in seen] or [None]


def assert_all_arrived(settings: Settings, start: datetime) -> None:
    digest(App(settings))
    app = App(settings)
    posts = list(told(app))
    deleted = {str(post["id"]) for post in posts if post.get("op") == "delete"}
    wanted = expected_posts(settings, start)
    assert len(wanted) > 25
    assert {id_ for id_ in wanted - deleted if app.index.get(id_) is None} == set()
    app.close()
