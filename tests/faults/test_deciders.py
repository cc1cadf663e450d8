"""Several deciders on one ledger, whoever believes to own what, and a server that dies under them: the same alerts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from pipeline.bus import Delivery, Message
from pipeline.bus.sqlite import SqliteBus
from pipeline.detect.stage import DetectStage
from pipeline.engine.clock import ManualClock
from pipeline.engine.worker import Worker
from pipeline.ledger import Ledger, tables
from pipeline.metrics import Metrics
from pipeline.model import Alert, Level, Match, Reader, encode
from pipeline.rulebook.rule import LevelIf
from pipeline.topics import MATCHES, SIGNALS, dead
from tests.build import NOON, a_match, minute
from tests.contracts.bus import drain
from tests.pipeline.detect.test_stage import AtLeast, Desk, a_rule, voices
from tests.servers.postgres import Database

RULE = a_rule(level_if=(LevelIf(AtLeast(4), Level.L2),))  # type: ignore[arg-type] # stands for an expression
STREETS = "东西南北中上下左右前"
END = minute(3000)


class Deciders:
    """Workers of the detect stage on one bus and one ledger, each with the partitions that it believes to own."""

    def __init__(self, folder: Path, ledger: Ledger, shares: Sequence[tuple[int, int]], batch: int = 3) -> None:
        self.bus = SqliteBus(folder, partitions=4)
        self.clock = ManualClock(NOON)
        self._ledger, self._shares, self._batch = ledger, shares, batch
        self.workers = [self._worker(number) for number in range(len(shares))]

    def say(self, matches: Sequence[Match]) -> None:
        self.bus.publish(MATCHES, [Message(match.key, encode(match)) for match in matches])

    def restart(self, number: int) -> None:
        """Start one of them anew, as after kill -9: what it had not committed is gone."""
        self.workers[number].stage.close()
        self.workers[number] = self._worker(number)

    def finish(self) -> list[Alert]:
        """Let all read to the end, let the time pass, and return what was said."""
        for _ in range(2):
            for worker in self.workers * 3:
                while worker.step().read:
                    pass
            self.clock.move_to(END)
        return self.alerts()

    def alerts(self) -> list[Alert]:
        reader = Reader(Alert)
        consumer = self.bus.consumer("test", SIGNALS)
        said = [reader.read(delivery.value) for delivery in drain(consumer)]
        consumer.close()
        return sorted(said, key=lambda alert: (alert.group, alert.at, alert.turn_id))

    def set_aside(self) -> int:
        return len(self.bus.browse(dead(MATCHES), self.bus.since(dead(MATCHES), NOON), 1000))

    def _worker(self, number: int) -> Worker:
        member, of = self._shares[number]
        stage = DetectStage({RULE.id: RULE}, self._ledger, metrics=Metrics(CollectorRegistry()))
        return Worker(
            stage, self.bus, self.clock, batch=self._batch, member=member, of=of, metrics=Metrics(CollectorRegistry())
        )


BOTH = ((0, 1), (0, 1))  # each believes that all partitions are its own
SHARED = ((0, 2), (1, 2))


@pytest.fixture
def ledger(postgres: Database) -> Iterator[Ledger]:
    ledger = Ledger.open(postgres.url)
    yield ledger
    ledger.close()


def empty(ledger: Ledger) -> None:
    with ledger.transaction() as connection:
        for table in tables.metadata.tables.values():
            connection.execute(sa.delete(table))


def expected(folder: Path, matches: Sequence[Match]) -> list[Alert]:
    """Return what one decider says that is never disturbed, on a ledger of its own."""
    desk = Desk(folder, RULE).hear(matches, batch=3, now=NOON).wait_until(END)
    return sorted(desk.alerts, key=lambda alert: (alert.group, alert.at, alert.turn_id))


def a_crowd(voices_a_street: int = 12) -> list[Match]:
    return [
        a_match(f"{street}{n}", at=minute(n * 7), author=f"u{n}", group=(f"湖{street}街道",))
        for n in range(voices_a_street)
        for street in STREETS
    ]


histories = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from("abcdef"), st.sampled_from(STREETS)), min_size=4, max_size=30
)
moves = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["step", "step", "step", "restart"])), max_size=25)


@settings(max_examples=25)
@given(history=histories, moves=moves, shares=st.sampled_from([BOTH, SHARED]))
def test_in_any_order_two_deciders_say_what_one_says(
    tmp_path_factory: pytest.TempPathFactory,
    ledger: Ledger,
    history: list[tuple[int, str, str]],
    moves: list[tuple[int, str]],
    shares: Sequence[tuple[int, int]],
) -> None:
    empty(ledger)
    matches = [
        a_match(f"p{n}", at=minute(at), author=who, group=(f"湖{street}街道",))
        for n, (at, who, street) in enumerate(sorted(history))
    ]
    deciders = Deciders(tmp_path_factory.mktemp("bus"), ledger, shares)
    deciders.say(matches[: len(matches) // 2])
    for n, (number, move) in enumerate(moves):
        if n == len(moves) // 2:
            deciders.say(matches[len(matches) // 2 :])
        if move == "step":
            deciders.workers[number].step()
        else:
            deciders.restart(number)
    if not moves:
        deciders.say(matches[len(matches) // 2 :])

    assert deciders.finish() == expected(tmp_path_factory.mktemp("one"), matches)
    assert deciders.set_aside() == 0


@pytest.mark.parametrize("shares", [BOTH, SHARED, ((0, 1), (0, 2), (1, 2))])
def test_at_the_same_time_several_deciders_say_what_one_says(
    tmp_path: Path, ledger: Ledger, shares: Sequence[tuple[int, int]]
) -> None:
    matches = a_crowd()
    deciders = Deciders(tmp_path / "bus", ledger, shares)
    deciders.say(matches)
    start = threading.Barrier(len(shares))

    def work(worker: Worker) -> None:
        start.wait(20)
        idle = 0
        while idle < 3:
            step = worker.step()
            idle = 0 if step.read else idle + 1

    threads = [threading.Thread(target=work, args=(worker,)) for worker in deciders.workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert not any(thread.is_alive() for thread in threads)
    assert deciders.finish() == expected(tmp_path, matches)
    assert deciders.set_aside() == 0


def test_who_comes_second_waits_for_the_first_and_goes_on_behind_it(tmp_path: Path, ledger: Ledger) -> None:
    deciders = Deciders(tmp_path / "bus", ledger, BOTH, batch=500)
    deciders.say(voices(0, 1, 2))
    first, second = deciders.workers
    publish = deciders.bus.publish
    others: list[threading.Thread] = []

    def publish_slowly(topic: str, messages: Sequence[Message], *, as_lines: bool = False) -> None:
        if not others:  # the first is about to publish: the second comes now
            others.append(threading.Thread(target=second.step))
            others[0].start()
            others[0].join(0.5)
            assert others[0].is_alive(), "it did not wait"
        publish(topic, messages, as_lines=as_lines)

    deciders.bus.publish = publish_slowly  # type: ignore[method-assign] # the moment that matters
    first.step()
    others[0].join(30)

    assert [alert.group for alert in deciders.alerts()] == [("湖东街道",)]
    assert deciders.finish() == expected(tmp_path, voices(0, 1, 2))


class Struck(DetectStage):
    """Is struck by something in the middle of a batch, after the first half was judged."""

    strike: Callable[[], None] | None = None

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        if self.strike is None:
            return super().process(batch, now)
        strike, self.strike = self.strike, None
        half = len(batch) // 2
        early = super().process(batch[:half], now)
        strike()
        return [*early, *super().process(batch[half:], now)]


@pytest.mark.parametrize("how", ["killed", "stopped", "read only"])
def test_a_server_that_dies_in_the_middle_of_a_batch_costs_no_message(
    tmp_path: Path, ledger: Ledger, postgres: Database, how: str
) -> None:
    matches = a_crowd(6)
    deciders = Deciders(tmp_path / "bus", ledger, ((0, 1),), batch=500)
    deciders.say(matches)
    stage = Struck({RULE.id: RULE}, ledger, metrics=Metrics(CollectorRegistry()))
    worker = Worker(stage, deciders.bus, deciders.clock, batch=500, metrics=Metrics(CollectorRegistry()))

    def takes_no_writes() -> None:
        stage._session.connection.execute(sa.text("set transaction read only"))

    stage.strike = {"killed": postgres.server.kill, "stopped": postgres.server.stop, "read only": takes_no_writes}[how]
    step = worker.step()
    assert (step.read, step.retry_in_s > 0) == (0, True)
    assert how == "read only" or worker.step().retry_in_s > step.retry_in_s, "still away"
    postgres.server.start()
    deciders.workers = [worker]

    assert deciders.finish() == expected(tmp_path, matches)
    assert deciders.set_aside() == 0
