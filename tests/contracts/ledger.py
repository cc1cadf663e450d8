"""What every ledger promises. A database's tests subclass ``LedgerContract`` and say how to open one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipeline.errors import Unavailable
from pipeline.ledger import Ledger, insert_new, tables, upsert
from tests.build import NOON

ROW = {"id": "a", "at": NOON}


def heard(ledger: Ledger) -> int:
    with ledger.transaction() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(tables.heard)).scalar_one()


class LedgerContract:
    """Subclass, and provide ``open``: the same database each time, empty at the first."""

    def open(self) -> Ledger:
        raise NotImplementedError

    @pytest.fixture
    def ledger(self) -> Iterator[Ledger]:
        ledger = self.open()
        yield ledger
        ledger.close()

    def test_changes_and_position_are_kept_together(self, ledger: Ledger) -> None:
        session = ledger.session("notify", "signals")
        insert_new(session.connection, tables.heard, [ROW])
        session.remember({0: 7, 3: 9})

        again = self.open()

        assert heard(again) == 1
        assert again.session("notify", "signals").recall() == {0: 7, 3: 9}
        assert again.session("notify", "other").recall() == {}
        again.close()

    def test_a_position_moves_on_and_others_stay(self, ledger: Ledger) -> None:
        session = ledger.session("notify", "signals")
        session.remember({0: 7, 1: 2})
        session.remember({0: 8, 1: 2})
        session.remember({0: 8})

        assert session.recall() == {0: 8, 1: 2}

    def test_what_was_not_remembered_is_gone(self, ledger: Ledger) -> None:
        session = ledger.session("notify", "signals")
        insert_new(session.connection, tables.heard, [ROW])
        session.forget()

        assert heard(ledger) == 0
        assert session.recall() == {}

    def test_what_others_do_meanwhile_is_not_lost(self, ledger: Ledger) -> None:
        session = ledger.session("detect", "matches")
        insert_new(session.connection, tables.heard, [ROW])
        session.remember({0: 1})
        with ledger.transaction() as connection:
            insert_new(connection, tables.heard, [{"id": "b", "at": NOON}])
        session.remember({0: 2})

        assert heard(ledger) == 2

    def test_a_moment_comes_back_as_it_was_and_sorts_by_time(self, ledger: Ledger) -> None:
        moments = [NOON, NOON + timedelta(microseconds=1), NOON - timedelta(days=400)]
        with ledger.transaction() as connection:
            insert_new(connection, tables.heard, [{"id": str(n), "at": at} for n, at in enumerate(moments)])
            found = connection.execute(sa.select(tables.heard.c.at).order_by(tables.heard.c.at)).scalars().all()

        assert found == sorted(moments)

    def test_inserting_twice_keeps_the_first_and_says_so(self, ledger: Ledger) -> None:
        with ledger.transaction() as connection:
            assert insert_new(connection, tables.heard, [ROW]) == 1
            assert insert_new(connection, tables.heard, [ROW]) == 0
            assert insert_new(connection, tables.heard, []) == 0

    def test_an_upsert_changes_the_row_that_has_the_key(self, ledger: Ledger) -> None:
        key = {"stage": "s", "topic": "t", "partition": 0}
        with ledger.transaction() as connection:
            for offset in (1, 2):
                upsert(connection, tables.position, key, {"next_offset": offset})
            assert connection.execute(sa.select(tables.position.c.next_offset)).scalars().all() == [2]

    def test_a_transaction_that_fails_leaves_nothing(self, ledger: Ledger) -> None:
        with pytest.raises(ZeroDivisionError), ledger.transaction() as connection:
            insert_new(connection, tables.heard, [ROW])
            raise ZeroDivisionError

        assert heard(ledger) == 0

    def test_what_the_database_refuses_for_now_is_unavailable(self, ledger: Ledger) -> None:
        with pytest.raises(Unavailable), ledger.transaction():
            raise sa.exc.OperationalError("select 1", {}, Exception("the server went away"))
