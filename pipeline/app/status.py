"""How each process is, as a small file a part: for /healthz, the page and people."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from pipeline.engine.clock import Clock

_EVERY_S = 1.0
SILENT_AFTER = timedelta(seconds=15)


class Status(msgspec.Struct, frozen=True):
    """What a part said last; *lag* is how many messages it has still to read.

    A part that stands by is well: another machine does its work.
    """

    part: str
    pid: int
    at: datetime
    lag: int = 0
    standing_by: bool = False


class Beat:
    """Writes one part's status now and then."""

    def __init__(self, home: Path, part: str, clock: Clock) -> None:
        self._file = _folder(home) / f"{part}.json"
        self._part = part
        self._clock = clock
        self._next = 0.0

    def due(self) -> bool:
        return time.monotonic() >= self._next

    def write(self, lag: int = 0, *, standing_by: bool = False) -> None:
        """Say that the part is alive. A full disk is no reason to stop: silence says it too."""
        self._next = time.monotonic() + _EVERY_S
        status = Status(self._part, os.getpid(), self._clock.now(), lag, standing_by)
        draft = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(msgspec.json.encode(status))
            draft.replace(self._file)
        except OSError:
            return


def statuses(home: Path) -> Mapping[str, Status]:
    """Return what each part said last, by part."""
    found = {}
    for file in sorted(_folder(home).glob("*.json")):
        try:
            status = msgspec.json.decode(file.read_bytes(), type=Status)
        except (OSError, msgspec.DecodeError):
            continue  # just being replaced, or cut off by a full disk: the next beat mends it
        found[status.part] = status
    return found


def silent(status: Status, now: datetime) -> bool:
    return now - status.at > SILENT_AFTER


def worker_of(part: str, name: str) -> bool:
    """Say whether *part* is *name* or one of its workers (``match.2``)."""
    return part == name or part.rpartition(".")[0] == name


def clear(home: Path) -> None:
    """Forget the statuses of an earlier run."""
    for file in _folder(home).glob("*.json"):
        file.unlink(missing_ok=True)


def _folder(home: Path) -> Path:
    return home / "run" / "status"
