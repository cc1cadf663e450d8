"""``yuqing demo``: the whole desk on one machine with an invented district; ``--check`` proves it head-less."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
import time
import webbrowser
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from crawlers.connectors.demo import demo_sources
from pipeline.settings import ReceiverSettings, Settings

_RATE = 1.0  # everyday posts a second
_RECEIVERS = ({"name": "终端", "kind": "console"}, {"name": "值班日志", "kind": "file"})
_SPEED = 10.0  # how much faster than life the stories unfold


def run_demo(settings: Settings, port: int | None) -> int:
    from pipeline import log
    from pipeline.app.apart import apart
    from pipeline.cli.run import prepare

    log.set_up("warning")  # the terminal is for the address and the alerts
    home = settings.home / "demo"
    shutil.rmtree(home, ignore_errors=True)
    with apart(settings, "demo") as own:
        live = demo_settings(own, home, port)
        tree = prepare(live)
        address = f"http://{live.console.host}:{live.console.port}"
        sys.stderr.write(f"青湖区开始说话；按 Ctrl-C 结束 / the district is talking; Ctrl-C ends it\n  → {address}\n")
        if os.environ.get("DISPLAY") or sys.platform == "darwin":
            webbrowser.open(address)
        tree.run()
    return 0


def demo_settings(
    settings: Settings, home: Path, port: int | None, receivers: list[ReceiverSettings] | None = None
) -> Settings:
    """Return *settings* for a desk of its own in *home*, fed by the invented district."""
    return settings.model_copy(
        update={
            "home": home,
            "sources": demo_sources(datetime.now(UTC), rate=_RATE, speed=_SPEED),
            "console": settings.console.model_copy(update={"port": settings.console.port if port is None else port}),
            "receivers": receivers or [ReceiverSettings.model_validate(one) for one in _RECEIVERS],
        }
    )


def check_demo(settings: Settings, seconds: float) -> int:
    """Run the desk for *seconds* of stream time and check every link of the line; return the exit code."""
    from pipeline.app.apart import apart
    from pipeline.cli.demo_check import Inbox, Verdict, inspect

    name = f"check{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory(prefix="yuqing-check-") as folder, Inbox() as inbox, apart(settings, name) as own:
        home = Path(folder) / "data"
        receiver = ReceiverSettings.model_validate({"name": "检查", "kind": "webhook", "url": inbox.url})
        live = demo_settings(own, home, free_port(), [receiver])
        desk = get_context("spawn").Process(target=run_tree, args=(live,))
        desk.start()
        try:
            verdicts: list[Verdict] = inspect(live, inbox, time.monotonic() + seconds)
        finally:
            desk.terminate()
            desk.join(20)
    for verdict in verdicts:
        sys.stdout.write(f"{'✓' if verdict.holds else '✗'} {verdict.words}\n")
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def run_tree(settings: Settings) -> None:
    """Run the desk of *settings* until told to stop: the whole of a process of its own."""
    from pipeline import log
    from pipeline.cli.run import prepare

    log.set_up("warning")
    prepare(settings).run()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
