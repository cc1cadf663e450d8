"""The file of the index: what its errors mean to those above, and that a half of anything never stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import Misconfigured, Unavailable
from pipeline.index.connection import connected, transaction, translated


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = connected(tmp_path / "new" / "index.db")
    yield db
    db.close()


def names(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("select id from gone order by id")]


def test_a_transaction_is_kept_whole_or_not_at_all(db: sqlite3.Connection) -> None:
    with transaction(db):
        db.execute("insert into gone values ('a', '')")
    with pytest.raises(KeyError), transaction(db):
        db.execute("insert into gone values ('b', '')")
        raise KeyError

    assert names(db) == ["a"]
    assert not db.in_transaction


def test_an_interrupt_leaves_no_open_transaction(db: sqlite3.Connection) -> None:
    with pytest.raises(KeyboardInterrupt), transaction(db):
        db.execute("insert into gone values ('b', '')")
        raise KeyboardInterrupt

    assert (names(db), db.in_transaction) == ([], False)


@pytest.mark.parametrize(
    ("statement", "raised"),
    [
        ("select nonsense", sqlite3.OperationalError),
        ("insert into gone values ('a', ''), ('a', '')", sqlite3.IntegrityError),
        ("insert into gone values (?, ?)", sqlite3.ProgrammingError),
    ],
)
def test_a_mistake_of_ours_is_not_waited_out(db: sqlite3.Connection, statement: str, raised: type[Exception]) -> None:
    with pytest.raises(raised), translated():
        db.execute(statement)


def test_a_disk_that_is_full_or_only_read_is_waited_out(db: sqlite3.Connection) -> None:
    db.execute(f"pragma max_page_count = {db.execute('pragma page_count').fetchone()[0]}")
    with pytest.raises(Unavailable, match="full"), translated():
        db.execute("insert into documents values (1, zeroblob(1000000))")

    db.execute("pragma query_only = on")
    with pytest.raises(Unavailable, match="index: "), translated():
        db.execute("insert into gone values ('a', '')")


def test_an_opened_file_of_today_is_not_written_to(db: sqlite3.Connection, tmp_path: Path) -> None:
    with transaction(db):  # a writer holds it: opening must not need its turn
        connected(tmp_path / "new" / "index.db").close()


def test_a_folder_in_the_place_of_the_file_or_a_file_in_the_place_of_its_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "index.db"):
        with pytest.raises(Misconfigured, match=r"index\.url"):
            connected(path)
