"""Only one of many is alone: it knows when it no longer is, and another takes over."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator

import psycopg
import pytest

from pipeline.errors import Unavailable
from pipeline.ledger import Guard, Ledger
from pipeline.ledger.alone import lock_key
from tests.live import eventually
from tests.servers.postgres import Database


@pytest.fixture
def ledger(postgres: Database) -> Iterator[Ledger]:
    ledger = Ledger.open(postgres.url)
    yield ledger
    ledger.close()


@pytest.fixture
def guards(ledger: Ledger) -> Iterator[tuple[Guard, Guard]]:
    both = ledger.alone("crawl"), ledger.alone("crawl")
    yield both
    for guard in both:
        guard.close()


def holder(database: Database, name: str) -> int:
    """Return the process of the server that holds the right for somebody, 0 if nobody has it."""
    key = lock_key(f"alone/{name}") % 2**64
    with psycopg.connect(database.url, autocommit=True) as outside:
        row = outside.execute(
            "select pid from pg_locks where locktype = 'advisory' and classid::bigint = %s and objid::bigint = %s",
            [key >> 32, key % 2**32],
        ).fetchone()
    return row[0] if row else 0


def test_one_has_it_and_the_other_stands_by_until_it_is_given_back(guards: tuple[Guard, Guard]) -> None:
    one, other = guards

    assert [one.take(), other.take(), one.held(), other.held()] == [True, False, True, False]
    one.close()
    assert not one.held()
    assert eventually(other.take), "the server notices a moment later that a connection was closed"


def test_other_names_are_other_rights(ledger: Ledger, guards: tuple[Guard, Guard]) -> None:
    mirror = ledger.alone("mirror")

    assert guards[0].take()
    assert mirror.take()
    mirror.close()


def test_who_loses_its_connection_is_no_longer_alone_and_may_try_again(
    postgres: Database, guards: tuple[Guard, Guard]
) -> None:
    one, other = guards
    one.take()
    with psycopg.connect(postgres.url, autocommit=True) as outside:
        outside.execute("select pg_terminate_backend(%s, 5000)", [holder(postgres, "crawl")])

    assert other.take()
    assert eventually(lambda: not one.held(), 10)
    other.close()
    assert one.take()


def test_a_server_that_is_restarted_ends_it_and_the_first_to_come_has_it(
    postgres: Database, guards: tuple[Guard, Guard]
) -> None:
    one, other = guards
    one.take()
    with postgres.server.away():
        assert eventually(lambda: not one.held(), 10)
        with pytest.raises(Unavailable):
            other.take()

    assert other.take()
    assert not one.take()


def test_a_server_that_says_nothing_is_not_believed_in(postgres: Database, guards: tuple[Guard, Guard]) -> None:
    one, _ = guards
    one.take()
    postgres.server.pause()
    try:
        assert eventually(lambda: not one.held(), 15)
    finally:
        postgres.server.resume()


def be_alone(url: str, said: multiprocessing.Queue[bool]) -> None:
    ledger = Ledger.open(url)
    guard = ledger.alone("crawl")
    said.put(guard.take())
    eventually(lambda: not guard.held(), 60)
    said.put(guard.held())


def test_a_process_that_is_frozen_is_replaced_and_knows_it_when_it_wakes(
    postgres: Database, guards: tuple[Guard, Guard]
) -> None:
    one, _ = guards
    fork = multiprocessing.get_context("fork")
    said: multiprocessing.Queue[bool] = fork.Queue()
    other = fork.Process(target=be_alone, args=(postgres.url, said))
    other.start()
    assert said.get(timeout=20)
    assert other.pid is not None
    os.kill(other.pid, signal.SIGSTOP)
    try:
        assert not one.take()
        assert eventually(one.take, 30)
    finally:
        os.kill(other.pid, signal.SIGCONT)

    assert said.get(timeout=20) is False
    other.join(20)
    assert one.held()


def test_a_process_that_is_killed_is_replaced_at_once(postgres: Database, guards: tuple[Guard, Guard]) -> None:
    one, _ = guards
    fork = multiprocessing.get_context("fork")
    said: multiprocessing.Queue[bool] = fork.Queue()
    other = fork.Process(target=be_alone, args=(postgres.url, said))
    other.start()
    assert said.get(timeout=20)
    other.kill()
    other.join(20)

    assert eventually(one.take, 10)
