"""What one machine does the others stand by for, and take over when it can no longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from pipeline.app.parts import parts
from pipeline.app.standby import ALONE, alone
from pipeline.app.status import Beat, statuses
from pipeline.engine.tree import Stopping
from pipeline.errors import Unavailable
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from tests.live import eventually
from tests.pipeline.app.test_health import Desk
from tests.servers.postgres import Database


class Machine:
    """One of several machines, each with a folder of its own, that want to do the same part."""

    def __init__(self, home: Path, url: str) -> None:
        self.settings = Settings.model_validate({"home": home, "ledger": {"url": url}})
        self.working = False
        self.begun = 0
        self.ended = threading.Event()

    def run(self) -> None:
        alone("crawl", self.settings, self._work, self.ended.is_set)

    def _work(self, stopping: Stopping) -> None:
        self.begun += 1
        self.working = True
        while not stopping():
            time.sleep(0.01)
        self.working = False
        if not self.ended.is_set():
            raise Unavailable("the ledger went away in the middle of the work")

    @property
    def standing_by(self) -> bool:
        heard = statuses(self.settings.home)
        return "crawl" in heard and heard["crawl"].standing_by


@contextmanager
def on(machine: Machine) -> Iterator[Machine]:
    thread = threading.Thread(target=machine.run)
    thread.start()
    try:
        yield machine
    finally:
        machine.ended.set()
        thread.join(30)


@pytest.fixture
def machines(tmp_path: Path, postgres: Database) -> Iterator[tuple[Machine, Machine]]:
    with ExitStack() as running:
        first = running.enter_context(on(Machine(tmp_path / "1", postgres.url)))
        assert eventually(lambda: first.working)
        yield first, running.enter_context(on(Machine(tmp_path / "2", postgres.url)))


def cut(database: Database) -> None:
    """End every connection that holds a right."""
    with psycopg.connect(database.url, autocommit=True) as outside:
        outside.execute("select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory'")


def test_the_second_stands_by_until_the_first_ends(machines: tuple[Machine, Machine]) -> None:
    first, second = machines

    assert eventually(lambda: second.standing_by)
    assert (first.working, second.begun) == (True, 0)
    first.ended.set()
    assert eventually(lambda: second.working)


def test_who_loses_the_right_stops_at_once_and_one_of_them_goes_on(
    machines: tuple[Machine, Machine], postgres: Database
) -> None:
    first, second = machines
    assert eventually(lambda: second.standing_by)
    for _ in range(3):
        begun = first.begun + second.begun
        cut(postgres)
        assert eventually(lambda begun=begun: first.begun + second.begun > begun)  # type: ignore[misc] # bound now
        assert eventually(lambda: first.working != second.working)


def test_both_wait_for_a_ledger_that_is_away_and_then_one_goes_on(
    machines: tuple[Machine, Machine], postgres: Database
) -> None:
    first, second = machines
    with postgres.server.away():
        assert eventually(lambda: first.standing_by and second.standing_by and not first.working)

    assert eventually(lambda: first.working != second.working)


def test_a_ledger_in_a_file_is_of_one_machine(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "")
    with on(machine):
        assert eventually(lambda: machine.working)
    assert not machine.standing_by


def test_a_bug_in_the_work_is_not_hidden(tmp_path: Path, postgres: Database) -> None:
    settings = Settings.model_validate({"home": tmp_path, "ledger": {"url": postgres.url}})

    def work(_stopping: Stopping) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        alone("crawl", settings, work, lambda: False)


def test_a_part_that_stands_by_is_well_and_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    Beat(desk.app.home, "send", desk.clock).write(standing_by=True)

    ok, words = desk.part("send")
    assert ok
    assert "待命" in words


def test_the_parts_of_which_one_is_enough_stand_by_while_another_machine_does_them(
    tmp_path: Path, postgres: Database
) -> None:
    settings = Settings.model_validate({"home": tmp_path, "ledger": {"url": postgres.url}, "engine": {"workers": 2}})
    ledger = Ledger.open(postgres.url)
    elsewhere = [ledger.alone(name) for name in ALONE]
    assert all(guard.take() for guard in elsewhere)
    ended = threading.Event()
    ours = [part for part in parts(settings) if part.name in ALONE]
    names = {part.name for part in ours}
    threads = [threading.Thread(target=part.run, args=(ended.is_set,)) for part in ours]
    for thread in threads:
        thread.start()
    try:
        assert names >= {"crawl", "cluster", "notify"}
        assert eventually(lambda: {name for name, one in statuses(tmp_path).items() if one.standing_by} == names)
    finally:
        ended.set()
        for thread in threads:
            thread.join(30)
        for guard in elsewhere:
            guard.close()
        ledger.close()
