"""Parts that run once in a whole deployment: on every other machine they stand by."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from pipeline.app.status import Beat
from pipeline.engine.clock import WallClock
from pipeline.engine.tree import Stopping
from pipeline.errors import Unavailable
from pipeline.ledger import Guard, Ledger
from pipeline.log import get
from pipeline.settings import Settings

log = get("standby")

ALONE: Final = {
    "crawl": "one visitor is polite, two are not",
    "cluster": "whoever joins like with like must have seen all of it",
    "notify": "a case has one writer",
    "mirror": "one is enough, and two write everything twice",
}
"""The parts of which one is enough, and why a second one would do harm."""

_ASK_EVERY_S = 1.0


def alone(
    name: str, settings: Settings, work: Callable[[Stopping], None], stopping: Stopping, speaks_for: Sequence[str] = ()
) -> None:
    """Do *work* whenever no other machine does the part *name*; meanwhile stand by, to take over within seconds.

    *work* is told to stop as soon as somebody else might begin; it may be begun again after that. A ledger in a file
    belongs to one machine: then nobody stands by. *speaks_for* are the names by which the page knows the process.
    """
    if settings.ledger_url.startswith("sqlite:"):
        work(stopping)
        return
    beats = [Beat(settings.home, one, WallClock()) for one in speaks_for or (name,)]
    right = _Right(settings.ledger_url, name)
    try:
        while not stopping():
            if right.take():
                _work(work, right, stopping)
            else:
                _rest(beats, stopping)
    finally:
        right.close()


class _Right:
    """The guard of one name, on a ledger that is opened when it can be."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._ledger: Ledger | None = None
        self._guard: Guard | None = None

    def take(self) -> bool:
        try:
            if self._ledger is None:
                self._ledger = Ledger.open(self._url)
            if self._guard is None:
                self._guard = self._ledger.alone(self._name)
            return self._guard.take()
        except Unavailable as error:
            log.warning("waiting for a dependency", part_name=self._name, error=str(error))
            return False

    def held(self) -> bool:
        return self._guard is not None and self._guard.held()

    def close(self) -> None:
        if self._guard is not None:
            self._guard.close()
        if self._ledger is not None:
            self._ledger.close()


def _work(work: Callable[[Stopping], None], right: _Right, stopping: Stopping) -> None:
    try:
        work(lambda: stopping() or not right.held())
    except Unavailable as error:
        if right.held() or stopping():
            raise
        log.warning("stopped while waiting for a dependency", error=str(error))  # we are no longer alone: stand by


def _rest(beats: Sequence[Beat], stopping: Stopping) -> None:
    wake_at = time.monotonic() + _ASK_EVERY_S
    while time.monotonic() < wake_at and not stopping():
        for beat in beats:
            if beat.due():
                beat.write(standing_by=True)
        time.sleep(0.05)
