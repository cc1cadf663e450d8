"""Connects to the ledger's database: SQLite in a file, or PostgreSQL over the net."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from pipeline.errors import Fault, Misconfigured
from pipeline.ledger.refusals import translate

_POSTGRES: Final = re.compile(r"^postgres(ql)?(\+psycopg)?://")

# Whatever hangs becomes an error in the end, and an error becomes a new try. All of it can be set otherwise in the URL.
_PATIENCE: Final = {
    "connect_timeout": "5",  # seconds, for each address
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",  # milliseconds
}
# The server's side of it: it also lets go of what a machine held that lost its power without a word.
_SERVER: Final = {
    "statement_timeout": "60s",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "120s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "timezone": "UTC",
}


def connect(url: str, *, durable: bool = True) -> Engine:
    """Return the engine for *url*; nothing is connected yet. Its errors are translated (``refusals``).

    Raises Misconfigured for a URL of no known kind, without quoting it: it may hold a password.
    """
    if url.startswith("sqlite:"):
        return _sqlite(url, durable)
    if _POSTGRES.match(url):
        return _postgres(url)
    kind = url.partition(":")[0] if "://" in url else ""
    raise Misconfigured(
        [Fault("ledger.url", f"不认识的账本地址 {kind}:…", f"no adapter for ledger URLs like {kind}:…")]
    )


def apart(url: str, schema: str) -> tuple[str, Callable[[], None]]:
    """Return the URL of an empty ledger beside the one at *url*, in a schema of its own, and what takes it away.

    *schema* is a plain name. One that is there already is emptied. Raises Unavailable.
    """
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    given["options"] = f"{given.get('options', '')} -csearch_path={schema}".strip()

    def drop() -> None:
        _at_once(url, f"drop schema if exists {schema} cascade")

    drop()
    _at_once(url, f"create schema {schema}")
    return urlunsplit(parts._replace(query=urlencode(given, quote_via=quote))), drop


def _at_once(url: str, statement: str) -> None:
    engine = connect(url)
    try:
        with engine.begin() as connection:
            connection.execute(sa.text(statement))
    finally:
        engine.dispose()


def _postgres(url: str) -> Engine:
    """Let libpq read the URL: several hosts, TLS and all its other options mean what its manual says."""
    given = _read(_POSTGRES.sub("postgresql://", url))
    part = multiprocessing.current_process().name
    ours = {
        **_PATIENCE,
        "application_name": "yuqing" if part == "MainProcess" else f"yuqing/{part}",
        "client_encoding": "utf8",
        "options": " ".join(f"-c {name}={value}" for name, value in _SERVER.items()),
    }
    if "options" in given:  # of two settings of one name the later one holds
        given["options"] = f"{ours['options']} {given['options']}"
    engine = sa.create_engine(
        "postgresql+psycopg://",
        connect_args=ours | given,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=-1,  # as many as we have threads: a sender for each receiver, the page's readers
        isolation_level="READ COMMITTED",  # who waited for a lock must see what was written meanwhile
        hide_parameters=True,
    )
    translate(engine, str(given.get("password", "")))
    return engine


def _read(url: str) -> dict[str, Any]:
    import psycopg  # here: it takes 6 MB, and every process of a desk whose ledger is a file would hold them
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise _unreadable() from None  # its words quote pieces of the URL
    if "@" in str(given.get("host", "")) or "@" in str(given.get("dbname", "")):
        raise _unreadable()  # a password with @ or / in it was taken for something else
    return given


def _unreadable() -> Misconfigured:
    zh = "读不懂这个 PostgreSQL 地址；密码里的 @ / : % 要写成 %40 %2F %3A %25，参数名要与 libpq 一致"
    en = (
        "this PostgreSQL URL cannot be read; in a password write @ / : % as %40 %2F %3A %25; options are those of libpq"
    )
    return Misconfigured([Fault("ledger.url", zh, en)])


def _sqlite(url: str, durable: bool) -> Engine:
    database = sa.engine.make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": 30.0}, hide_parameters=True)
    translate(engine)

    @sa.event.listens_for(engine, "connect")
    def prepare(driver: Any, _record: object) -> None:
        driver.isolation_level = None  # SQLAlchemy begins our transactions (below), not the driver
        synced = "full" if durable else "off"
        for pragma in (f"synchronous={synced}", "journal_mode=wal", "busy_timeout=30000", "foreign_keys=on"):
            driver.execute(f"pragma {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail with "locked" under two writers.
        connection.exec_driver_sql("begin immediate")

    return engine
