"""The SQLite file of the index: how it is opened, and what its errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pipeline import log
from pipeline.errors import Fault, Misconfigured, Rejected, Unavailable
from pipeline.index.rows import COLUMNS, GRAMS, INDICES, LAYOUT, READABLE, SCHEMA, column, edition
from pipeline.index.writing import rebuild

_log = log.get("index")
WAIT_S: Final = 5.0
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
    db.execute("pragma wal_autocheckpoint = 8000")  # 32 MB: a page that changes in every batch is moved once
    if _about(db) == (LAYOUT, edition()):
        return
    with transaction(db):
        _make(db, path)


def _make(db: sqlite3.Connection, path: Path) -> None:
    layout, built = _about(db)  # again: another process may have been faster
    if layout not in (None, *READABLE):
        raise Misconfigured([_foreign(path)])
    for statement in (SCHEMA + GRAMS if built != edition() else SCHEMA).split(";\n"):
        db.execute(statement)
    for name in _missing_columns(db):  # of fields that are newer than the file
        db.execute(f"alter table posts add column {name}")
    for statement in INDICES.split(";\n"):
        db.execute(statement)
    if built not in (None, edition()):
        _rebuild(db, path)
    db.executemany("insert or replace into about values (?, ?)", [("layout", LAYOUT), ("edition", edition())])


def _rebuild(db: sqlite3.Connection, path: Path) -> None:
    _log.info("index built anew", file=path.name)
    try:
        rebuild(db)
    except Rejected as error:
        raise Misconfigured([_foreign(path)]) from error


def _foreign(path: Path) -> Fault:
    return Fault(
        "index.url",
        f"{path} 的格式与本版本不符：请移走该文件，从总线重建索引",
        f"{path} has another format than this version: move it away and build the index anew from the bus",
    )


def _about(db: sqlite3.Connection) -> tuple[str | None, str | None]:
    """Return the layout of the file, and the edition that its rows were computed with."""
    if not db.execute("select 1 from sqlite_master where name = 'about'").fetchone():
        return None, None
    about = dict(db.execute("select name, value from about"))
    return about.get("layout"), about.get("edition")


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
