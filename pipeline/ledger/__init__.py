"""The ledger: hits, episodes, cases, outbox, audit, and each stateful stage's position, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from pipeline.bus import Positions
from pipeline.errors import Fault, Misconfigured, Overtaken, Unavailable
from pipeline.ledger import tables

__all__ = ["Ledger", "Session", "tables"]


class Ledger:
    """Opens transactions on one database, SQLite or PostgreSQL, with the same SQL.

    Promises: what ``remember`` committed is there after any crash, together with the position; what it
    did not is not, and neither is the position.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, durable: bool = True) -> Ledger:
        """Open and, if need be, create or migrate the ledger at *url*.

        Not *durable*, an SQLite one survives kill -9 but no power cut: for what is thrown away anyway.

        Raises Misconfigured for a URL of no known kind, Unavailable if the database cannot be reached.
        """
        if not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
            raise Misconfigured(
                [Fault("ledger.url", f"不认识的账本地址：{url}", f"no adapter for the ledger URL {url}")]
            )
        engine = _sqlite(url, durable) if url.startswith("sqlite:") else sa.create_engine(url, pool_pre_ping=True)
        ledger = cls(engine)
        with translated():
            ledger._migrate()
        return ledger

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run a block in one transaction. Raises Unavailable if the database is away, full or locked."""
        with translated(), self._engine.begin() as connection:
            yield connection

    def session(self, stage: str, topic: str, bus: str = "") -> Session:
        """Return the memory of *stage*, which reads *topic* of *bus* (its id): offsets of one bus mean nothing on another."""
        return Session(self._engine, stage, f"{topic}@{bus}" if bus else topic)

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


class Session:
    """One stage's open transaction: begun by ``hold`` or the first look, ended by ``remember`` or ``forget``.

    Several processes may run the same stage, each on partitions of its own. Should two ever believe that
    one partition is theirs, ``hold`` lets them in one after the other and turns away the one that is behind.
    """

    def __init__(self, engine: Engine, stage: str, topic: str) -> None:
        self._engine = engine
        self._stage = stage
        self._topic = topic
        self._open: Connection | None = None
        self._remembered: dict[int, int] = {}
        self.held: frozenset[int] | None = None  # None: not divided, all is ours

    @property
    def connection(self) -> Connection:
        """The open transaction; it begins with the first use. Raises Unavailable."""
        if self._open is None:
            with translated():
                connection = self._engine.connect()
                try:
                    connection.begin()
                except Exception:
                    connection.close()
                    raise
                self._open = connection
        return self._open

    def hold(self, partitions: Collection[int]) -> None:
        """Begin the transaction and keep others out of *partitions* until it ends.

        Raises Overtaken if another process moved one of them since we last looked.
        """
        self.held = frozenset(partitions)
        with translated():
            for partition in sorted(self.held):  # in one order everywhere, so that nobody waits in a circle
                lock(self.connection, f"{self._stage}/{self._topic}/{partition}")
            stands = self._read(self.connection)
        if any(stands.get(partition) != self._remembered.get(partition) for partition in self.held):
            raise Overtaken(
                f"{self._stage} 的分区已由另一进程推进 / partitions of {self._stage} were moved on elsewhere"
            )

    def recall(self) -> Positions:
        with translated(), self._engine.begin() as connection:
            self._remembered = self._read(connection)
        return dict(self._remembered)

    def _read(self, connection: Connection) -> dict[int, int]:
        where = (tables.position.c.stage == self._stage) & (tables.position.c.topic == self._topic)
        rows = connection.execute(sa.select(tables.position.c.partition, tables.position.c.next_offset).where(where))
        return {row.partition: row.next_offset for row in rows}

    def remember(self, positions: Positions) -> None:
        """Commit the open transaction together with *positions*."""
        with translated():
            connection = self.connection
            moved = {p: offset for p, offset in positions.items() if self._remembered.get(p) != offset}
            for partition, offset in moved.items():  # an idle tick writes nothing, and so syncs nothing
                upsert(
                    connection,
                    tables.position,
                    {"stage": self._stage, "topic": self._topic, "partition": partition},
                    {"next_offset": offset},
                )
            connection.commit()
            self._remembered |= moved
            self._end()

    def forget(self) -> None:
        if self._open is not None:
            with translated():
                self._open.rollback()
        self._end()

    def _end(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
        self.held = None


def lock(connection: Connection, name: str) -> None:
    """Wait until nobody else holds *name*, and hold it until the transaction ends.

    On SQLite every transaction holds the whole file from its beginning, so there is nothing to do.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def upsert(connection: Connection, table: sa.Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Insert *key* with *values*, or change the row that has *key*: the one statement two dialects spell apart.

    A table that has a column ``changed_at`` gets the time of writing there, for those who follow what changes.
    """
    if "changed_at" in table.c:
        values = {**values, "changed_at": datetime.now(UTC)}
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        statement = postgresql.insert(table).values(**key, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
        return
    from sqlalchemy.dialects import sqlite

    lite = sqlite.insert(table).values(**key, **values)
    connection.execute(lite.on_conflict_do_update(index_elements=list(key), set_=values))


def insert_new(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> int:
    """Insert those of *rows* whose key is not there yet; return how many."""
    if not rows:
        return 0
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return connection.execute(postgresql.insert(table).values(rows).on_conflict_do_nothing()).rowcount
    from sqlalchemy.dialects import sqlite

    return connection.execute(sqlite.insert(table).values(rows).on_conflict_do_nothing()).rowcount


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's "away, locked, full" into Unavailable; anything else is a bug and flies."""
    try:
        yield
    except sa.exc.OperationalError as error:
        raise Unavailable(f"账本不可用 / ledger: {error.orig}") from error


def _sqlite(url: str, durable: bool) -> Engine:
    database = sa.engine.make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": 30.0})

    @sa.event.listens_for(engine, "connect")
    def prepare(driver: Any, _record: object) -> None:
        driver.isolation_level = None  # SQLAlchemy begins our transactions (below), not the driver
        synced = "full" if durable else "off"
        for pragma in ("journal_mode=wal", f"synchronous={synced}", "busy_timeout=30000", "foreign_keys=on"):
            driver.execute(f"pragma {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail with "locked" under two writers.
        connection.exec_driver_sql("begin immediate")

    return engine
