"""Kafka fails in every way that it can: nothing is lost, nothing changes its order, and nothing is done twice."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from pipeline.app.mortal import Killed, Life, MortalBus
from pipeline.bus import Bus, Delivery, Message, kafka_url
from pipeline.bus.kafka import KafkaBus
from pipeline.bus.kafka_admin import Wanted
from pipeline.engine.clock import ManualClock
from pipeline.engine.worker import Worker
from pipeline.errors import Overtaken, Unavailable
from pipeline.ledger import Ledger
from pipeline.stage import OnLedger
from tests.contracts.bus import drain
from tests.live import eventually
from tests.servers.kafka import KafkaCluster

NIGHTLY = os.environ.get("NIGHTLY_SOAK") == "1"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
KEYS = 40  # so that every partition has some

PACE_S = 0.02  # between batches of fifty: more than any of our readers minds, less than fills this machine


def a_bus(cluster: KafkaCluster, prefix: str = "", wanted: Wanted | None = None) -> KafkaBus:
    where = f"/{prefix}" if prefix else ""
    return KafkaBus(kafka_url.read(f"kafka://{cluster.bootstrap}{where}"), wanted, name="tests")


@pytest.fixture
def prefix() -> str:
    return uuid4().hex[:8]


class Writer(threading.Thread):
    """Publishes numbered messages until told to stop, each batch again until it is acknowledged, as a stage does."""

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus = bus
        self._enough = threading.Event()
        self.acknowledged = 0
        self.refusals = 0

    def run(self) -> None:
        while not self._enough.is_set():
            numbers = range(self.acknowledged, self.acknowledged + 50)
            try:
                self._bus.publish("t", [Message(f"k{n % KEYS}", b"%d" % n) for n in numbers])
            except Unavailable:
                self.refusals += 1
                continue
            self.acknowledged = numbers.stop
            self._enough.wait(PACE_S)

    def wrote(self, more: int) -> bool:
        """Wait until *more* messages are acknowledged than now."""
        goal = self.acknowledged + more
        return eventually(lambda: self.acknowledged >= goal, within_s=60)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        self.start()
        try:
            yield self
        finally:
            self._enough.set()
            self.join()


class Reader(threading.Thread):
    """Reads and commits as a stage does: what could not be committed comes again."""

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus = bus
        self._enough = threading.Event()
        self.read: list[Delivery] = []

    def run(self) -> None:
        consumer = self._bus.consumer("g", "t")
        while not self._enough.is_set():
            try:
                self.read += consumer.poll(200, wait_s=0.1)
                consumer.commit()
            except Unavailable:
                consumer.rewind()
        consumer.close()

    @contextmanager
    def reading(self, until: Callable[[], int]) -> Iterator[Reader]:
        """Read while the block runs, and after it until there are so many different ones."""
        self.start()
        try:
            yield self
            assert eventually(lambda: len(numbers(self.read)) >= until(), within_s=60)
        finally:
            self._enough.set()
            self.join()


def numbers(read: Sequence[Delivery]) -> list[int]:
    """Return what was read, each number where it came first."""
    return list(dict.fromkeys(int(d.value) for d in list(read)))


def is_whole_and_in_order(read: Sequence[Delivery], count: int) -> bool:
    by_key = [[n for n in numbers(read) if n % KEYS == key] for key in range(KEYS)]
    return by_key == [sorted(of_key) for of_key in by_key] and sorted(numbers(read)) == list(range(count))


def test_the_leader_of_three_is_killed_under_load(kafka_three: KafkaCluster, prefix: str) -> None:
    bus = a_bus(kafka_three, prefix, Wanted(partitions=3, replication=3, min_insync=2))
    writer, reader = Writer(bus), Reader(bus)
    with reader.reading(lambda: writer.acknowledged), writer.writing():
        assert writer.wrote(500)
        for _ in range(5 if NIGHTLY else 1):
            leader = kafka_three.leader(f"{prefix}.t")
            leader.kill()
            assert writer.wrote(1000)
            leader.start()
            assert writer.wrote(500)

    assert is_whole_and_in_order(reader.read, writer.acknowledged)
    bus.close()


def test_the_only_broker_is_killed_and_started_under_load(own_kafka: Callable[[int], KafkaCluster]) -> None:
    cluster = own_kafka(1)
    bus = a_bus(cluster)
    writer, reader = Writer(bus), Reader(bus)
    with reader.reading(lambda: writer.acknowledged), writer.writing():
        for _ in range(5 if NIGHTLY else 1):
            assert writer.wrote(500)
            cluster.brokers[0].kill()
            assert eventually(lambda: writer.refusals > 0)
            cluster.start()
            assert writer.wrote(500)

    assert is_whole_and_in_order(reader.read, writer.acknowledged)
    bus.close()


def _consume(bootstrap: str, prefix: str, name: str, tell: Connection) -> None:
    """Read, say what was read, and commit, for ever."""
    bus = KafkaBus(kafka_url.read(f"kafka://{bootstrap}/{prefix}"), name=name)
    consumer = bus.consumer("g", "t")
    while True:
        try:
            tell.send([int(d.value) for d in consumer.poll(200, wait_s=0.1)])
            consumer.commit()  # only now: a process that is killed in between said it, and it comes again
        except Unavailable:
            consumer.rewind()


class Process:
    """A process of its own that consumes, and can be killed."""

    def __init__(self, cluster: KafkaCluster, prefix: str, name: str) -> None:
        self._ear, mouth = multiprocessing.Pipe(duplex=False)
        make = multiprocessing.get_context("spawn").Process
        self._process = make(target=_consume, args=(cluster.bootstrap, prefix, name, mouth), daemon=True)
        self._process.start()
        mouth.close()
        self.read: list[int] = []

    def hear(self) -> list[int]:
        try:
            while self._ear.poll():
                self.read += self._ear.recv()
        except EOFError:
            pass  # it was killed; what it said before is here
        return self.read

    def kill(self) -> None:
        os.kill(self._process.pid or 0, signal.SIGKILL)
        self._process.join()


def test_a_process_is_killed_while_the_partitions_are_dealt_out(kafka: KafkaCluster, prefix: str) -> None:
    bus = a_bus(kafka, prefix)
    bus.end("t")
    writer = Writer(bus)
    crew = {"first": Process(kafka, prefix, "first")}

    def heard() -> set[int]:
        return {number for process in crew.values() for number in process.hear()}

    def works(name: str) -> bool:
        return eventually(lambda: bool(heard()) and bool(crew[name].read), within_s=60)

    with writer.writing():
        assert works("first")
        crew["second"] = Process(kafka, prefix, "second")
        crew["third"] = Process(kafka, prefix, "third")
        assert works("second")  # so the third is just being let in
        crew["second"].kill()
        crew["second again"] = Process(kafka, prefix, "second")
        assert works("second again")
        crew["first"].kill()
        assert works("third")

    everything = set(range(writer.acknowledged))
    assert eventually(lambda: heard() >= everything, within_s=60), sorted(everything - heard())[:20]
    assert heard() == everything
    crew["third"].kill()
    crew["second again"].kill()
    bus.close()


TALLY = sa.Table("tally", sa.MetaData(), sa.Column("value", sa.String))


class Tally(OnLedger):
    """A stage that writes down all that it reads, on the ledger, and passes it on."""

    name, reads = "tally", "t"
    writes: str | None = None

    def __init__(self, ledger: Ledger, bus: Bus) -> None:
        self._here = ledger.session(self.name, self.reads, bus.id)
        super().__init__(self._here)

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        for delivery in batch:
            self._here.connection.execute(TALLY.insert().values(value=delivery.value.decode()))
        return []

    def tick(self, now: datetime) -> Sequence[Message]:
        return []


class Rival(ManualClock):
    """A clock whose first look gives another the time to act: after a batch was read and before it is worked on."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__(NOON)
        self._act: Callable[[], object] | None = act

    def now(self) -> datetime:
        act, self._act = self._act, None
        if act:
            act()
        return super().now()


