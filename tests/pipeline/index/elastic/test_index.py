"""The index on search servers keeps the contract, and what only servers can get wrong."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.bus import Message
from pipeline.bus.sqlite import SqliteBus
from pipeline.engine.clock import WallClock
from pipeline.engine.worker import SetAside, Worker
from pipeline.errors import Misconfigured, Unavailable
from pipeline.index import PostIndex
from pipeline.index.elastic import index as index_module
from pipeline.index.elastic.address import Address
from pipeline.index.elastic.documents import SHOWN, path
from pipeline.index.elastic.drivers import connected
from pipeline.index.elastic.gateway import Gateway
from pipeline.index.elastic.index import ElasticIndex
from pipeline.index.elastic.plan import Plans
from pipeline.index.stage import IndexStage
from pipeline.model import AnalysedPost, Op, Reader, Type, encode
from pipeline.topics import dead
from tests.contracts import post_index as contract
from tests.contracts.index_posts import a_post, moment, withheld_posts
from tests.contracts.post_index import found
from tests.live import NIGHTLY, eventually, free_port
from tests.pipeline.index.elastic.conftest import address_of, clear
from tests.servers.search import SearchServer

KEYWORDS = [*(path(field.name) for field in SHOWN if field.type in (Type.KEYWORD, Type.KEYWORDS)), "words", "told"]


class OnServers:
    @pytest.fixture
    def index(self, emptied: ElasticIndex) -> PostIndex:
        return emptied


class TestWords(OnServers, contract.Words): ...


class TestQueries(OnServers, contract.Queries): ...


class TestPages(OnServers, contract.Pages): ...


class TestBuckets(OnServers, contract.Buckets): ...


class TestWrites(OnServers, contract.Writes):
    @settings(max_examples=100 if NIGHTLY else 25)  # each takes half a second
    @given(data=st.data())
    def test_roll_ups_equal_a_recount_and_any_order_gives_the_same(self, index: PostIndex, data: st.DataObject) -> None:
        contract.assert_roll_ups_equal_a_recount(index, data)


class TestWithheld(OnServers, contract.Withheld): ...


def test_a_server_that_is_away_keeps_nobody_from_starting_and_is_unavailable() -> None:
    index = ElasticIndex.open(f"elasticsearch://127.0.0.1:{free_port()}/t")

    for ask in (index.count, index.prepare, lambda: index.write([a_post("a")]), lambda: index.search("停水")):
        with pytest.raises(Unavailable):
            ask()
    index.close()


def test_what_was_written_outlives_a_kill_and_the_rest_goes_on(server: SearchServer, index: ElasticIndex) -> None:
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


def test_a_kill_in_the_middle_of_bulks_loses_and_doubles_nothing(server: SearchServer, index: ElasticIndex) -> None:
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
                killer.join(0.05)
        if place == 2:
            returned.set()
    killer.join()

    assert eventually(lambda: index.count() == 601)
    assert index.search("停水", most=1000).total == 600
    assert len({hit.post.post.id for hit in index.search("停水", most=1000).hits}) == 600


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


SAID = ("住址", "来信", "孩子", "被打", "举报", "科长")
SECRETS = (*SAID, "read/", "tid=")
"""What the withheld posts say, and what leads to them."""


def opened(doc: AnalysedPost) -> AnalysedPost:
    """Return *doc* as it would be if nothing had to be withheld, fetched a little earlier."""
    post = msgspec.structs.replace(doc.post, fetched_at=doc.post.published.at)
    return msgspec.structs.replace(doc, post=post, privacy=None, matter=None)


def readable(gateway: Gateway, posts: str) -> str:
    """Return all that a server tells of *posts* to whoever may read them: sources, values, words, their vectors."""
    every = {"fields": ["*"], "docvalue_fields": KEYWORDS, "size": 1000}
    told = [gateway.search(posts, every)]
    for field in KEYWORDS:
        terms = {"terms": {"field": field, "size": 1000}}
        told.append(gateway.search(posts, {"size": 0, "aggs": {"values": terms}}))
    ids = [hit["_id"] for hit in told[0]["hits"]["hits"]]
    assert len(ids) == 3
    for index in gateway.aliased(posts):
        vectors = {"ids": ids, "parameters": {"fields": ["*"], "term_statistics": False}}
        told.append(dict(gateway._ask("POST", f"/{index}/_mtermvectors", vectors).body))
    return json.dumps(told, ensure_ascii=False)


def asked_for(gateway: Gateway, posts: str, words: str) -> int:
    """Return how many of *posts* a query by words of any field finds."""
    return gateway.count(posts, {"query_string": {"query": f'"{words}"', "fields": ["*"], "lenient": True}})


@pytest.fixture
def plans(gateway: Gateway, prefix: str) -> Plans:
    return Plans(gateway, prefix, 1)


def test_nobody_reads_or_guesses_a_word_of_a_withheld_post_where_staff_may_read(
    index: ElasticIndex, gateway: Gateway, plans: Plans
) -> None:
    index.write([opened(doc) for doc in withheld_posts()])
    told = readable(gateway, plans.posts)
    assert all(word in told for word in SECRETS)  # so far nothing is withheld, and the test sees what there is to see
    assert all(asked_for(gateway, plans.posts, word) for word in SAID)

    index.write(withheld_posts())

    for _ in range(2):  # as written, and as built anew
        told = readable(gateway, plans.posts)
        assert not [word for word in SECRETS if word in told]
        assert not [word for word in SAID if asked_for(gateway, plans.posts, word)]
        assert gateway.count(plans.posts, {"terms": {"privacy.sealed": [True]}}) == 1  # and yet they are counted
        assert found(index, "举报") == {"accusation"}
        gateway.refresh(plans.posts)
        index.reindex()

    index.write([a_post(doc.post.id, op=Op.DELETE, fetched="2026-03-12") for doc in withheld_posts()])
    assert gateway.count(plans.posts) == gateway.count(plans.search) == 0


def test_a_post_is_soon_searchable_without_anybody_asking_for_it(server: SearchServer, prefix: str) -> None:
    index = ElasticIndex.open(f"{server.product}://127.0.0.1:{server.port}/{prefix}")  # refreshes as in production
    index.write([a_post("a", "停水")])

    eventually(lambda: found(index, "停水") == {"a"})
    gateway = Gateway(connected(Address.read(address_of(server, prefix))))
    clear(gateway, prefix)
    gateway.close()
    index.close()


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
