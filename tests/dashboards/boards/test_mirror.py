from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crawlers.frontier import Frontier
from dashboards.boards.mirror import BOARD_EVERY, Mirror
from pipeline.errors import Unavailable
from pipeline.index.elastic.gateway import Gateway
from pipeline.index.sqlite import SqliteIndex
from pipeline.ledger import Ledger
from pipeline.model import AnalysedPost, Op
from pipeline.notify.casebook import Notice
from pipeline.notify.records import Records
from tests.build import NOON, a_post, minute
from tests.dashboards.boards.conftest import PREFIX
from tests.dashboards.boards.district import ZONE, District, a_frontier, a_mirror
from tests.dashboards.boards.store import MemoryStore
from tests.dashboards.boards.test_clocks import a_case
from tests.dashboards.console.district import a_doc, an_alert


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def mirror(tmp_path: Path, store: MemoryStore) -> Mirror:
    return Mirror(
        store=store,
        prefix="d",
        ledger=Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}"),
        index=SqliteIndex.open(f"sqlite:///{tmp_path / 'index.db'}", "Asia/Shanghai"),
        standings=Frontier(tmp_path / "empty.db"),
        zone=ZONE,
    )


def put(mirror: Mirror, **more: Any) -> None:
    with mirror.ledger.transaction() as connection:
        records = Records(connection)
        records.put_case(a_case(alerts=(an_alert().id,), **more))
        records.put_notice(Notice(alert=an_alert(), heard_at=NOON, case="c1"))


def board(store: MemoryStore, of: str, dim: str, value: str) -> list[str]:
    return [
        doc["shown"] for doc in store.docs["d-board"].values() if (doc["of"], doc["dim"], doc["value"]) == (of, dim, value)
    ]  # fmt: skip


def test_it_makes_its_indices_and_writes_what_there_is(mirror: Mirror, store: MemoryStore) -> None:
    put(mirror)

    mirror.step(minute(1))

    assert set(store.docs) == set(store.widened) == {"d-alerts", "d-cases", "d-sources", "d-board"}
    assert store.docs["d-cases"]["c1"]["ack"]["state"] == "running"
    assert store.docs["d-alerts"][an_alert().id]["case"] == "C-3F7KQ"


