from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.boards.reading import Delivered, read_books
from pipeline.errors import Unavailable
from pipeline.ledger import Ledger
from pipeline.notify.casebook import Notice
from pipeline.notify.records import Records
from tests.build import NOON
from tests.dashboards.boards.district import District
from tests.dashboards.console.district import an_alert


def test_the_books_hold_cases_alerts_and_what_became_of_their_messages(district: District) -> None:
    books = read_books(district.app.ledger)

    told = [books.delivered[notice.alert.id] for notice in books.notices if not notice.alert.queued]
    assert not {notice.alert.id for notice in books.notices if notice.alert.queued} & books.delivered.keys()
    assert len(books.cases) >= 5
    assert all(one.accepted >= 1 and one.first_at is not None for one in told)
    assert {notice.case for notice in books.notices} <= set(books.cases)


def test_an_empty_ledger_is_an_empty_book(tmp_path: Path) -> None:
    books = read_books(Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}"))

    assert (dict(books.cases), books.notices, dict(books.delivered)) == ({}, (), {})


def test_what_is_waiting_and_what_failed_is_counted_apart() -> None:
    from dashboards.boards.reading import _summed

    told = _summed({"pending": (2, None), "leased": (1, None), "dead": (3, NOON), "superseded": (9, NOON)})

    assert told == Delivered(waiting=3, dead=3)


def test_shadow_alerts_are_left_out(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    with ledger.transaction() as connection:
        for name, shadow in (("real", False), ("trial", True)):
            Records(connection).put_notice(Notice(alert=an_alert(name, shadow=shadow), heard_at=NOON))

    assert [notice.alert.rule for notice in read_books(ledger).notices] == ["real.burst"]


def test_a_ledger_that_is_away_says_so(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.close()
    (tmp_path / "ledger.db").unlink()
    (tmp_path / "ledger.db").mkdir()

    with pytest.raises(Unavailable):
        read_books(ledger)
