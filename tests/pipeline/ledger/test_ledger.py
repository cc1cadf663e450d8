"""The ledger keeps a stage's changes and its position together, or neither."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.errors import Misconfigured, Unavailable
from pipeline.ledger import Ledger, insert_new, tables, upsert
from tests.build import NOON

ROW = {"id": "a", "at": NOON}


def a_ledger(folder: Path) -> Ledger:
    return Ledger.open(f"sqlite:///{folder / 'deep' / 'ledger.db'}")


def heard(ledger: Ledger) -> int:
    with ledger.transaction() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(tables.heard)).scalar_one()


def test_changes_and_position_are_kept_together(tmp_path: Path) -> None:
    session = a_ledger(tmp_path).session("notify", "signals")
    insert_new(session.connection, tables.heard, [ROW])
    session.remember({0: 7, 3: 9})

    again = a_ledger(tmp_path)

    assert heard(again) == 1
    assert again.session("notify", "signals").recall() == {0: 7, 3: 9}
    assert again.session("notify", "other").recall() == {}


def test_what_was_not_remembered_is_gone(tmp_path: Path) -> None:
    session = a_ledger(tmp_path).session("notify", "signals")
    insert_new(session.connection, tables.heard, [ROW])
    session.forget()

    assert heard(a_ledger(tmp_path)) == 0
    assert session.recall() == {}


def test_a_moment_comes_back_as_it_was(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path)
    with ledger.transaction() as connection:
        insert_new(connection, tables.heard, [ROW])
        assert connection.execute(sa.select(tables.heard.c.at)).scalar_one() == NOON


def test_inserting_twice_keeps_the_first_and_says_so(tmp_path: Path) -> None:
    with a_ledger(tmp_path).transaction() as connection:
        assert insert_new(connection, tables.heard, [ROW]) == 1
        assert insert_new(connection, tables.heard, [ROW]) == 0
        assert insert_new(connection, tables.heard, []) == 0
        key = {"stage": "s", "topic": "t", "partition": 0}
        for offset in (1, 2):
            upsert(connection, tables.position, key, {"next_offset": offset})
        assert connection.execute(sa.select(tables.position.c.next_offset)).scalars().all() == [2]


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path)
    with pytest.raises(ZeroDivisionError), ledger.transaction() as connection:
        insert_new(connection, tables.heard, [ROW])
        raise ZeroDivisionError

    assert heard(ledger) == 0


def test_a_place_that_cannot_hold_a_ledger_is_said(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()

    with pytest.raises(Unavailable, match="账本不可用"):
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    with pytest.raises(Misconfigured, match=r"ledger\.url"):
        Ledger.open("clay://tablet")
