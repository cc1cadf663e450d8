"""The one loop that drives every stage: poll → process → publish → remember → move."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from pipeline.bus import LINES, Bus, Delivery, Message, Positions
from pipeline.engine.clock import Clock
from pipeline.errors import Overtaken, Rejected, Unavailable
from pipeline.log import get
from pipeline.metrics import METRICS, Metrics
from pipeline.model import encode
from pipeline.stage import Stage, Stateful
from pipeline.topics import BY_LINE, dead

log = get("engine")

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 15.0


class SetAside(msgspec.Struct, frozen=True):
    """A message that its stage could not digest, as it stands in the dead topic: nothing is thrown away."""

    topic: str
    partition: int
    offset: int
    key: str
    stage: str
    at: datetime
    reason: str
    value: bytes


@dataclass(frozen=True)
class Step:
    """What one step did; *retry_in_s* is set when something we depend on was away."""

    read: int
    retry_in_s: float = 0.0


class Worker:
    """Drives one stage over its topic.

    A batch is processed, its results published, the stage's memory and position committed, and only then
    is the bus told. Whatever dies in between, the batch comes again and makes the same messages again.
    """

    def __init__(
        self,
        stage: Stage,
        bus: Bus,
        clock: Clock,
        *,
        batch: int = 256,
        member: int = 0,
        of: int = 1,
        metrics: Metrics = METRICS,
    ) -> None:
        self.stage = stage
        self._bus = bus
        self._clock = clock
        self._batch = batch
        self._by_line = stage.reads in BY_LINE
        self._most = max(1, batch // LINES) if self._by_line else batch
        self._metrics = metrics
        recall = stage.recall if isinstance(stage, Stateful) else None
        self._consumer = bus.consumer(stage.name, stage.reads, member=member, of=of, recall=recall)
        self._failures = 0
        self._lost = False

    def step(self, wait_s: float = 0.0) -> Step:
        """Digest one batch, and tell the stage the time if it has read all there is."""
        try:
            read = self._step(wait_s)
        except Unavailable as error:
            return self._retry_later(error)
        self._failures = 0
        return Step(read)

    def run(self, stopping: Callable[[], bool], beat: Callable[[], None] = lambda: None) -> None:
        """Step until *stopping* says so; *beat* is called after every step."""
        while not stopping():
            step = self.step(wait_s=0.25)
            beat()
            wake_at = time.monotonic() + step.retry_in_s
            while time.monotonic() < wake_at and not stopping():
                time.sleep(0.05)

    def lag(self) -> int:
        """Return how many messages the group of this worker has still to read. Raises Unavailable."""
        return self._bus.lag(self.stage.name, self.stage.reads)

    def close(self) -> None:
        self._consumer.close()
        self.stage.close()

    def _step(self, wait_s: float) -> int:
        self._find_back()
        messages = self._consumer.poll(self._most, wait_s)
        deliveries = [line for one in messages for line in one.lines()] if self._by_line else messages
        now = self._clock.now()
        if deliveries:
            began = time.perf_counter()
            self._digest(deliveries, self._consumer.positions, now)
            self._consumer.commit()
            self._count(len(deliveries), time.perf_counter() - began)
        if len(messages) < self._most:
            positions = self._consumer.positions
            self._hold(positions)
            self._finish(self.stage.tick(now), positions)
        return len(deliveries)

    def _find_back(self) -> None:
        """After a failure, begin again where the last commit was: the ledger's, for a stage that remembers there."""
        if self._lost:
            self._consumer.rewind()
            if isinstance(self.stage, Stateful):
                self._consumer.seek(self.stage.recall())
            self._lost = False

    def _hold(self, positions: Positions) -> None:
        if isinstance(self.stage, Stateful):
            self.stage.hold(positions.keys())

    def _digest(self, deliveries: Sequence[Delivery], positions: Positions, now: datetime) -> None:
        try:
            self._hold(positions)
            self._finish(self.stage.process(deliveries, now), positions)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 # a bug met by one message must not stop the warnings behind it
            self._forget()
            if len(deliveries) == 1:
                self._set_aside(deliveries[0], error, positions, now)
                return
            for delivery, after in zip(deliveries, _behind(deliveries), strict=True):
                self._digest([delivery], after, now)

    def _finish(self, out: Sequence[Message], positions: Positions) -> None:
        if out and self.stage.writes is not None:
            self._bus.publish(self.stage.writes, out, as_lines=self.stage.writes in BY_LINE)
        if isinstance(self.stage, Stateful):
            self.stage.remember(positions)

    def _set_aside(self, delivery: Delivery, error: Exception, positions: Positions, now: datetime) -> None:
        self._hold(positions)
        note = SetAside(
            delivery.topic, delivery.partition, delivery.offset, delivery.key,
            self.stage.name, now, _reason(error), delivery.value,
        )  # fmt: skip
        self._bus.publish(dead(delivery.topic), [Message(delivery.key, encode(note))])
        if isinstance(self.stage, Stateful):
            self.stage.remember(positions)
        self._metrics.set_aside.labels(self.stage.name).inc()
        log.error("message set aside", stage=self.stage.name, topic=delivery.topic, offset=delivery.offset,
                  kind=type(error).__name__)  # fmt: skip

    def _retry_later(self, error: Unavailable) -> Step:
        self._forget()
        self._lost = True
        if isinstance(error, Overtaken):
            log.info("overtaken, going on where the ledger stands", stage=self.stage.name)
            return Step(0)
        self._failures += 1
        wait_s = min(_FIRST_WAIT_S * 2 ** (self._failures - 1), _LONGEST_WAIT_S)
        self._metrics.unavailable.labels(self.stage.name).inc()
        log.warning("waiting for a dependency", stage=self.stage.name, error=str(error), wait_s=wait_s)
        return Step(0, retry_in_s=wait_s)

    def _forget(self) -> None:
        if isinstance(self.stage, Stateful):
            self.stage.forget()

    def _count(self, read: int, took_s: float) -> None:
        self._metrics.messages.labels(self.stage.name).inc(read)
        self._metrics.batch_seconds.labels(self.stage.name).observe(took_s)
        log.debug("batch done", stage=self.stage.name, read=read, took_s=round(took_s, 4))


def _behind(deliveries: Sequence[Delivery]) -> Iterator[Positions]:
    """Yield where to read on after each of *deliveries*: at its message again, while lines of it are left."""
    following = [*deliveries[1:], None]
    for one, after in zip(deliveries, following, strict=True):
        more = after is not None and (after.partition, after.offset) == (one.partition, one.offset)
        yield {one.partition: one.offset if more else one.offset + 1}


def _reason(error: Exception) -> str:
    """Say what went wrong without quoting the message: a bug's own words may hold its text."""
    if isinstance(error, Rejected):
        return str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}, line {frame.lineno}"
