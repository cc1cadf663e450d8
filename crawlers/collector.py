"""Visit every source when it is due, hand its posts to intake, and only then remember where we were."""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from crawlers import Outcome, RawPost, SourceCard, Visit
from crawlers.frontier import Frontier
from crawlers.pace import CLOCK, Standing, after, heard
from crawlers.sources import OpenSource
from pipeline import log
from pipeline.errors import Rejected, Unavailable
from pipeline.metrics import METRICS
from pipeline.model import clock_suspect

PRESSED_S = 5.0  # until we look again whether the stages have caught up
PATIENCE_S = 0.5  # one step waits this long for slow sites, and with it what the quick ones brought
BUS_AWAY = timedelta(seconds=5)
_LONGEST_S = 60.0
_THREADS = 16

_log = log.get("collector")


class Door(Protocol):
    """Where posts go in; Intake is one."""

    def accept(self, card: SourceCard, raw: Sequence[RawPost], /) -> int:
        """Take *raw*; on return it is durable. Raises Unavailable if none of it surely is."""


class Collector:
    """Visits sources side by side; the trouble of one stops no other."""

    def __init__(
        self,
        sources: Sequence[OpenSource],
        frontier: Frontier,
        intake: Door,
        clock: Callable[[], datetime],
        pressure: Callable[[], bool] = lambda: False,
        jitter: Callable[[], float] = lambda: random.uniform(0.95, 1.1),
    ) -> None:
        self._sources = {source.card.id: source for source in sources}
        self._frontier, self._intake = frontier, intake
        self._clock, self._pressure, self._jitter = clock, pressure, jitter
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="visit")
        self._running: dict[Future[Visit], OpenSource] = {}
        self._standings = {id_: self._recalled(source) for id_, source in self._sources.items()}

    def step(self) -> float:
        """Visit what is due; return the seconds until there is something to do again.

        Under pressure from downstream nothing new is begun, and what was begun is still handed over.
        """
        if not self._pressure():
            self._begin(self._clock())
        elif not self._running:
            return PRESSED_S
        done, _ = wait(self._running, timeout=PATIENCE_S)
        kept = [self._end(future, self._running.pop(future)) for future in done]
        if not all(kept):
            METRICS.unavailable.labels("crawl").inc()  # once, however many sources came at that moment
        return self._rest_s(self._clock())

    def close(self) -> None:
        """Stop; visits under way are forgotten and made again after the next start."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for source in self._sources.values():
            if close := getattr(source.connector, "close", None):
                close()  # or the threads that wait for a slow site would keep this process from ending

    def _recalled(self, source: OpenSource) -> Standing:
        """Return where a source stands; somebody who changed its options wants it tried again."""
        standing = self._frontier.standing(source.card.id)
        if standing.fingerprint == source.fingerprint:
            return standing
        due = standing.visited_at if standing.paused else standing.next_due
        return replace(standing, fingerprint=source.fingerprint, next_due=due)

    def _begin(self, now: datetime) -> None:
        busy = {source.card.id for source in self._running.values()}
        for id_, source in self._sources.items():
            standing = self._standings[id_]
            if id_ not in busy and standing.due(now):
                self._running[self._pool.submit(source.connector.fetch, standing.cursor, now)] = source

    def _end(self, future: Future[Visit], source: OpenSource) -> bool:
        """Hand over what a visit brought; return False if it could not be kept."""
        card, before, now = source.card, self._standings[source.card.id], self._clock()
        visit = self._visit(future, card, before)
        try:
            visit, accepted = self._accepted(visit, card, before)
            standing = after(before, visit, now, card, self._jitter())
            self._frontier.record(standing, heard(before, visit, now, card.zone))
        except Unavailable as error:
            # The cursor stays, so the same posts come again.
            self._standings[card.id] = replace(before, next_due=now + BUS_AWAY, visited_at=before.visited_at or now)
            _log.warning("nothing can be kept", source=card.id, posts=len(visit.posts), error=str(error))
            return False
        self._standings[card.id] = standing
        self._count(card, visit, accepted)
        return True

    def _visit(self, future: Future[Visit], card: SourceCard, before: Standing) -> Visit:
        """Return the visit. A connector that raised is a bug of ours, and still no reason to stop the others."""
        error = future.exception()
        if error is None:
            return future.result()
        if not isinstance(error, Exception):
            raise error
        away = isinstance(error, Unavailable | Rejected)
        return (
            Visit(outcome=Outcome.FAILED, cursor=before.cursor, problem=str(error))
            if away
            else _failed(error, card, before)
        )

    def _accepted(self, visit: Visit, card: SourceCard, before: Standing) -> tuple[Visit, int]:
        """Hand over the posts; return how the visit ended, and how many were taken. Raises Unavailable."""
        try:
            accepted = self._intake.accept(card, visit.posts) if visit.posts else 0
            return _of_the_clock(visit), accepted
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 # a bug met by the posts of one source must not stop the others
            return _failed(error, card, before), 0

    def _count(self, card: SourceCard, visit: Visit, accepted: int) -> None:
        METRICS.fetches.labels(card.id, visit.outcome.value).inc()
        for kind in visit.warnings:
            METRICS.collect_warnings.labels(card.id, kind).inc()
        told = _log.info if accepted or visit.problem else _log.debug
        told("visited", source=card.id, outcome=visit.outcome.value, posts=accepted, problem=visit.problem)

    def _rest_s(self, now: datetime) -> float:
        if self._running:
            return 0.0  # the next step waits for them
        dues = [now if standing.visited_at is None else standing.next_due for standing in self._standings.values()]
        soonest = min((due for due in dues if due), default=None)
        return min(max((soonest - now).total_seconds(), 0.0), _LONGEST_S) if soonest else _LONGEST_S


def _of_the_clock(visit: Visit) -> Visit:
    """Return *visit* with a word on the clock of its source, if that is wrong: posts count by when they were fetched."""
    if any(clock_suspect(post.published.at, post.fetched_at) for post in visit.posts):
        return replace(visit, warnings=(*visit.warnings, CLOCK))
    return visit


def _failed(error: Exception, card: SourceCard, before: Standing) -> Visit:
    """Return what a bug of ours makes of a visit. Logged is its place and not the traceback: its variables hold posts."""
    kind = type(error).__name__
    _log.error("collecting failed", source=card.id, connector=card.connector, error=kind, at=_place(error))
    problem = f"采集程序出错（{kind}），稍后再试；请把日志交给维护人员。"
    return Visit(outcome=Outcome.FAILED, cursor=before.cursor, problem=problem)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
