"""The SQLite file of the index: how it is opened, and what its errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pipeline.errors import Fault, Misconfigured, Unavailable
from pipeline.index.rows import COLUMNS, FORMAT, INDICES, SCHEMA, column
from pipeline.text.grams import FORMAT as GRAMS

WAIT_S: Final = 5.0
_VERSION: Final = f"{FORMAT} {GRAMS}"
_BUG: Final = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_CONSTRAINT)


def connected(path: Path) -> sqlite3.Connection:
    """Return the opened file, its tables made or brought up to the fields of today.

    Raises Misconfigured if it cannot be an index of ours, Unavailable if it is only busy.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with translated():
            db = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
            _prepare(db, path)
    except (OSError, sqlite3.DatabaseError) as error:
        raise Misconfigured(
            [Fault("index.url", f"{path} 打不开：{error}", f"{path} cannot be opened: {error}")]
        ) from error
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")  # the position on the bus moves after write: what it told must be there
    db.execute("pragma secure_delete = fast")
    db.execute("pragma cache_size = -65536")
    db.execute("pragma mmap_size = 1073741824")
    if _version(db) == _VERSION and not _missing_columns(db):
        return
    with transaction(db):
        for statement in SCHEMA.split(";\n"):
            db.execute(statement)
        for name in _missing_columns(db):  # a field that is newer than the file
            db.execute(f"alter table posts add column {name}")
        for statement in INDICES.split(";\n"):
            db.execute(statement)
        db.execute("insert or ignore into about values ('version', ?)", (_VERSION,))
        if (version := _version(db)) != _VERSION:
            raise Misconfigured([_outdated(path, version)])


def _outdated(path: Path, version: str | None) -> Fault:
    return Fault(
        "index.url",
        f"{path} 是旧格式（{version}，现为 {_VERSION}）：请移走该文件，从总线重建索引",
        f"{path} has an old format ({version}, now {_VERSION}): move it away and build the index anew from the bus",
    )


def _version(db: sqlite3.Connection) -> str | None:
    if not db.execute("select 1 from sqlite_master where name = 'about'").fetchone():
        return None
    found = db.execute("select value from about where name = 'version'").fetchone()
    return str(found[0]) if found else None


def _missing_columns(db: sqlite3.Connection) -> list[str]:
    there = {name for _, name, *_ in db.execute("pragma table_info(posts)")}
    return [column(field) for field in COLUMNS if field.name not in there]


@contextmanager
def transaction(db: sqlite3.Connection, begin: str = "begin immediate") -> Iterator[None]:
    """Do all of it or nothing; *begin* alone reads one state of the file."""
    db.execute(begin)
    try:
        yield
        db.execute("commit")
    finally:
        if db.in_transaction:  # a full disk has rolled back already
            db.execute("rollback")


@contextmanager
def translated() -> Iterator[None]:
    """Raise Unavailable for what the file or the disk does to us; our own mistakes stay what they are."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _BUG or code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN):
            raise
        raise Unavailable(f"index: {error}") from error
