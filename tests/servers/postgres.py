"""A real PostgreSQL, and empty databases in it."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from tests.servers.obtain import a_program
from tests.servers.ports import a_port
from tests.servers.server import Server, StartFailed

USER = "yuqing"
INITDB_WITHIN_S = 120.0
CONNECT_WITHIN_S = 5


class Postgres(Server):
    """One server that believes everyone on loopback.

    Commits are durable against kill -9 always; with *fsync* also against a power cut, for which each one waits.
    """

    end = signal.SIGINT  # in order, but without waiting for clients to go
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root

    def __init__(self, *, fsync: bool = False) -> None:
        self._programs = {name: _program(name) for name in ("initdb", "postgres")}
        super().__init__("postgres")
        self.port = a_port()
        self._fsync = fsync
        self._data = self.folder / "data"
        self._names = (f"db{number}" for number in itertools.count(1))
        self._make_data()

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    @property
    def setting(self) -> str:
        return f"YUQING_LEDGER__URL={self.url}"

    def url_of(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def command(self) -> Sequence[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": _word(self._fsync),
            "full_page_writes": _word(self._fsync),
            "shared_buffers": "32MB",
            "timezone": "UTC",
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [str(self._programs["postgres"]), "-D", str(self._data), *options]

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=CONNECT_WITHIN_S).close()
        except psycopg.OperationalError:
            return False
        return True

    def create(self) -> str:
        """Make an empty database and return its name."""
        name = next(self._names)
        self._say(SQL("create database {}").format(Identifier(name)))
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._say(SQL("drop database {} with (force)").format(Identifier(name)))

    def _say(self, statement: Composed) -> None:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=CONNECT_WITHIN_S) as connection:
            connection.execute(statement)

    def _make_data(self) -> None:
        """Make the data folder, which must belong to who runs the server.

        Texts sort as in a Chinese town, and not by their bytes: what leans on the order of bytes should fail here.
        """
        initdb = [str(self._programs["initdb"]), "-D", str(self._data), "-U", USER, "--auth=trust", "--no-sync"]
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh-Hans-CN"]
        if self.user:
            shutil.chown(self.folder, self.user, self.user)
        with self.log.open("ab") as log:
            done = subprocess.run(
                [*initdb, *locale],
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                timeout=INITDB_WITHIN_S,
                check=False,
            )
        if done.returncode:
            raise StartFailed(self, "could not make its data folder")


@dataclass(frozen=True)
class Database:
    """An empty database of one test's own, on a server that others may use too."""

    server: Postgres
    name: str

    @property
    def url(self) -> str:
        return self.server.url_of(self.name)

    @property
    def setting(self) -> str:
        return f"YUQING_LEDGER__URL={self.url}"


@contextmanager
def a_database(server: Postgres) -> Iterator[Database]:
    """Lend an empty database; afterwards the server runs, whatever was done to it, and the database is gone."""
    database = Database(server, server.create())
    try:
        yield database
    finally:
        server.heal()
        server.drop(database.name)


def _program(name: str) -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return a_program(name, "postgresql", *reversed(versions))


def _word(true: bool) -> str:
    return "on" if true else "off"
