"""What only one process in a whole deployment may do: who does it, and who stands by."""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from pipeline.errors import Unavailable
from pipeline.log import get

log = get("alone")

_ASK_EVERY_S: Final = 1.0
_SURE_FOR_S: Final = 6.0  # after an answer
_SERVER_WAITS_S: Final = 15  # for a word of ours, then it gives the right away; longer than we believe in it
_CLOSED_WITHIN_S: Final = 2.0


class Guard:
    """The right to be the only one of a name among all processes that share a database.

    ``take`` it, work while it is ``held``, and ``close`` it. It is lost with the connection that holds it, or when
    this process is frozen: then ``held`` says no before anybody else can have it. On SQLite all processes are of
    one folder, and the process tree's lock file has kept the others out already.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._shared = engine.dialect.name == "postgresql"
        self._watch: _Watch | None = None

    def take(self) -> bool:
        """Try to get the right; False while another process has it. Raises Unavailable."""
        if not self._shared or self.held():
            return True
        self.close()
        asked_at = time.monotonic()
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            query = sa.select(sa.func.pg_try_advisory_lock(lock_key(f"alone/{self._name}", _schema(connection))))
            ours = bool(connection.execute(query).scalar_one())
            if ours:
                self._watch = _Watch(connection, self._name, asked_at)
        finally:
            if self._watch is None:
                connection.close()
        return ours

    def held(self) -> bool:
        """Say whether the right is ours at this moment. Never waits."""
        return not self._shared or (self._watch is not None and self._watch.sure)

    def close(self) -> None:
        """Give the right back, if it is ours."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None


class _Watch:
    """Asks on the connection that holds the right, again and again, whether it is still there."""

    def __init__(self, connection: Connection, name: str, asked_at: float) -> None:
        connection.detach()  # it is nobody else's any more: not the pool's either
        if (connection.dialect.server_version_info or (0,)) >= (14,):
            connection.execute(sa.text(f"set idle_session_timeout = '{_SERVER_WAITS_S}s'"))
        self._connection = connection
        self._name = name
        self._sure_until = asked_at + _SURE_FOR_S
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"alone/{name}", daemon=True)
        self._thread.start()
        log.info("alone", part_name=name)

    @property
    def sure(self) -> bool:
        return time.monotonic() < self._sure_until

    def close(self) -> None:
        self._over.set()
        self._thread.join(_CLOSED_WITHIN_S)  # of a server that says nothing it waits for longer, and without us
        self._sure_until = 0.0

    def _run(self) -> None:
        try:
            while not self._over.wait(_ASK_EVERY_S):
                asked_at = time.monotonic()
                self._connection.execute(sa.text("select 1"))
                self._sure_until = asked_at + _SURE_FOR_S
        except Unavailable as error:
            self._sure_until = 0.0
            log.warning("no longer alone", part_name=self._name, error=str(error))
        finally:
            self._connection.close()


def _schema(connection: Connection) -> str:
    return str(connection.execute(sa.select(sa.func.current_schema())).scalar_one())


def lock_key(name: str, schema: str = "public") -> int:
    """Return the number by which PostgreSQL knows the advisory lock *name*: locks belong to a database, ledgers to a schema."""
    if schema != "public":
        name = f"{schema}/{name}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
