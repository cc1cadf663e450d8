"""Two stages in one process, without a hop over the bus between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from pipeline.bus import Bus, Delivery, Message
from pipeline.engine.clock import Clock
from pipeline.engine.worker import Step, Worker
from pipeline.stage import Stage

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)


class First(Stage, Protocol[T_co]):
    """A stage whose results can be had before they are messages. It causes nothing by the passing of time."""

    def read(self, batch: Sequence[Delivery]) -> Sequence[T_co]: ...


class Second(Stage, Protocol[T_contra]):
    """A stage that takes what it reads also when it has not been a message."""

    def write(self, values: Sequence[T_contra]) -> Sequence[Message]: ...


class FusedStage(Generic[T]):
    """Reads what *first* reads, in its name and at its position, and writes what *second* writes."""

    def __init__(self, first: First[T], second: Second[T]) -> None:
        self.name = first.name
        self.reads = first.reads
        self.writes = second.writes
        self._first = first
        self._second = second

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        return self._second.write(self._first.read(batch))

    def tick(self, now: datetime) -> Sequence[Message]:
        return self._second.tick(now)

    def close(self) -> None:
        self._first.close()
        self._second.close()


class FusedWorker(Worker, Generic[T]):
    """Drives two stages as one, and the second one over what lies between them, which goes first.

    So a desk may be stopped with two workers and started with one: what was written between the two is read,
    and messages with one key stay in order. The two share the second stage and its memory.
    """

    def __init__(self, first: First[T], second: Second[T], bus: Bus, clock: Clock, *, batch: int = 256) -> None:
        super().__init__(FusedStage(first, second), bus, clock, batch=batch)
        self.between = Worker(second, bus, clock, batch=batch)
        self._caught_up = False
        self._full = False

    def step(self, wait_s: float = 0.0) -> Step:
        if not self._full:  # asking a broker for nothing takes time, which is short under load
            left = self.between.step(0.0 if self._caught_up else wait_s)
            if left.read or left.retry_in_s:
                return left
        step = super().step(wait_s)
        self._full = step.read == self._batch
        return step

    def _step(self, wait_s: float) -> int:
        # A poll that brings nothing is no proof: a broker may only have been slow.
        self._caught_up = self._caught_up or not self.between.lag()
        return super()._step(wait_s) if self._caught_up else 0

    def close(self) -> None:
        self.between.close()
        super().close()
