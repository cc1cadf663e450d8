"""The Scrapy process, seen from the collector: started when needed, replaced when it dies."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import IO

import msgspec

from crawlers import Outcome, Visit
from crawlers.errand import Asked, Errand, Told

_ROOT = Path(__file__).parent.parent
_COMMAND = (sys.executable, "-m", "crawlers.spiders")
_SLACK_S = 60.0  # for robots.txt, redirects, the host's turn and parsing, besides the deadline of each request


class Crawl:
    """Runs errands in a Scrapy process of its own; several threads may call it.

    Scrapy lives apart because its reactor cannot be started twice, and because whatever a hostile site
    does to a parser, it does it to that process.
    """

    def __init__(self, command: tuple[str, ...] = _COMMAND) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def visit(self, errand: Errand) -> Visit:
        """Return how *errand* ended. Raises RuntimeError for a bug of ours."""
        child = self._running()
        try:
            told = child.ask(errand).result(timeout=3 * errand.deadline_s + _SLACK_S)
        except (NotYet, BrokenPipeError):
            child.end()  # it hangs or is gone; the next errand starts another
            return Visit(outcome=Outcome.FAILED, cursor=errand.cursor, problem="采集进程没有回应，已重启，稍后再试。")
        if told.visit is None:
            raise RuntimeError(f"a visit of {errand.urls[0]} failed: {told.bug}")
        return told.visit

    @property
    def pid(self) -> int | None:
        """The id of the Scrapy process, if one is running."""
        child = self._child
        return child.process.pid if child and child.alive else None

    def close(self) -> None:
        """End the process; errands still running in it fail and are tried again later."""
        with self._lock:
            child, self._child = self._child, None
        if child:
            child.end()

    def _running(self) -> _Child:
        with self._lock:
            if self._child is None or not self._child.alive:
                self._child = _Child(self._command)
            return self._child


class _Child:
    """One process, and who waits for what from it."""

    def __init__(self, command: tuple[str, ...]) -> None:
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,  # Ctrl-C is for the parent; the end of standard input is enough for this one
        )
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[Told]] = {}
        self._over = False
        threading.Thread(target=self._listen, args=(self.process.stdout,), daemon=True).start()

    @property
    def alive(self) -> bool:
        return not self._over and self.process.poll() is None

    def ask(self, errand: Errand) -> Future[Told]:
        """Send *errand*; the future fails with BrokenPipeError if the process ends first."""
        future: Future[Told] = Future()
        with self._lock:
            number = next(self._numbers)
            line = msgspec.json.encode(Asked(number=number, errand=errand)) + b"\n"
            if self._over or self.process.stdin is None:
                raise BrokenPipeError
            self._waiting[number] = future
            self.process.stdin.write(line)
            self.process.stdin.flush()
        return future

    def end(self) -> None:
        """Kill the process, if it still lives. What waits for it is told by the listener."""
        self.process.kill()
        self.process.wait()

    def _listen(self, stdout: IO[bytes] | None) -> None:
        """Hand every line to whoever waits for it; when the lines end, nobody waits any longer."""
        with stdout or nullcontext(()) as lines:
            for line in lines:
                told = msgspec.json.decode(line, type=Told)
                self._waiting.pop(told.number).set_result(told)
        with self._lock:
            self._over = True
            abandoned, self._waiting = self._waiting, {}
        for future in abandoned.values():
            future.set_exception(BrokenPipeError("the Scrapy process ended"))


@cache
def shared() -> Crawl:
    """Return the one Scrapy process of this process."""
    return Crawl()
