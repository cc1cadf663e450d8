"""Brings a database to the newest version of the ledger."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from typing import Final, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipeline.errors import Fault, Misconfigured
from pipeline.ledger.engines import connect

_SCRIPTS: Final = Path(__file__).with_name("migrations")


def upgrade(connection: Connection) -> None:
    """Walk the migrations that are missing, in the open transaction; what is at its newest costs one look.

    Raises Misconfigured for a ledger that a newer version of this software wrote.
    """
    there = sa.inspect(connection).get_table_names()
    if "alembic_version" in there and _version(connection) == _newest():
        return
    if not there and connection.dialect.name == "sqlite":
        for statement in _empty_ledger():
            connection.exec_driver_sql(statement)
        return
    _walk(connection)


def _version(connection: Connection) -> str | None:
    return connection.execute(sa.text("select version_num from alembic_version")).scalar()


@cache
def _newest() -> str:
    """Return the newest version by the names of the scripts (``v0005_….py``): to load them takes longer."""
    return max(file.name[1:5] for file in (_SCRIPTS / "versions").glob("v*.py"))


@cache
def _empty_ledger() -> tuple[str, ...]:
    """Return what makes an empty SQLite ledger: walked once, since rehearsals and rule tests make hundreds."""
    engine = connect("sqlite://")
    try:
        with engine.connect() as connection:
            with connection.begin():
                _walk(connection)
            made = cast(sqlite3.Connection, connection.connection.driver_connection)
            return tuple(line for line in made.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;"))
    finally:
        engine.dispose()


def _walk(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        zh = "账本由更新的版本写成，请升级本软件"
        en = "the ledger was written by a newer version; upgrade this one"
        raise Misconfigured([Fault("ledger.url", zh, en)]) from error
