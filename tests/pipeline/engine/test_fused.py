"""Two stages in one process: what they write, and what another run left between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipeline.bus import Delivery, Message
from pipeline.bus.sqlite import SqliteBus
from pipeline.engine.clock import ManualClock
from pipeline.engine.fused import FusedWorker
from pipeline.engine.worker import Worker
from pipeline.errors import Unavailable
from pipeline.topics import dead
from tests.contracts.bus import drain, words

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Upper:
    """Reads ``in``, writes ``between``."""

    name, reads = "upper", "in"
    writes: str | None = "between"
    closed = False

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        return [Message(word[0], word.encode()) for word in self.read(batch)]

    def read(self, batch: Sequence[Delivery]) -> list[str]:
        if any(delivery.value == b"bug" for delivery in batch):
            raise KeyError("a bug")
        return [delivery.value.decode().upper() for delivery in batch]

    def tick(self, now: datetime) -> Sequence[Message]:
        return []

    def close(self) -> None:
        self.closed = True


class Counted:
    """Reads ``between``, writes ``out``: how many words it has met, which only one memory can know."""

    name, reads = "counted", "between"
    writes: str | None = "out"

    def __init__(self) -> None:
        self.met = 0
        self.ticks: list[datetime] = []
        self.away = False

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        return self.write([delivery.value.decode() for delivery in batch])

    def write(self, values: Sequence[str]) -> Sequence[Message]:
        if self.away:
            raise Unavailable("away")
        return [Message(word[0], f"{word}{self._count()}".encode()) for word in values]

    def _count(self) -> int:
        self.met += 1
        return self.met

    def tick(self, now: datetime) -> Sequence[Message]:
        self.ticks.append(now)
        return []

    def close(self) -> None: ...


def a_bus(folder: Path) -> SqliteBus:
    return SqliteBus(folder, partitions=1)


def fused(bus: SqliteBus, first: Upper | None = None, second: Counted | None = None) -> FusedWorker[str]:
    return FusedWorker(first or Upper(), second or Counted(), bus, ManualClock(NOON), batch=2)


def settle(worker: Worker) -> None:
    while worker.step().read:
        pass


def said(bus: SqliteBus, topic: str) -> list[str]:
    return words(drain(bus.consumer("test", topic)))


def heard(bus: SqliteBus, *texts: str) -> None:
    bus.publish("in", [Message(text[0], text.encode()) for text in texts])


def test_nothing_is_written_between_the_two(tmp_path: Path) -> None:
    bus = a_bus(tmp_path)
    heard(bus, "a", "b", "c")
    settle(fused(bus))
    assert said(bus, "out") == ["A1", "B2", "C3"]
    assert said(bus, "between") == []


def test_what_two_workers_left_between_them_is_read_first(tmp_path: Path) -> None:
    bus, clock = a_bus(tmp_path), ManualClock(NOON)
    heard(bus, "a", "b", "c")
    settle(Worker(Upper(), bus, clock))
    heard(bus, "a'")
    settle(fused(bus))
    assert said(bus, "out") == ["A1", "B2", "C3", "A'4"]


def test_what_was_fused_goes_on_apart_where_it_stopped(tmp_path: Path) -> None:
    bus, clock = a_bus(tmp_path), ManualClock(NOON)
    heard(bus, "a")
    settle(fused(bus))
    heard(bus, "b")
    settle(Worker(Upper(), bus, clock))
    settle(Worker(Counted(), bus, clock))
    assert said(bus, "out") == ["A1", "B1"]


def test_what_is_replayed_between_the_two_is_read_at_any_time(tmp_path: Path) -> None:
    bus = a_bus(tmp_path)
    worker = fused(bus)
    settle(worker)
    bus.publish("between", [Message("x", b"X")])
    settle(worker)
    assert said(bus, "out") == ["X1"]


def test_a_broker_that_is_slow_to_tell_holds_the_first_stage_back(tmp_path: Path) -> None:
    bus = a_bus(tmp_path)
    heard(bus, "a'")
    worker = fused(bus)
    unread = [1]
    worker.between.lag = lambda: unread[0]  # type: ignore[method-assign] # says there is more than a poll brought
    settle(worker)
    assert said(bus, "out") == []
    unread[0] = 0
    settle(worker)
    assert said(bus, "out") == ["A'1"]


def test_a_dependency_that_is_away_is_waited_for_on_both_ways(tmp_path: Path) -> None:
    bus, second = a_bus(tmp_path), Counted()
    heard(bus, "a")
    settle(Worker(Upper(), bus, ManualClock(NOON)))
    heard(bus, "b")
    worker = fused(bus, second=second)
    second.away = True
    assert worker.step().retry_in_s > 0
    second.away = False
    settle(worker)
    heard(bus, "c")
    second.away = True
    assert worker.step().retry_in_s > 0
    second.away = False
    settle(worker)
    assert said(bus, "out") == ["A1", "B2", "C3"]


def test_a_bug_sets_one_message_aside_where_it_was_read(tmp_path: Path) -> None:
    bus = a_bus(tmp_path)
    heard(bus, "a", "bug", "c")
    settle(fused(bus))
    assert said(bus, "out") == ["A1", "C2"]
    assert len(said(bus, dead("in"))) == 1


def test_the_second_stage_learns_the_time_and_both_are_closed(tmp_path: Path) -> None:
    first, second = Upper(), Counted()
    worker = fused(a_bus(tmp_path), first, second)
    worker.step()
    assert set(second.ticks) == {NOON}
    worker.close()
    assert first.closed
