"""Rules that change while the desk runs: read elsewhere, prepared aside, taken over between two batches."""

from __future__ import annotations

import gc
import pickle
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from pipeline import log
from pipeline.directory import Directory
from pipeline.errors import Fault
from pipeline.metrics import METRICS
from pipeline.rulebook.read import SHIPPED, Rulebook
from pipeline.rulebook.rule import Rule

_log = log.get("rules")
_CHUNK: Final = 100
_REST_S: Final = 0.002  # between chunks: whoever has a batch to do goes first

Prepare = Callable[[Rulebook], Callable[[], None]]
"""Makes something of a new book, away from the batches; what it returns is called between two of them."""
Read = Callable[[Sequence[Path], Path | None], Rulebook]


class LiveRules:
    """The book that holds, and the files that may hold another one soon.

    A book with faults is not taken over: the old one stays, ``refused`` has the faults, and the log names them.
    ``look`` never waits. *read* makes the book; by default another process does, since parsing a large file
    would stop everything else here.
    """

    def __init__(
        self,
        book: Rulebook,
        paths: Sequence[Path] = (),
        directory: Path | None = None,
        *,
        every: timedelta = timedelta(seconds=5),
        read: Read | None = None,
    ) -> None:
        self.book = book
        self.refused: tuple[Fault, ...] = ()
        self._paths = tuple(paths) or (SHIPPED,)
        self._directory = directory
        self._every = every
        self._read = read or read_elsewhere
        self._seen = signature(self._paths)
        self._looked_at: datetime | None = None
        self._prepares: list[Prepare] = []
        self._work: threading.Thread | None = None
        self._commits: list[Callable[[], None]] | None = None
        self._looking = threading.Lock()

    def on_change(self, prepare: Prepare) -> None:
        """Have *prepare* called with every new book before it holds."""
        self._prepares.append(prepare)

    def look(self, now: datetime) -> bool:
        """Take over a book that is ready, and see whether the files changed; True if another book holds now."""
        if not self._looking.acquire(blocking=False):
            return False  # another thread looks
        try:
            return self._look(now)
        finally:
            self._looking.release()

    def seek(self, now: datetime) -> bool:
        """Look at once; True if another book may hold soon. One that is ready is taken over now."""
        self._looked_at = None
        if self.look(now):
            self._begin()  # the files may have changed once more since that one was read
        return (self._work is not None and self._work.is_alive()) or self._commits is not None

    def _look(self, now: datetime) -> bool:
        if self._commits is not None:
            commits, self._commits = self._commits, None
            before = self.book
            for commit in commits:
                commit()
            threading.Thread(target=_let_go, args=(list(before.rules),), name="old rules", daemon=True).start()
            return True
        if self._looked_at is None or now - self._looked_at >= self._every:
            self._looked_at = now
            self._begin()
        return False

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait for a reading that is under way; for tests and for whoever wants to stop."""
        if self._work is not None:
            self._work.join(timeout_s)

    def _begin(self) -> None:
        if self._work is not None and self._work.is_alive():
            return
        found = signature(self._paths)
        if found != self._seen:
            self._seen = found
            self._work = threading.Thread(target=self._renew, name="rules", daemon=True)
            self._work.start()

    def _renew(self) -> None:
        began = time.perf_counter()
        with _without_pauses():
            book = self._read(self._paths, self._directory)
            self._judge(book)
        _log.info("rules read", count=len(book.rules), took_s=round(time.perf_counter() - began, 3))

    def _judge(self, book: Rulebook) -> None:
        self.refused = book.errors
        METRICS.rules_refused.set(len(book.errors))
        if book.errors:
            _log.warning("rules refused", count=len(book.errors), first=book.errors[0].say())
            return
        commits = [prepare(book) for prepare in self._prepares]

        def hold() -> None:
            self.book = book

        self._commits = [hold, *commits]


@contextmanager
def _without_pauses() -> Iterator[None]:
    """Keep the collector from walking through a book while it is made; then it never looks at the book again.

    Rules hold no circles, so that counting references is enough to let go of them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def _let_go(rules: list[Rule]) -> None:
    """Drop the rules of an old book bit by bit: all at once would keep a batch waiting."""
    while rules:
        del rules[-_CHUNK:]
        time.sleep(_REST_S)


def signature(paths: Sequence[Path]) -> Mapping[str, tuple[int, int]]:
    """Return what changes when a rule file, or a word list beside it, is written, added or taken away."""
    found = {}
    for file in chain.from_iterable(map(_with_lists, paths)):
        try:
            about = file.stat()
        except OSError:
            continue  # it was taken away just now
        if file.suffix in (".yaml", ".yml", ".txt"):
            found[str(file)] = (about.st_mtime_ns, about.st_size)
    return found


def _with_lists(path: Path) -> Iterable[Path]:
    return path.rglob("*") if path.is_dir() else (path, *path.parent.glob("*.txt"))


def read_elsewhere(paths: Sequence[Path], directory: Path | None) -> Rulebook:
    """Return the book of *paths*, read by another process and taken in by pieces."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    reader = context.Process(target=_send, args=(theirs, tuple(paths), directory), daemon=True)
    reader.start()
    theirs.close()
    try:
        return _received(ours)
    except EOFError:
        fault = Fault(str(paths[0]), "读规则的进程没有读完", "the process that reads the rules did not finish", "E01")
        return Rulebook((), (fault,))
    finally:
        ours.close()
        reader.join()


def _send(pipe: Connection, paths: Sequence[Path], directory: Path | None) -> None:
    book = Rulebook.read(paths, Directory.read(directory))
    pipe.send_bytes(pickle.dumps(book.faults))
    for start in range(0, len(book.rules), _CHUNK):
        pipe.send_bytes(pickle.dumps(book.rules[start : start + _CHUNK]))
    pipe.send_bytes(b"")
    pipe.close()


def _received(pipe: Connection) -> Rulebook:
    faults: tuple[Fault, ...] = pickle.loads(pipe.recv_bytes())  # noqa: S301 # from a process that we started
    rules: list[Rule] = []
    while chunk := pipe.recv_bytes():
        rules += pickle.loads(chunk)  # noqa: S301
        time.sleep(_REST_S)
    return Rulebook(tuple(rules), faults)
