"""The ledger: hits, episodes, cases, outbox, audit, and each stateful stage's position, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from pipeline.bus import Positions
from pipeline.errors import Fault, Misconfigured, Overtaken, Unavailable
from pipeline.ledger import tables
from pipeline.ledger.alone import Guard, lock_key
from pipeline.ledger.engines import connect
from pipeline.ledger.upgrades import upgrade

__all__ = ["Guard", "Ledger", "Session", "tables"]


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
        ledger = cls(connect(url, durable=durable))
        try:
            ledger._migrate()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run a block in one transaction. Raises Unavailable if the database is away, full or locked."""
        with self._engine.begin() as connection:
            yield connection

    def session(self, stage: str, topic: str, bus: str = "") -> Session:
        """Return the memory of *stage*, which reads *topic* of *bus* (its id): offsets of one bus mean nothing on another."""
        return Session(self._engine, stage, f"{topic}@{bus}" if bus else topic)

    def alone(self, name: str) -> Guard:
        """Return the right to be the only *name* among all processes of a deployment; nobody holds it yet."""
        return Guard(self._engine, name)

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self) -> None:
        with self._engine.begin() as connection:
            _check_encoding(connection)
            lock(connection, "ledger/migrations")
            upgrade(connection)


def _check_encoding(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.execute(sa.text("show server_encoding")).scalar_one()
    if encoding != "UTF8":
        zh = f"数据库的编码是 {encoding}，请用 UTF8 编码建库（createdb -E UTF8 -T template0）"
        en = f"the database's encoding is {encoding}; make one with UTF8 (createdb -E UTF8 -T template0)"
        raise Misconfigured([Fault("ledger.url", zh, en)])


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
        lock(self.connection, *(f"{self._stage}/{self._topic}/{partition}" for partition in self.held))
        stands = self._read(self.connection)
        if any(stands.get(partition) != self._remembered.get(partition) for partition in self.held):
            raise Overtaken(
                f"{self._stage} 的分区已由另一进程推进 / partitions of {self._stage} were moved on elsewhere"
            )

    def recall(self) -> Positions:
        with self._engine.begin() as connection:
            self._remembered = self._read(connection)
        return dict(self._remembered)

    def _read(self, connection: Connection) -> dict[int, int]:
        where = (tables.position.c.stage == self._stage) & (tables.position.c.topic == self._topic)
        rows = connection.execute(sa.select(tables.position.c.partition, tables.position.c.next_offset).where(where))
        return {row.partition: row.next_offset for row in rows}

    def remember(self, positions: Positions) -> None:
        """Commit the open transaction together with *positions*."""
        moved = {p: offset for p, offset in positions.items() if self._remembered.get(p) != offset}
        if moved:  # an idle tick writes nothing, and so syncs nothing
            self._move(moved)
        self.connection.commit()
        self._remembered |= moved
        self._end()

    def forget(self) -> None:
        """Throw the open transaction away. If its connection is dead, so is all that was not committed."""
        if self._open is not None:
            try:
                self._open.rollback()
            except Unavailable:
                self._open.invalidate()
        self._end()

    def _move(self, moved: Positions) -> None:
        key = {"stage": self._stage, "topic": self._topic}
        rows = [{**key, "partition": partition, "next_offset": offset} for partition, offset in moved.items()]
        insert = _insert_into(tables.position, self.connection.dialect.name).values(rows)
        self.connection.execute(
            insert.on_conflict_do_update(
                index_elements=["stage", "topic", "partition"], set_={"next_offset": insert.excluded.next_offset}
            )
        )

    def _end(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
        self.held = None


def lock(connection: Connection, *names: str) -> None:
    """Wait until nobody else holds any of *names*, and hold them until the transaction ends.

    On SQLite every transaction holds the whole file from its beginning, so there is nothing to do.
    """
    if connection.dialect.name == "postgresql":
        keys = sorted(map(lock_key, names))  # in one order everywhere, so that nobody waits in a circle
        query = "select pg_advisory_xact_lock(key) from unnest(cast(:keys as bigint[])) as key"
        connection.execute(sa.text(query), {"keys": keys})


def upsert(connection: Connection, table: sa.Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Insert *key* with *values*, or change the row that has *key*.

    A table that has a column ``changed_at`` gets the time of writing there, for those who follow what changes.
    """
    if "changed_at" in table.c:
        values = {**values, "changed_at": datetime.now(UTC)}
    statement = _upserting(connection.dialect.name, table, tuple(key), tuple(values))
    connection.execute(statement, {**key, **values})


@lru_cache(maxsize=256)
def _upserting(dialect: str, table: sa.Table, key: tuple[str, ...], values: tuple[str, ...]) -> sa.Executable:
    """Return the statement of ``upsert``: to put one together takes longer than to run it."""
    insert = _insert_into(table, dialect).values({name: sa.bindparam(name) for name in (*key, *values)})
    return insert.on_conflict_do_update(index_elements=list(key), set_={name: insert.excluded[name] for name in values})


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert those of *rows* whose key is not there yet; return how many."""
    if not rows:
        return 0
    insert = _inserting_new(connection.dialect.name, table)
    # Without the option SQLAlchemy does not count what was inserted on PostgreSQL.
    return connection.execute(insert, rows, execution_options={"preserve_rowcount": True}).rowcount


@lru_cache(maxsize=256)
def _inserting_new(dialect: str, table: sa.Table) -> sa.Executable:
    return _insert_into(table, dialect).on_conflict_do_nothing()


def _insert_into(table: sa.Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Return the ``insert`` of *dialect*: "or do something else if it is there" is spelt in each its own way."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
