"""The parts of the running desk: what each process does."""

from __future__ import annotations

import gc
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from structlog.contextvars import bind_contextvars

from crawlers.collector import Collector
from dashboards.console.serving import ConsoleServer
from pipeline.app import crew
from pipeline.app.desk import PARTS, STAGES, App
from pipeline.app.standby import ALONE, alone
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
_MIRROR_EVERY_S = 5.0
_SELDOM = 20  # times as long as reading the ledger took: meanwhile nobody writes to it, and warnings are written there
_OBJECTS = 100_000  # between two looks for rubbish; a batch makes thousands, and next to none of them in circles


def parts(settings: Settings, names: tuple[str, ...] = ()) -> list[Part]:
    """Return the named parts, or the usual ones. Each builds what it needs in its own process.

    Raises KeyError for an unknown name.
    """
    names = names or crew.usual(settings, PARTS)
    fused = crew.fused(names, settings)
    apart = [name for name in names if not (fused and name == "cluster")]
    return [_once(part, settings) for name in apart for part in _processes(name, fused, settings)]


def _once(part: Part, settings: Settings) -> Part:
    """Return *part* so that it stands by while another machine does it, where one in the whole deployment is enough."""
    name = next((name for name in part.locks or (part.name,) if name in ALONE), None)
    if name is None:
        return part
    return replace(part, run=lambda stopping: alone(name, settings, part.run, stopping, part.locks))


def _processes(name: str, fused: bool, settings: Settings) -> Iterator[Part]:
    """Yield the processes of one part. Their lock bears its name: another number of them is still the same part."""
    if name == "analyse" and fused:
        yield Part(name, partial(_run, run_fused, settings), locks=("analyse", "cluster"))
    elif name in STAGES:
        of = crew.workers(name, settings)
        for member in range(of):
            run = partial(_run, partial(run_stage, name, member=member, of=of), settings)
            yield Part(crew.called(name, member, of), run, locks=(name,))
    else:
        yield Part(
            name, partial(_run, {"crawl": crawl, "send": send, "console": console, "mirror": mirror}[name], settings)
        )


def _run(kind: Callable[[App, Stopping], None], settings: Settings, stopping: Stopping) -> None:
    app = App(settings)
    try:
        kind(app, stopping)
    finally:
        app.close()


_GIVES_WAY: Final = {"analyse": 10, "cluster": 5, "match": 1}
"""How far a stage gives way to those behind it where the cores do not suffice: what was begun is finished before more is begun.

So far that the last of them, the index, keeps pace: otherwise all others end early and leave it to one core alone."""


def run_stage(name: str, app: App, stopping: Stopping, member: int = 0, of: int = 1) -> None:
    """Drive one worker of a stage until asked to stop."""
    bind_contextvars(worker=crew.called(name, member, of))
    os.nice(_GIVES_WAY.get(name, 0))
    worker = _patiently(lambda: app.worker(name, member, of), stopping)
    _drive(worker, {crew.called(name, member, of): worker}, app, stopping)


def run_fused(app: App, stopping: Stopping) -> None:
    """Drive analyse and cluster as one until asked to stop; the process speaks for both."""
    os.nice(_GIVES_WAY["analyse"])
    worker = _patiently(app.fused, stopping)
    _drive(worker, {"analyse": worker, "cluster": worker.between}, app, stopping)


def settle() -> None:
    """Look for rubbish seldom, and never again among the dictionaries, models and rules that live as long as the process."""
    gc.freeze()
    gc.set_threshold(_OBJECTS)


def _drive(worker: Worker, heard: Mapping[str, Worker], app: App, stopping: Stopping) -> None:
    settle()
    beats = [(Beat(app.home, name, app.clock), one) for name, one in heard.items()]

    def told() -> None:
        for beat, one in beats:
            if beat.due():
                lag = _tried(one.lag, 0)
                METRICS.lag.labels(one.stage.name).set(lag)
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
    over = threading.Event()  # a process ends only when all its threads have
    threads = [threading.Thread(target=_deliver, args=(sender, over.is_set), name=sender.receiver) for sender in staff]
    for thread in threads:
        thread.start()
    beat = Beat(app.home, "send", app.clock)
    while not stopping() and all(thread.is_alive() for thread in threads):
        if beat.due():
            beat.write()
        time.sleep(0.1)
    over.set()
    for thread in threads:
        thread.join()
    if not stopping():  # a thread died of a bug: end, so that the tree starts all of them again
        raise SystemExit(1)


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


def mirror(app: App, stopping: Stopping) -> None:
    """Keep the boards' documents up to date. Nothing waits for it."""
    mirror = _patiently(app.mirror, stopping)
    beat = Beat(app.home, "mirror", app.clock)
    look_at = 0.0
    while not stopping():
        if time.monotonic() >= look_at:
            _tried(lambda: mirror.step(app.clock.now()), 0)
            look_at = time.monotonic() + mirrors_rest_s(mirror.read_s)
        if beat.due():
            beat.write()
        time.sleep(0.1)


def mirrors_rest_s(read_s: float) -> float:
    """Return for how long the boards can wait after a step that read the ledger for *read_s*."""
    return max(_MIRROR_EVERY_S, _SELDOM * read_s)


def console(app: App, stopping: Stopping) -> None:
    """Serve the page, the API and the push door until asked to stop."""
    page = _patiently(app.console, stopping)
    server = ConsoleServer(page, app.settings.console.host, app.settings.console.port)
    beat = Beat(app.home, "console", app.clock)
    over = threading.Event()

    def watch() -> None:
        while not stopping() and not over.is_set():
            if beat.due():
                beat.write()
            time.sleep(0.1)
        server.should_exit = True

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        server.run()
    finally:
        over.set()  # whatever ended the server: a process ends only when all its threads have
        watcher.join()
    if not stopping():
        log.error("console ended by itself", port=app.settings.console.port)
        raise SystemExit(1)


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
