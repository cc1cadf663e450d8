"""The process tree: one process a part, restarted when it dies, stopped when asked."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import TextIOWrapper
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from pipeline.engine.orphans import bury_orphans, is_first
from pipeline.errors import Fault, Misconfigured
from pipeline.log import get
from pipeline.metrics import METRICS

log = get("tree")

Stopping = Callable[[], bool]

_GRACE_S = 10.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 3.0
_HEALTHY_AFTER_S = 10.0


@dataclass(frozen=True)
class Part:
    """A piece of the desk with a process of its own: *run* works until it is told to stop.

    *locks* are what it must have to itself on one data folder; processes of one tree may share one.
    """

    name: str
    run: Callable[[Stopping], None]
    locks: tuple[str, ...] = ()


@dataclass
class _Child:
    part: Part
    process: BaseProcess | None = None
    started_at: float = 0.0
    failures: int = 0
    start_at: float = field(default_factory=time.monotonic)


class Tree:
    """Starts the parts, starts again those that die, and takes all of them down together.

    A part that dies takes nothing with it: what it had not finished comes again (see ``Worker``). If the
    tree itself is killed, its parts notice and end. *folder* holds the locks, so that the same part never runs
    twice on one data folder.
    """

    def __init__(self, parts: Sequence[Part], folder: Path) -> None:
        self._children = [_Child(part) for part in parts]
        self._folder = folder
        self._context = multiprocessing.get_context("fork")  # parts share what was loaded before
        self._stop = threading.Event()
        self._lifeline, self._lifeline_end = os.pipe()

    def run(self, *, watch: Callable[[], bool] = lambda: False) -> None:
        """Run until SIGTERM or SIGINT arrives, ``stop`` is called, or *watch* says so."""
        with ExitStack() as locks:
            for name in self._locks():
                locks.enter_context(_lock(self._folder / f"{name}.lock"))
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self._stop.set())
            try:
                while not self._stop.is_set() and not watch():
                    self._start_due()
                    self._wait()
            finally:
                self._take_down()

    def stop(self) -> None:
        self._stop.set()

    def _locks(self) -> list[str]:
        parts = [child.part for child in self._children]
        return list(dict.fromkeys(name for part in parts for name in part.locks or (part.name,)))

    def _start_due(self) -> None:
        for child in self._children:
            if child.process is None and time.monotonic() >= child.start_at:
                child.process = self._context.Process(target=self._live, args=(child.part,), name=child.part.name)
                child.process.start()
                child.started_at = time.monotonic()

    def _live(self, part: Part) -> None:
        """Be a part: in the child process."""
        os.close(self._lifeline_end)
        asked = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: asked.set())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the tree decides
        threading.Thread(target=self._mourn, args=(asked,), daemon=True).start()
        log.debug("part started", part_name=part.name, pid=os.getpid())
        part.run(asked.is_set)

    def _mourn(self, asked: threading.Event) -> None:
        """End this part when the tree has died: its end of the pipe closes with it."""
        os.read(self._lifeline, 1)
        asked.set()
        time.sleep(_GRACE_S)
        os._exit(3)

    def _wait(self) -> None:
        sentinels = [child.process.sentinel for child in self._children if child.process is not None]
        if sentinels:
            wait(sentinels, timeout=0.1)
        else:
            time.sleep(0.05)
        for child in self._children:
            if child.process is not None and not child.process.is_alive():
                self._bury(child)
        if is_first():
            bury_orphans({child.process.pid for child in self._children if child.process is not None})

    def _bury(self, child: _Child) -> None:
        assert child.process is not None  # noqa: S101 # the caller looked
        lived_s = time.monotonic() - child.started_at
        child.failures = 0 if lived_s > _HEALTHY_AFTER_S else child.failures + 1
        pause_s = min(_FIRST_PAUSE_S * 2 ** max(0, child.failures - 3), _LONGEST_PAUSE_S)
        log.error("part died, starting it again", part_name=child.part.name, exit_code=child.process.exitcode,
                  lived_s=round(lived_s, 1), pause_s=pause_s)  # fmt: skip
        METRICS.restarts.labels(child.part.name).inc()
        child.process.join()
        child.process, child.start_at = None, time.monotonic() + pause_s

    def _take_down(self) -> None:
        alive = [child.process for child in self._children if child.process is not None]
        for process in alive:
            process.terminate()
        give_up = time.monotonic() + _GRACE_S
        for process in alive:
            process.join(max(0.0, give_up - time.monotonic()))
            if process.is_alive():
                log.error("part did not stop in time, killed", part_name=process.name)
                process.kill()
                process.join()


class _lock:  # noqa: N801 # used like a function: with _lock(path)
    """Hold *path* for this process and its children; wait a little for a tree that is just ending."""

    def __init__(self, path: Path, patience_s: float = 15.0) -> None:
        self._path = path
        self._patience_s = patience_s
        self._file: TextIOWrapper | None = None

    def __enter__(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a+")
        give_up = time.monotonic() + self._patience_s
        while not self._taken():
            if time.monotonic() > give_up:
                raise Misconfigured([_busy(self._path, self._holder())])
            time.sleep(0.1)
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def __exit__(self, *_: object) -> None:
        assert self._file is not None  # noqa: S101 # entered
        self._file.close()

    def _taken(self) -> bool:
        assert self._file is not None  # noqa: S101 # entered
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> str:
        assert self._file is not None  # noqa: S101 # entered
        self._file.seek(0)
        return self._file.read().strip()


def _busy(path: Path, pid: str) -> Fault:
    return Fault(
        str(path),
        f"这个数据目录已有一个 yuqing 在运行（进程 {pid}）；请先停掉它，或用 home 换一个目录",
        f"a yuqing is already running on this data folder (process {pid}); stop it, or set another home",
    )
