"""The index on search servers keeps the contract, and what only servers can get wrong."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pipeline.bus import Message
from pipeline.bus.sqlite import SqliteBus
from pipeline.engine.clock import WallClock
from pipeline.engine.worker import SetAside, Worker
from pipeline.errors import Misconfigured, Unavailable
from pipeline.index import PostIndex
from pipeline.index.elastic import index as index_module
from pipeline.index.elastic.index import ElasticIndex
from pipeline.index.stage import IndexStage
from pipeline.model import Reader, encode
from pipeline.topics import dead
from tests.contracts import post_index as contract
from tests.contracts.index_posts import a_post, moment
from tests.contracts.post_index import found
from tests.live import eventually, free_port
from tests.pipeline.index.elastic.conftest import PRODUCTS, address_of
from tests.servers.fixtures import OwnSearch, Product


class OnServers:
    @pytest.fixture
    def index(self, emptied: ElasticIndex) -> PostIndex:
        return emptied


class TestWords(OnServers, contract.Words): ...


class TestQueries(OnServers, contract.Queries): ...


class TestPages(OnServers, contract.Pages): ...


class TestBuckets(OnServers, contract.Buckets): ...


class TestWrites(OnServers, contract.Writes): ...


def test_a_server_that_is_away_keeps_nobody_from_starting_and_is_unavailable() -> None:
    index = ElasticIndex.open(f"elasticsearch://127.0.0.1:{free_port()}/t")

    for ask in (index.count, index.prepare, lambda: index.write([a_post("a")]), lambda: index.search("停水")):
        with pytest.raises(Unavailable):
            ask()
    index.close()


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_was_written_outlives_a_kill_and_the_rest_goes_on(product: Product, own_search: OwnSearch) -> None:
    server = own_search(product)
    index = ElasticIndex.open(address_of(server, "t"))
    index.write([a_post("before", "停水")])
    batch = [a_post(f"p{n}", "停电") for n in range(20)]

    server.kill()
    with pytest.raises(Unavailable):
        index.write(batch)
    with pytest.raises(Unavailable):
        index.search("停水")
    server.start()
    eventually(lambda: found(index, "停水") == {"before"})
    index.write(batch)

    assert found(index, "停水") == {"before"}
    assert index.count() == 21
    index.close()


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_kill_in_the_middle_of_bulks_loses_and_doubles_nothing(product: Product, own_search: OwnSearch) -> None:
    server = own_search(product)
    index = ElasticIndex.open(address_of(server, "t"))
    index.write([a_post("first")])
    batches = [[a_post(f"p{b}-{n}", "停水", at=f"2026-0{1 + n % 3}-05") for n in range(50)] for b in range(12)]
    returned = threading.Event()

    def kill() -> None:
        returned.wait(60)
        server.kill()
        server.start()

    killer = threading.Thread(target=kill)
    killer.start()
    failures = 0
    for place, batch in enumerate(batches):
        while True:
            try:
                index.write(batch)
                break
            except Unavailable:
                failures += 1
        if place == 2:
            returned.set()
    killer.join()

    assert eventually(lambda: index.count() == 601)
    assert index.search("停水", most=1000).total == 600
    assert len({hit.post.post.id for hit in index.search("停水", most=1000).hits}) == 600
    index.close()


def test_a_worker_sets_the_poison_aside_and_stores_the_others(index: ElasticIndex, tmp_path: Path) -> None:
    bus = SqliteBus(tmp_path)
    docs = [a_post("a", "停水"), a_post("x" * 600, "停水"), a_post("b", "停水")]
    bus.publish("analysed", [Message(doc.post.key, encode(doc)) for doc in docs])
    worker = Worker(IndexStage(index), bus, WallClock())

    assert worker.step().read == 3

    assert found(index, "停水") == {"a", "b"}
    (aside,) = bus.consumer("look", dead("analysed")).poll(10, 0)
    assert Reader(SetAside).read(aside.value).key == "x" * 600
    worker.close()


def test_status_says_what_stands(index: ElasticIndex) -> None:
    assert (index.status().documents, index.status().oldest) == (0, None)
    index.write([a_post("a", at="2026-01-05"), a_post("b", at="2026-03-05")])

    status = index.status()

    assert (status.documents, status.generation, status.stale) == (2, 1, 0)
    assert status.size > 0
    assert (status.oldest, status.newest) == (moment("2026-01-05"), moment("2026-03-05"))


def test_a_long_answer_comes_in_several(index: ElasticIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_PAGE", 3)
    index.write([a_post(f"p{n}", "停水", at=f"2026-03-{n + 1:02}") for n in range(10)])

    page = index.search("停水", most=8)

    assert [hit.post.post.id for hit in page.hits] == [f"p{n}" for n in range(9, 1, -1)]
    assert [hit.post.post.id for hit in index.search("停水", most=8, after=page.after).hits] == ["p1", "p0"]
    assert index.search("停水", most=0).total == 10
    assert index.get("") is None


@pytest.mark.parametrize("mark", ["x", "W10=", "eyJhIjoxfQ==", "页"])
def test_a_mark_that_is_none_of_ours_is_refused(emptied: ElasticIndex, mark: str) -> None:
    with pytest.raises(Misconfigured, match="after"):
        emptied.search("*", after=mark)
