"""What every ledger promises. A database's tests subclass ``LedgerContract`` and say how to open one."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipeline.errors import Overtaken
from pipeline.ledger import Ledger, insert_new, tables, upsert
from tests.build import NOON

ROW = {"id": "a", "at": NOON}


def heard(ledger: Ledger) -> int:
    with ledger.transaction() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(tables.heard)).scalar_one()


class LedgerContract:
    """Subclass, and provide ``url``: the same database each time, empty at the first."""

    @property
    def url(self) -> str:
        raise NotImplementedError

    def open(self) -> Ledger:
        return Ledger.open(self.url)

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

    def test_a_value_that_does_not_fit_is_a_bug_and_no_reason_to_wait(self, ledger: Ledger) -> None:
        with pytest.raises(sa.exc.IntegrityError), ledger.transaction() as connection:
            connection.execute(sa.insert(tables.heard).values(id="a", at=None))

    def test_offsets_may_be_long(self, ledger: Ledger) -> None:
        ledger.session("detect", "matches").remember({0: 2**31, 1: 2**63 - 1})

        assert ledger.session("detect", "matches").recall() == {0: 2**31, 1: 2**63 - 1}

    def test_who_holds_a_partition_is_waited_for_and_who_was_behind_is_told(self, ledger: Ledger) -> None:
        ours, theirs = (ledger.session("detect", "matches") for _ in range(2))
        outcome: list[str] = []

        def come_second() -> None:
            try:
                theirs.hold([0, 1])
            except Overtaken:
                outcome.append("overtaken")
            theirs.forget()

        ours.hold([0])
        second = threading.Thread(target=come_second)
        second.start()
        second.join(0.3)
        waited = second.is_alive()
        ours.remember({0: 5})
        second.join(20)

        assert waited
        assert outcome == ["overtaken"]
        assert theirs.recall() == {0: 5}
        theirs.hold([0, 1])
        theirs.remember({0: 6})
        with pytest.raises(Overtaken):
            ours.hold([0])
        ours.forget()

    def test_a_session_goes_on_after_it_was_overtaken_or_forgot(self, ledger: Ledger) -> None:
        ours = ledger.session("detect", "matches")
        for _ in range(2):
            ours.forget()
        ledger.session("detect", "matches").remember({0: 5})
        with pytest.raises(Overtaken):
            ours.hold([0])
        ours.forget()
        ours.recall()
        ours.hold([0])
        ours.remember({0: 6})

        assert ours.held is None
        assert ours.recall() == {0: 6}

    @pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "😡\udc00x", "\ud83d\ude21"])
    def test_what_no_database_stores_is_replaced_and_found_again(self, ledger: Ledger, text: str) -> None:
        with ledger.transaction() as connection:
            assert insert_new(connection, tables.heard, [{"id": text, "at": NOON}]) == 1
            assert insert_new(connection, tables.heard, [{"id": text, "at": NOON}]) == 0
            found = connection.execute(sa.select(tables.heard.c.id).where(tables.heard.c.id == text)).scalar_one()

        found.encode()
        assert "\0" not in found

    def test_texts_may_be_longer_than_planned(self, ledger: Ledger) -> None:
        long = "湖" * 300
        with ledger.transaction() as connection:
            insert_new(connection, tables.heard, [{"id": long, "at": NOON}])

            assert connection.execute(sa.select(tables.heard.c.id)).scalar_one() == long

    def test_texts_sort_by_their_codes(self, ledger: Ledger) -> None:
        words = ["b", "A", "a", "B", "a-1", "a1", "a_1", "湖东", "阿", "北", "😡", "１", "1", "\uffee", "é", "z"]
        with ledger.transaction() as connection:
            insert_new(connection, tables.heard, [{"id": word, "at": NOON} for word in words])
            found = connection.execute(sa.select(tables.heard.c.id).order_by(tables.heard.c.id)).scalars().all()

        assert found == sorted(words)

    def test_many_rows_and_many_keys_at_once(self, ledger: Ledger) -> None:
        ids = [f"{n:05}" for n in range(20_000)]
        with ledger.transaction() as connection:
            insert_new(connection, tables.heard, [{"id": "00007", "at": NOON}])
            assert insert_new(connection, tables.heard, [{"id": id_, "at": NOON} for id_ in ids]) == len(ids) - 1
            query = sa.select(sa.func.count()).select_from(tables.heard).where(tables.heard.c.id.in_(ids))
            assert connection.execute(query).scalar_one() == len(ids)

    def test_several_processes_may_open_it_at_once(self, ledger: Ledger) -> None:
        with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as several:
            opened = [several.submit(_remember, self.url, partition) for partition in range(4)]
            assert [one.result(60) for one in opened] == [0, 1, 2, 3]

        assert ledger.session("detect", "matches").recall() == {0: 1, 1: 1, 2: 1, 3: 1}

    def test_the_right_to_be_alone_is_given_and_given_back(self, ledger: Ledger) -> None:
        guard = ledger.alone("crawl")

        assert guard.take()
        assert guard.take()
        assert guard.held()
        guard.close()
        again = ledger.alone("crawl")
        assert again.take()
        again.close()


def _remember(url: str, partition: int) -> int:
    """Open the ledger in a process of its own and move one partition on."""
    ledger = Ledger.open(url)
    ledger.session("detect", "matches").remember({partition: 1})
    ledger.close()
    return partition
