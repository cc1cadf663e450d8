"""What a database refuses for now is waited for; what it will always refuse is a bug."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
import sqlalchemy as sa

from pipeline.errors import Unavailable
from pipeline.ledger.refusals import is_for_now, translate

FOR_NOW = [
    "08006", "25006", "25P03", "28P01", "40001", "40P01", "42501", "42P01", "53100", "53300", "55P03", "57014",
    "57P01", "57P03", "58030", "XX001",
]  # fmt: skip
BUGS = ["22001", "22P05", "23502", "23505", "25P02", "42601", "42883", "54000"]


def wrapped(error: Exception, dbapi: type[Exception]) -> sa.exc.DBAPIError:
    made = sa.exc.DBAPIError.instance("select 1", {}, error, dbapi)
    assert isinstance(made, sa.exc.DBAPIError)
    return made


@pytest.mark.parametrize("state", FOR_NOW)
def test_postgresql_says_that_it_cannot_now(state: str) -> None:
    error = psycopg.errors.lookup(state)("no")

    assert is_for_now(wrapped(error, psycopg.Error)), type(error)


@pytest.mark.parametrize("state", BUGS)
def test_postgresql_says_that_it_never_will(state: str) -> None:
    error = psycopg.errors.lookup(state)("no")

    assert not is_for_now(wrapped(error, psycopg.Error)), type(error)


@pytest.mark.parametrize(
    ("error", "for_now"),
    [
        (sqlite3.OperationalError("database is locked"), True),
        (sqlite3.OperationalError("database or disk is full"), True),
        (sqlite3.DatabaseError("file is not a database"), True),
        (sqlite3.IntegrityError("NOT NULL constraint failed"), False),
        (sqlite3.ProgrammingError("type 'object' is not supported"), False),
    ],
)
def test_sqlite_says_it_in_its_own_words(error: Exception, for_now: bool) -> None:
    assert is_for_now(wrapped(error, sqlite3.Error)) is for_now


def test_what_is_said_is_one_line_without_the_secret() -> None:
    engine = sa.create_engine("sqlite://")
    translate(engine, "open sesame")
    with engine.begin() as connection, pytest.raises(Unavailable) as refused:
        connection.exec_driver_sql('select * from "open sesame\n\nof nobody"')

    assert str(refused.value) == "账本不可用 / ledger: no such table: *** of nobody"
