"""The engine's loop: what it promises when stages fail, die or find nonsense."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from pipeline.bus import LINES, Delivery, Message, Positions
from pipeline.bus.sqlite import SqliteBus
from pipeline.engine.clock import ManualClock
from pipeline.engine.worker import SetAside, Worker
from pipeline.errors import Overtaken, Rejected, Unavailable
from pipeline.metrics import Metrics
from pipeline.model import Reader
from pipeline.topics import ANALYSED, UNDERSTOOD, dead
from tests.contracts.bus import drain, words

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Echo:
    """A stage that repeats what it reads; some words make it stumble."""

    name, reads = "echo", "in"
    writes: str | None = "out"

    def __init__(self) -> None:
        self.away = False
        self.ticks: list[datetime] = []

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        if self.away:
            raise Unavailable("away")
        for delivery in batch:
            if delivery.value == b"bad":
                raise Rejected("not a word")
            if delivery.value == b"bug":
                raise KeyError("secret words of a post")
        return [Message(d.key, b"<" + d.value + b">") for d in batch]

    def tick(self, now: datetime) -> Sequence[Message]:
        self.ticks.append(now)
        return []

    def close(self) -> None: ...


class Notebook(Echo):
    """A stateful stage whose ledger is a dict that survives it."""

    def __init__(self, ledger: dict[int, int], seen: list[str]) -> None:
        super().__init__()
        self._ledger, self._seen = ledger, seen
        self._new: list[str] = []
        self.overtaken = False
        self.held: list[frozenset[int]] = []

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        out = super().process(batch, now)
        self._new += [d.value.decode() for d in batch]
        return out

    def recall(self) -> Positions:
        return dict(self._ledger)

    def hold(self, partitions: Collection[int]) -> None:
        if self.overtaken:
            self.overtaken = False
            raise Overtaken("elsewhere")
        self.held.append(frozenset(partitions))

    def remember(self, positions: Positions) -> None:
        self._ledger.update(positions)
        self._seen += self._new
        self._new = []

    def forget(self) -> None:
        self._new = []


class ByLine(Notebook):
    """The same between two topics whose messages hold several lines."""

    reads, writes = UNDERSTOOD, ANALYSED


@pytest.fixture
def bus(tmp_path: Path) -> SqliteBus:
    return SqliteBus(tmp_path, partitions=2)


def a_worker(stage: Echo, bus: SqliteBus, batch: int = 3) -> Worker:
    return Worker(stage, bus, ManualClock(NOON), batch=batch, metrics=Metrics(CollectorRegistry()))


def say(bus: SqliteBus, *said: str) -> None:
    bus.publish("in", [Message(word, word.encode()) for word in said])


def run_dry(worker: Worker) -> None:
    while worker.step().read:
        pass


def test_every_message_comes_out_once(bus: SqliteBus) -> None:
    say(bus, *"甲乙丙丁戊")
    worker = a_worker(Echo(), bus)

    run_dry(worker)

    assert words(drain(bus.consumer("g", "out"))) == ["<甲>", "<乙>", "<丙>", "<丁>", "<戊>"]
    assert bus.lag("echo", "in") == 0


@pytest.mark.parametrize(("poison", "reason"), [("bad", "not a word"), ("bug", "KeyError in process")])
def test_a_poisonous_message_is_set_aside_and_the_others_go_on(bus: SqliteBus, poison: str, reason: str) -> None:
    say(bus, "甲", poison, "乙")

    run_dry(a_worker(Echo(), bus))

    assert sorted(words(drain(bus.consumer("g", "out")))) == ["<乙>", "<甲>"]
    (note,) = [Reader(SetAside).read(d.value) for d in drain(bus.consumer("g", "in.dead"))]
    assert (note.value, note.stage) == (poison.encode(), "echo")
    assert reason in note.reason
    assert "secret" not in note.reason


def test_what_travels_by_line_comes_to_the_stage_as_if_each_came_alone(bus: SqliteBus) -> None:
    said = [f"词{number}" for number in range(3 * LINES)]
    bus.publish(UNDERSTOOD, [Message("k", word.encode()) for word in said], as_lines=True)
    ledger: dict[int, int] = {}
    seen: list[str] = []

    run_dry(a_worker(ByLine(ledger, seen), bus, batch=LINES))

    assert seen == said
    out = drain(bus.consumer("g", ANALYSED))
    assert [line.value.decode() for message in out for line in message.lines()] == [f"<{word}>" for word in said]
    assert len(out) == 3
    assert max(ledger.values()) == bus.end(UNDERSTOOD)[0]


def test_a_line_that_is_poisonous_is_set_aside_alone_and_no_line_is_passed_over(bus: SqliteBus) -> None:
    said = ["甲", "bad", "乙", "bug", "丙"]
    bus.publish(UNDERSTOOD, [Message("k", word.encode()) for word in said], as_lines=True)
    ledger: dict[int, int] = {}
    seen: list[str] = []

    run_dry(a_worker(ByLine(ledger, seen), bus, batch=LINES))

    assert seen == ["甲", "乙", "丙"]
    out = [line for message in drain(bus.consumer("g", ANALYSED)) for line in message.lines()]
    assert words(out) == ["<甲>", "<乙>", "<丙>"]
    notes = [Reader(SetAside).read(d.value) for d in drain(bus.consumer("g", dead(UNDERSTOOD)))]
    assert [note.value for note in notes] == [b"bad", b"bug"]
    assert bus.lag("echo", UNDERSTOOD) == 0


def test_the_position_stays_at_a_message_until_its_last_line_is_done(bus: SqliteBus) -> None:
    """Dying in the middle of it, all its lines come again."""
    bus.publish(UNDERSTOOD, [Message("k", word) for word in (b"bad", "甲".encode(), "乙".encode())], as_lines=True)
    ledger: dict[int, int] = {}
    seen: list[str] = []
    first = a_worker(ByLine(ledger, seen), bus, batch=LINES)
    _die_after(first, 2)

    with pytest.raises(Killed):
        run_dry(first)
    assert seen == ["甲"]
    run_dry(a_worker(ByLine(ledger, seen), bus, batch=LINES))

    assert seen == ["甲", "甲", "乙"]  # a stage that must not see one twice knows it by its id


def _die_after(worker: Worker, times: int) -> None:
    """Let the worker die when its stage has remembered so many *times*."""
    stage = worker.stage
    assert isinstance(stage, Notebook)
    real, left = stage.remember, iter(range(times - 1))

    def remember(positions: Positions) -> None:
        real(positions)
        if next(left, None) is None:
            raise Killed

    stage.remember = remember  # type: ignore[method-assign] # the kill


def test_while_a_dependency_is_away_nothing_moves_and_waits_grow(bus: SqliteBus) -> None:
    stage = Echo()
    say(bus, "甲", "乙")
    worker = a_worker(stage, bus)
    stage.away = True
    waits = [worker.step().retry_in_s for _ in range(10)]
    assert waits == sorted(waits)
    assert waits[0] < 1
    assert waits[-1] == 15
    assert bus.lag("echo", "in") == 2

    stage.away = False
    run_dry(worker)

    assert sorted(words(drain(bus.consumer("g", "out")))) == ["<乙>", "<甲>"]


def test_time_passes_only_for_a_stage_that_has_read_all_there_is(bus: SqliteBus) -> None:
    say(bus, *"甲乙丙丁")
    stage = Echo()
    worker = a_worker(stage, bus, batch=2)

    worker.step()
    assert stage.ticks == []
    worker.step()
    assert stage.ticks == []
    worker.step()
    assert stage.ticks == [NOON]


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


@given(st.lists(st.integers(0, 3), max_size=6), st.integers(1, 5), st.lists(st.booleans(), max_size=12))
def test_dying_anywhere_loses_nothing_and_remembers_once(
    tmp_path_factory: pytest.TempPathFactory, deaths: list[int], batch: int, poison: list[bool]
) -> None:
    """Die at publish, at remember, after remember, or at the bus commit, again and again."""
    bus = SqliteBus(tmp_path_factory.mktemp("bus"), partitions=2)
    said = [f"{number}{'坏' if bad else '好'}" for number, bad in enumerate(poison)]
    bus.publish("in", [Message(word, word.encode()) for word in said])
    ledger: dict[int, int] = {}
    seen: list[str] = []

    for death in [*deaths, None]:
        worker = a_worker(Notebook(ledger, seen), bus, batch=batch)
        _arm(worker, death)
        try:
            run_dry(worker)
        except Killed:
            continue

    assert sorted(seen) == sorted(said)
    assert {w.strip("<>") for w in words(drain(bus.consumer("g", "out")))} == set(said)


def _arm(worker: Worker, death: int | None) -> None:
    """Make the worker die at one of four points of its first batch."""

    def die(*_: object) -> None:
        raise Killed

    stage, consumer = worker.stage, worker._consumer
    assert isinstance(stage, Notebook)
    if death == 0:
        worker._bus = _Dying(worker._bus)  # type: ignore[assignment] # only publish is used
    elif death == 1:
        stage.remember = die  # type: ignore[method-assign,assignment] # the kill
    elif death == 2:
        consumer.commit = die  # type: ignore[method-assign] # the kill
    elif death == 3:
        real = stage.remember

        def remember_and_die(positions: Positions) -> None:
            real(positions)
            raise Killed

        stage.remember = remember_and_die  # type: ignore[method-assign] # the kill


class _Dying:
    """A bus whose publish reaches the disk, and then the process dies."""

    def __init__(self, bus: object) -> None:
        self._bus = bus

    def publish(self, topic: str, messages: Sequence[Message], *, as_lines: bool = False) -> None:
        self._bus.publish(topic, messages, as_lines=as_lines)  # type: ignore[attr-defined] # a SqliteBus
        raise Killed


def test_a_clock_never_runs_back() -> None:
    clock = ManualClock(NOON)
    clock.move_to(NOON - timedelta(hours=1))
    assert clock.now() == NOON
    clock.advance(timedelta(minutes=1))
    clock.move_to(NOON)
    assert clock.now() == NOON + timedelta(minutes=1)


def test_a_stage_holds_its_partitions_for_each_batch_and_tick(bus: SqliteBus) -> None:
    say(bus, *"甲乙丙")
    stage = Notebook({}, [])
    worker = a_worker(stage, bus)

    worker.step()
    worker.step()

    assert stage.held == [frozenset({0, 1})] * 2  # a full batch, then nothing but the time


def test_who_is_overtaken_forgets_and_goes_on_where_the_ledger_stands(bus: SqliteBus) -> None:
    ledger: dict[int, int] = {}
    seen: list[str] = []
    stage = Notebook(ledger, seen)
    worker = a_worker(stage, bus, batch=10)
    say(bus, *"甲乙丙")
    stage.overtaken = True
    step = worker.step()
    ledger.update(bus.end("in"))  # the other process had digested all of it
    say(bus, "丁")

    assert step.retry_in_s == 0.0
    run_dry(worker)
    assert seen == ["丁"]
    assert words(drain(bus.consumer("g", "out"))) == ["<丁>"]
