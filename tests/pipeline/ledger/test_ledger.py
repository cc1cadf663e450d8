"""The ledger keeps its contract on SQLite and on PostgreSQL, and says what it cannot open."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from pipeline.errors import Misconfigured, Unavailable
from pipeline.ledger import Ledger, insert_new, tables
from pipeline.ledger.alone import lock_key
from tests.build import NOON
from tests.contracts.ledger import ROW, LedgerContract, heard
from tests.servers.postgres import Database


class TestSqliteLedger(LedgerContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'deep' / 'ledger.db'}"


class TestPostgresLedger(LedgerContract):
    @pytest.fixture(autouse=True)
    def _database(self, postgres: Database) -> None:
        self.database = postgres

    @property
    def url(self) -> str:
        return self.database.url

    def test_who_holds_other_partitions_does_not_wait(self, ledger: Ledger) -> None:
        one, other = (ledger.session("detect", "matches") for _ in range(2))
        one.hold([0, 2])
        other.hold([1, 3])
        insert_new(one.connection, tables.heard, [ROW])
        insert_new(other.connection, tables.heard, [{"id": "b", "at": NOON}])
        other.remember({1: 4})
        one.remember({0: 3})

        assert heard(ledger) == 2
        assert one.recall() == {0: 3, 1: 4}

    def test_a_session_whose_connection_is_cut_is_unavailable_and_works_again(self, ledger: Ledger) -> None:
        session = ledger.session("detect", "matches")
        session.hold([0])
        insert_new(session.connection, tables.heard, [ROW])
        cut_all(self.database)
        with pytest.raises(Unavailable, match="账本不可用"):
            insert_new(session.connection, tables.heard, [{"id": "b", "at": NOON}])
        session.forget()

        session.hold([0])
        insert_new(session.connection, tables.heard, [{"id": "c", "at": NOON}])
        session.remember({0: 1})
        assert heard(ledger) == 1

    def test_a_connection_that_is_cut_before_the_commit_commits_nothing(self, ledger: Ledger) -> None:
        session = ledger.session("detect", "matches")
        session.hold([0])
        insert_new(session.connection, tables.heard, [ROW])
        cut_all(self.database)
        with pytest.raises(Unavailable):
            session.remember({0: 1})
        session.forget()

        assert heard(ledger) == 0
        assert session.recall() == {}

    def test_idle_connections_that_are_cut_are_replaced_unseen(self, ledger: Ledger) -> None:
        assert heard(ledger) == 0
        cut_all(self.database)

        assert heard(ledger) == 0

    def test_a_server_that_is_away_is_unavailable_until_it_is_back(self, ledger: Ledger) -> None:
        with self.database.server.away():
            with pytest.raises(Unavailable):
                heard(ledger)
            with pytest.raises(Unavailable):
                Ledger.open(self.url)

        assert heard(ledger) == 0

    def test_a_database_that_takes_no_writes_is_unavailable(self, ledger: Ledger) -> None:
        with ledger.transaction() as connection:
            connection.execute(sa.text("set transaction read only"))
            with pytest.raises(Unavailable, match="read-only"):
                insert_new(connection, tables.heard, [ROW])

    def test_who_waits_too_long_or_in_a_circle_is_unavailable_and_the_other_goes_on(self, ledger: Ledger) -> None:
        with ledger.transaction() as connection:
            for id_ in "ab":
                insert_new(connection, tables.heard, [{"id": id_, "at": NOON}])
        met = threading.Barrier(2)
        outcomes: list[str] = []

        def touch(first: str, second: str) -> None:
            with ledger.transaction() as connection:
                lock_row(connection, first)
                met.wait(20)
                try:
                    lock_row(connection, second)
                except Unavailable:
                    outcomes.append("refused")
                    raise
                outcomes.append("done")

        threads = [threading.Thread(target=quietly, args=(touch, *names)) for names in (("a", "b"), ("b", "a"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

        assert sorted(outcomes) == ["done", "refused"]

    def test_a_session_that_forgets_its_transaction_is_ended_by_the_server(self) -> None:
        Ledger.open(self.url).close()  # to make it takes a busy machine longer than the server waits below
        ledger = Ledger.open(f"{self.url}?options=-c%20idle_in_transaction_session_timeout%3D400ms")
        session = ledger.session("detect", "matches")
        session.hold([0])
        with psycopg.connect(self.url) as outside:  # returns when the server has ended it
            outside.execute("select pg_advisory_lock(%s)", [lock_key("detect/matches/0")])
        with pytest.raises(Unavailable):
            session.remember({0: 1})
        session.forget()
        session.remember({0: 1})
        ledger.close()


def lock_row(connection: sa.Connection, id_: str) -> None:
    connection.execute(sa.select(tables.heard).where(tables.heard.c.id == id_).with_for_update())


def quietly(act: object, *args: str) -> None:
    """Do it in a thread; what it is refused it has noted itself."""
    try:
        act(*args)  # type: ignore[operator] # a function of the test's
    except Unavailable:
        pass


def cut_all(database: Database) -> None:
    """End every connection to *database*, as a server does that is told to stop."""
    with psycopg.connect(database.server.url, autocommit=True) as outside:
        outside.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
            [database.name],
        )


def test_a_place_that_cannot_hold_a_ledger_is_said(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()

    with pytest.raises(Unavailable, match="账本不可用"):
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    with pytest.raises(Misconfigured, match=r"ledger\.url"):
        Ledger.open("clay://tablet")


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"not a database at all, but a letter to a friend" * 100)

    with pytest.raises(Unavailable, match="not a database"):
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = Ledger.open(url)
    with ledger.transaction() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))

    with pytest.raises(Misconfigured, match="更新的版本"):
        Ledger.open(url)
