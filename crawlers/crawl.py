"""The Scrapy process, seen from the collector: started when needed, replaced when it dies."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from functools import cache
from pathlib import Path
from typing import IO

import msgspec

from crawlers import Outcome, Visit
from crawlers.errand import Asked, Errand, Told

_ROOT = Path(__file__).parent.parent
_SLACK_S = 60.0  # for robots.txt, redirects, the host's turn and parsing, besides the deadline of each request


class Crawl:
    """Runs errands in a Scrapy process of its own; several threads may call it.

    Scrapy lives apart because its reactor cannot be started twice, and because whatever a hostile site
    does to a parser, it does it to that process.
    """

    def __init__(self, command: tuple[str, ...] = (sys.executable, "-m", "crawlers.spiders")) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: dict[int, Future[Told]] = {}
        self._numbers = 0

    def visit(self, errand: Errand) -> Visit:
        """Return how *errand* ended. Raises RuntimeError for a bug of ours."""
        future = self._ask(errand)
        try:
            told = future.result(timeout=3 * errand.deadline_s + _SLACK_S)
        except (NotYet, BrokenPipeError):
            self.close()  # it hangs or is gone; the next errand starts another
            return Visit(outcome=Outcome.FAILED, cursor=errand.cursor, problem="采集进程没有回应，已重启，稍后再试。")
        if told.visit is None:
            raise RuntimeError(f"a visit of {errand.urls[0]} failed: {told.bug}")
        return told.visit

    @property
    def pid(self) -> int | None:
        """The id of the Scrapy process, if one is running."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process; errands still running in it fail and are tried again later."""
        with self._lock:
            process, self._process = self._process, None
        if process and process.stdin and process.stdout:
            process.kill()
            process.wait()
            process.stdin.close()

    def _ask(self, errand: Errand) -> Future[Told]:
        future: Future[Told] = Future()
        with self._lock:
            self._numbers += 1
            self._waiting[self._numbers] = future
            line = msgspec.json.encode(Asked(number=self._numbers, errand=errand)) + b"\n"
            try:
                self._write(line)
            except BrokenPipeError as error:
                future.set_exception(error)
        return future

    def _write(self, line: bytes) -> None:
        if self._process is None or self._process.poll() is not None:
            self._process = self._start()
        stdin = self._process.stdin
        if stdin:
            stdin.write(line)
            stdin.flush()

    def _start(self) -> subprocess.Popen[bytes]:
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        if process.stdout:
            threading.Thread(target=self._listen, args=(process.stdout,), daemon=True).start()
        return process

    def _listen(self, stdout: IO[bytes]) -> None:
        """Hand every line to whoever waits for it; when the lines end, nobody waits any longer."""
        with stdout:
            for line in stdout:
                told = msgspec.json.decode(line, type=Told)
                if future := self._waiting.pop(told.number, None):
                    future.set_result(told)
        self._abandon()

    def _abandon(self) -> None:
        with self._lock:
            abandoned, self._waiting = self._waiting, {}
        for future in abandoned.values():
            if not future.done():
                future.set_exception(BrokenPipeError("the Scrapy process ended"))


@cache
def shared() -> Crawl:
    """Return the one Scrapy process of this process."""
    return Crawl()