def test_it_says_how_long_it_read_the_ledger_whatever_the_search_server_took(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([10.0, 13.5])
    monkeypatch.setattr("dashboards.boards.mirror.time", SimpleNamespace(monotonic=lambda: next(seconds)))
    mirror.step(NOON)
    assert mirror.read_s == 3.5


def test_what_did_not_change_is_not_written_again(mirror: Mirror) -> None:
    put(mirror)
    assert mirror.step(minute(1)) > 0

    assert mirror.step(minute(2)) == 0


def test_a_clock_that_ran_out_changes_its_case(mirror: Mirror, store: MemoryStore) -> None:
    put(mirror)
    mirror.step(minute(1))

    assert mirror.step(minute(20)) >= 1
    assert store.docs["d-cases"]["c1"]["ack"]["state"] == "overdue"


def test_the_leaders_numbers_are_counted_every_ten_minutes(mirror: Mirror, store: MemoryStore) -> None:
    mirror.step(NOON)
    mirror.index.write([a_doc(f"w{n}", f"停水{n}", at=NOON) for n in range(6)])

    mirror.step(NOON + BOARD_EVERY / 2)
    assert "6" not in board(store, "posts", "total", "total")
    mirror.step(NOON + BOARD_EVERY)
    assert board(store, "posts", "total", "total").count("6") == 1


def test_what_was_written_of_old_days_is_not_remembered_for_ever(mirror: Mirror, store: MemoryStore) -> None:
    put(mirror)
    mirror.step(NOON)
    after_one = len(mirror._written)

    for day in range(1, 40):
        mirror.step(NOON + timedelta(days=day))

    assert len(mirror._written) <= after_one
    assert len(store.docs["d-board"]) > 2 * after_one  # the server keeps them


def test_what_is_gone_is_told_as_nought(mirror: Mirror, store: MemoryStore) -> None:
    docs = [a_doc(f"w{n}", f"停水{n}", at=NOON, street="外来街道") for n in range(6)]
    mirror.index.write(docs)
    mirror.step(NOON)
    assert board(store, "posts", "place.street", "外来街道") == ["6"]

    later = minute(60)
    mirror.index.write(
        [AnalysedPost(post=a_post(f"w{n}", "", at=NOON, fetched_at=later, op=Op.DELETE)) for n in range(6)]
    )
    mirror.step(later)

    assert board(store, "posts", "place.street", "外来街道") == ["0"]


def test_a_server_that_is_away_gets_everything_later(mirror: Mirror, store: MemoryStore) -> None:
    put(mirror)
    store.away = True
    with pytest.raises(Unavailable):
        mirror.step(minute(1))

    store.away = False
    mirror.step(minute(2))

    assert "c1" in store.docs["d-cases"]
    assert store.docs["d-board"]


def test_a_document_that_is_refused_holds_back_no_other_and_is_tried_again(mirror: Mirror, store: MemoryStore) -> None:
    put(mirror)
    store.refuses = {"c1"}
    mirror.step(minute(1))
    assert "c1" not in store.docs["d-cases"]
    assert an_alert().id in store.docs["d-alerts"]

    store.refuses = set()
    mirror.step(minute(2))
    assert "c1" in store.docs["d-cases"]


def test_another_mirror_writes_the_same(district: District, tmp_path: Path) -> None:
    first, second = MemoryStore(), MemoryStore()
    now = district.clock.now()

    for name, store in (("first", first), ("second", second)):
        a_mirror(district, store, "d", tmp_path / name).step(now)

    assert first.docs == second.docs


def test_an_older_mirror_does_not_undo_a_newer_one(mirror: Mirror, store: MemoryStore, tmp_path: Path) -> None:
    put(mirror)
    mirror.step(minute(20))
    stale = Mirror(
        store=store, prefix="d", ledger=mirror.ledger, index=mirror.index, standings=mirror.standings, zone=ZONE
    )

    stale.step(minute(1))

    assert store.docs["d-cases"]["c1"]["ack"]["state"] == "overdue"


def test_sources_are_there_with_their_days(mirror: Mirror, store: MemoryStore, tmp_path: Path) -> None:
    mirror.standings = a_frontier(tmp_path, NOON)
    mirror.classes = {"qh-bbs": "forum"}

    mirror.step(NOON)

    kinds = [doc["kind"] for doc in store.docs["d-sources"].values()]
    assert (kinds.count("now"), kinds.count("day")) == (5, 15)
    assert store.docs["d-sources"]["qh-bbs"]["source"] == {"id": "qh-bbs", "class": "forum"}
    assert board(store, "sources", "outcome", "failed") == ["1"]


def test_the_real_servers_take_every_document(filled: Gateway, district: District) -> None:
    for name, least in (("alerts", 10), ("cases", 5), ("sources", 20), ("board", 500)):
        assert filled.count(f"{PREFIX}-{name}") >= least


def test_on_the_real_servers_no_small_number_stands_on_the_board(filled: Gateway) -> None:
    small = {"bool": {"filter": [{"range": {"n": {"gt": 0, "lt": 5}}}], "must_not": [{"term": {"of": "sources"}}]}}

    assert filled.count(f"{PREFIX}-board", small) == 0
    assert filled.count(f"{PREFIX}-board", {"term": {"small": True}}) > 0


def test_the_days_that_late_posts_may_change_are_counted_again(mirror: Mirror, store: MemoryStore) -> None:
    mirror.step(NOON)
    mirror.index.write([a_doc(f"w{n}", f"停水{n}", at=NOON - timedelta(days=2)) for n in range(8)])

    mirror.step(minute(30))

    assert board(store, "posts", "total", "total").count("8") == 1
