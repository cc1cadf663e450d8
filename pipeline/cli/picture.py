"""Take the README's picture: start a demo desk, wait until it has warned, photograph the page, stop the desk.

``python -m pipeline.cli.picture FILE [WIDTHxHEIGHT]`` (``make screenshot``)
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx

from dashboards.console.screenshot import take
from pipeline.cli.demo import demo_settings, free_port, run_tree
from pipeline.errors import Unavailable
from pipeline.settings import Settings

_PATIENCE_S = 180.0
_ALERTS = 3  # one alone looks lost
_STREAM_S = 20.0  # and the stream beside it should have been going for a while


def take_picture(file: Path, size: str = "1440x900") -> None:
    """Write the page of a fresh demo desk into *file*. Raises Unavailable if nothing was raised in three minutes."""
    with _demo_desk() as page:
        _wait_for_alerts(page)
        time.sleep(_STREAM_S)
        take(page, file, size)


@contextmanager
def _demo_desk() -> Iterator[str]:
    """Run a demo desk in a folder of its own; give the address of its page."""
    with tempfile.TemporaryDirectory(prefix="yuqing-picture-") as folder:
        live = demo_settings(Settings(), Path(folder), free_port())
        desk = get_context("spawn").Process(target=run_tree, args=(live,))
        desk.start()
        try:
            yield f"http://{live.console.host}:{live.console.port}/"
        finally:
            desk.terminate()
            desk.join(20)


def _wait_for_alerts(page: str) -> None:
    give_up = time.monotonic() + _PATIENCE_S
    with httpx.Client(base_url=page, timeout=10, trust_env=False) as http:
        while len(_cases(http)) < _ALERTS:
            if time.monotonic() > give_up:
                raise Unavailable("演示没有发出预警 / the demonstration raised no alert")
            time.sleep(1)


def _cases(http: httpx.Client) -> list[Any]:
    try:
        answer = http.get("/api/cases")
    except httpx.TransportError:
        return []  # still starting
    return list(answer.json()["cases"]) if answer.is_success else []


if __name__ == "__main__":
    take_picture(Path(sys.argv[1]), *sys.argv[2:3])
