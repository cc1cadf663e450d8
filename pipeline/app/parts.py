"""The parts of the running desk: what each process does."""

from __future__ import annotations

import gc
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from crawlers.collector import Collector
from dashboards.console.serving import ConsoleServer
from pipeline.app.desk import PARTS, STAGES, App
from pipeline.app.status import Beat
from pipeline.engine.tree import Part, Stopping
from pipeline.engine.worker import Worker
from pipeline.errors import Unavailable
from pipeline.log import get
from pipeline.metrics import METRICS
from pipeline.notify.sender import Sender, senders
from pipeline.settings import Settings

log = get("parts")

T = TypeVar("T")
_TRIM_EVERY_S = 600.0
_AWAY_S = 1.0


def parts(settings: Settings, names: tuple[str, ...] = PARTS) -> list[Part]:
    """Return the named parts. Each builds what it needs in its own process. Raises KeyError for an unknown name."""
    kinds: dict[str, Callable[[App, Stopping], None]] = {
        "crawl": crawl,
        "send": send,
        "console": console,
        **{name: partial(run_stage, name) for name in STAGES},
    }
    return [Part(name, partial(_run, kinds[name], settings)) for name in names]


def _run(kind: Callable[[App, Stopping], None], settings: Settings, stopping: Stopping) -> None:
    app = App(settings)
    try:
        kind(app, stopping)
    finally:
        app.close()


def run_stage(name: str, app: App, stopping: Stopping) -> None:
    """Drive one stage until asked to stop."""
    worker: Worker = _patiently(lambda: app.worker(name), stopping)
    gc.freeze()  # dictionaries, models and rules live as long as the process: no need to look at them again
    beat = Beat(app.home, name, app.clock)

    def told() -> None:
        if beat.due():
            lag = _tried(lambda: app.bus.lag(worker.stage.name, worker.stage.reads), 0)
            METRICS.lag.labels(name).set(lag)
            beat.write(lag=lag)

    try:
        worker.run(stopping, told)
    finally:
        worker.close()


def send(app: App, stopping: Stopping) -> None:
    """Empty the outbox, one thread a receiver, so that a dead one holds back nobody else."""
    staff = _patiently(
        lambda: senders(
            app.ledger, app.receivers, app.clock.now, random.Random(), late_after=app.settings.engine.late_after
        ),
        stopping,
    )
    threads = [threading.Thread(target=_deliver, args=(sender, stopping), name=sender.receiver) for sender in staff]
    for thread in threads:
        thread.start()
    beat = Beat(app.home, "send", app.clock)
    while not stopping() and all(thread.is_alive() for thread in threads):
        if beat.due():
            beat.write()
        time.sleep(0.1)
    if not stopping():  # a thread died of a bug: end, so that the tree starts all of them again
        raise SystemExit(1)
    for thread in threads:
        thread.join()


def _deliver(sender: Sender, stopping: Stopping) -> None:
    while not stopping():
        try:
            sent = sender.step()
        except Unavailable as error:
            log.warning("ledger away", receiver=sender.receiver, error=str(error))
            sent = 0
        if not sent:
            time.sleep(0.1)
    sender.close()


def crawl(app: App, stopping: Stopping) -> None:
    """Visit the sources when they are due, and keep the bus within its retention."""
    collector = _patiently(app.collector, stopping)
    try:
        _visit(collector, app, stopping)
    finally:
        collector.close()


def _visit(collector: Collector, app: App, stopping: Stopping) -> None:
    beat = Beat(app.home, "crawl", app.clock)
    trim_at = 0.0
    while not stopping():
        rest_s = _tried(collector.step, _AWAY_S)
        if beat.due():
            beat.write()
        if time.monotonic() >= trim_at:
            trim_at = time.monotonic() + _TRIM_EVERY_S
            _tried(lambda: app.trim(app.clock.now()), None)
        wake_at = time.monotonic() + min(rest_s, 1.0)
        while time.monotonic() < wake_at and not stopping():
            time.sleep(0.02)


def console(app: App, stopping: Stopping) -> None:
    """Serve the page, the API and the push door until asked to stop."""
    page = _patiently(app.console, stopping)
    server = ConsoleServer(page, app.settings.console.host, app.settings.console.port)
    beat = Beat(app.home, "console", app.clock)

    def watch() -> None:
        while not stopping():
            if beat.due():
                beat.write()
            time.sleep(0.1)
        server.should_exit = True

    watcher = threading.Thread(target=watch)
    watcher.start()
    server.run()
    if not stopping():
        log.error("console ended by itself", port=app.settings.console.port)
        raise SystemExit(1)
    watcher.join()


def _tried(act: Callable[[], T], otherwise: T) -> T:
    """Return what *act* does, or *otherwise* while something it depends on is away: the next round tries again."""
    try:
        return act()
    except Unavailable as error:
        log.warning("waiting for a dependency", error=str(error))
        return otherwise


def _patiently(build: Callable[[], T], stopping: Stopping) -> T:
    """Build what a part needs; while something it depends on is away, wait and try again."""
    while True:
        try:
            return build()
        except Unavailable as error:
            log.warning("waiting for a dependency", error=str(error))
            if stopping():
                raise
            time.sleep(0.5)