def test_two_who_believe_one_partition_is_theirs_do_nothing_twice(
    kafka: KafkaCluster, prefix: str, tmp_path: Path
) -> None:
    bus, other_bus = (a_bus(kafka, prefix, Wanted(partitions=1)) for _ in range(2))
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    with ledger.transaction() as connection:
        TALLY.create(connection)
    bus.publish("t", [Message("k", b"%d" % number) for number in range(30)])

    rivals: list[Worker] = []

    def rival() -> None:
        rivals.append(Worker(Tally(ledger, other_bus), other_bus, ManualClock(NOON), batch=20))  # takes name and all
        assert eventually(lambda: rivals[0].step(0.5).read > 0)

    old = Worker(Tally(ledger, bus), bus, Rival(rival), batch=10)
    assert old.step(0.5).read == 0, "it was overtaken"
    for _ in range(10):
        for worker in (old, *rivals):
            worker.step(0.1)

    with ledger.transaction() as connection:
        tally = [row.value for row in connection.execute(sa.select(TALLY))]
    assert sorted(tally, key=int) == [str(number) for number in range(30)]
    old.close()
    rivals[0].close()
    bus.close()
    other_bus.close()


class Echo:
    """A stage without memory."""

    name, reads = "echo", "t"
    writes: str | None = "u"

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        return [Message(d.key, d.value) for d in batch]

    def tick(self, now: datetime) -> Sequence[Message]:
        return []

    def close(self) -> None: ...


def test_a_worker_that_dies_between_publish_and_commit_of_every_batch_loses_nothing(
    kafka: KafkaCluster, prefix: str
) -> None:
    bus = a_bus(kafka, prefix)
    bus.publish("t", [Message(f"k{n % KEYS}", b"%d" % n) for n in range(80)])
    life = Life(every=2)  # the first operation is the publish, the second the commit
    deaths = 0
    while bus.lag("echo", "t"):
        worker = Worker(Echo(), MortalBus(bus, life), ManualClock(NOON), batch=20)
        try:
            while worker.step(0.2).read:
                pass
        except Killed:
            deaths += 1  # and nobody closes anything

    read = drain(bus.consumer("g", "u"))
    assert deaths >= 4
    assert len(read) > 80
    assert is_whole_and_in_order(read, 80)
    bus.close()


def test_who_was_overtaken_hears_of_it_and_goes_on_under_no_name(kafka: KafkaCluster, prefix: str) -> None:
    bus, twin = a_bus(kafka, prefix), a_bus(kafka, prefix)
    bus.publish("t", [Message(f"k{n % KEYS}", b"%d" % n) for n in range(80)])
    old = bus.consumer("g", "t")
    assert len(old.poll(10, wait_s=1)) == 10
    young = twin.consumer("g", "t")

    with pytest.raises(Overtaken):
        old.commit()
    old.rewind()
    read: list[Delivery] = []

    def both_have_a_part() -> bool:
        for consumer in (old, young):
            read.extend(consumer.poll(5, wait_s=0.05))
            try:
                consumer.commit()
            except Overtaken:
                consumer.rewind()
        return bool(old.positions) and bool(young.positions) and len(numbers(read)) == 80

    assert eventually(both_have_a_part)
    assert not old.positions.keys() & young.positions.keys()
    bus.close()
    twin.close()
