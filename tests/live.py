"""A real desk in a folder of its own: started as a user starts it, and looked at from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import httpx
import pytest

NIGHTLY = os.environ.get("NIGHTLY_SOAK") == "1"
nightly = pytest.mark.skipif(not NIGHTLY, reason="太慢，夜里才跑；NIGHTLY_SOAK=1 / slow, for the night")


def do_without(reason: str) -> NoReturn:
    """Skip the test at a desk that lacks something; fail it in CI, which installs all that tests need."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(true: Callable[[], bool], within_s: float = 30.0) -> bool:
    """Say whether *true* became so in time; real processes have no clock that a test could advance."""
    give_up = time.monotonic() + within_s
    while not true():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


class LiveDesk:
    """``yuqing run`` on *config*; it can be killed and started again."""

    def __init__(self, config: Path, port: int, *parts: str) -> None:
        self._command = [sys.executable, "-m", "pipeline.cli", "run", *parts, "--config", str(config)]
        self._log = config.with_suffix(".log")
        self.page = f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stderr=log, stdout=log, start_new_session=True)

    def stop(self, wait_s: float = 20.0) -> int | None:
        if self.process is None:
            return None
        self.process.terminate()
        return self.process.wait(wait_s)

    def kill(self) -> None:
        """Kill the tree itself; its parts must notice."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def parts(self) -> list[int]:
        """Return the process ids of the parts that are alive."""
        assert self.process is not None
        tree = self.process.pid
        try:
            return [int(pid) for pid in Path(f"/proc/{tree}/task/{tree}/children").read_text().split()]
        except OSError:
            return []

    def healthy(self) -> bool:
        try:
            return httpx.get(f"{self.page}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""


@contextmanager
def a_live_desk(config: Path, port: int, *parts: str) -> Iterator[LiveDesk]:
    desk = LiveDesk(config, port, *parts)
    desk.start()
    try:
        yield desk
    finally:
        if desk.process is not None and desk.process.poll() is None:
            desk.stop()


def kill(pid: int) -> bool:
    """Kill a process as a power cut would; False if it was gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
