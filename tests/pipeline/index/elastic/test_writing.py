"""Several writers, late ones, dead ones: the register decides, the months follow."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import msgspec
import pytest

from pipeline.errors import Rejected, Unavailable
from pipeline.index.elastic.documents import SEALED, documents
from pipeline.index.elastic.gateway import Gateway, Outcome, Refresh, Write
from pipeline.index.elastic.index import ElasticIndex
from pipeline.index.elastic.plan import Plan, Plans
from pipeline.index.elastic.wire import Answer, Method
from pipeline.index.elastic.writing import Writer
from pipeline.model import Op
from tests.contracts.index_posts import a_post, moment, withheld_posts
from tests.contracts.post_index import found


class Interrupted(Gateway):
    """A gateway that lets something else happen before its n-th bulk, or dies there."""

    def __init__(self, gateway: Gateway, at: int, happens: object) -> None:
        super().__init__(gateway._wire)
        self._at, self._happens, self._bulks = at, happens, 0

    def bulk(self, writes: list[Write], refresh: Refresh = "false") -> list[Outcome]:  # type: ignore[override] # a list will do
        self._bulks += 1
        if self._bulks == self._at and callable(self._happens):
            self._happens()
        return super().bulk(writes, refresh)


class Died(Exception):
    pass


def die() -> None:
    raise Died


def a_writer(gateway: Gateway, plans: Plans, at: int, happens: object) -> Writer:
    return Writer(Interrupted(gateway, at, happens), plans, "true")


@pytest.fixture
def plans(gateway: Gateway, prefix: str, index: ElasticIndex) -> Plans:
    index.prepare()
    return Plans(gateway, prefix, 1)


def test_a_death_between_register_and_months_is_mended_by_the_same_write(
    index: ElasticIndex, gateway: Gateway, plans: Plans
) -> None:
    docs = [a_post("a", "停水"), a_post("b", "停水", at="2026-02-01")]
    with pytest.raises(Died):
        a_writer(gateway, plans, 2, die).write(docs)
    assert found(index, "*") == set()

    index.write(docs)

    assert found(index, "停水") == {"a", "b"}


def test_a_death_after_a_move_leaves_no_double(index: ElasticIndex, gateway: Gateway, plans: Plans) -> None:
    index.write([a_post("a", "停水", at="2026-02-01")])
    moved = a_post("a", "停水", at="2026-03-01", fetched="2026-03-02")
    with pytest.raises(Died):
        a_writer(gateway, plans, 2, die).write([moved])

    index.write([moved])

    assert index.search("停水").total == index.count() == 1


def test_a_writer_that_was_overtaken_decides_again(index: ElasticIndex, gateway: Gateway, plans: Plans) -> None:
    newer = a_post("a", "新", fetched="2026-03-10T05:00:00")
    slow = a_writer(gateway, plans, 1, lambda: index.write([newer]))

    slow.write([a_post("a", "旧", fetched="2026-03-10T04:00:00")])

    assert found(index, "新") == {"a"}
    assert found(index, "旧") == set()


def test_a_writer_that_comes_late_to_the_months_changes_nothing(
    index: ElasticIndex, gateway: Gateway, plans: Plans
) -> None:
    def meanwhile() -> None:
        index.write(
            [
                a_post("a", "停水", at="2026-03-01", fetched="2026-03-02"),
                a_post("b", op=Op.DELETE, fetched="2026-04-01"),
            ]
        )

    a_writer(gateway, plans, 2, meanwhile).write([a_post("a", "停水", at="2026-02-01"), a_post("b", "停水")])

    assert found(index, "*") == {"a"}
    assert index.count() == 1
    assert index.search("*").hits[0].post.post.at == moment("2026-03-01")


def test_many_writers_at_once_lose_nothing_and_double_nothing(index: ElasticIndex, url: str) -> None:
    index.prepare()
    docs = [
        a_post(f"p{n}", f"停水 {turn}", at=f"2026-0{1 + turn % 3}-05", fetched=f"2026-05-{1 + turn:02}")
        for n in range(20)
        for turn in range(6)
    ]

    def write(seed: int) -> None:
        own = ElasticIndex.open(url)
        mine = random.Random(seed).sample(docs, len(docs))
        for start in range(0, len(mine), 10):
            own.write(mine[start : start + 10])
        own.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    assert index.count() == index.search("停水").total == 20
    assert {hit.post.post.text for hit in index.search("*", most=50).hits} == {"停水 5"}


def test_a_withheld_post_of_the_layout_before_moves_out_of_sight_and_can_be_deleted(
    index: ElasticIndex, gateway: Gateway, plans: Plans
) -> None:
    (doc, *_) = withheld_posts()
    index.write([doc])
    gateway.drop(info.name for info in gateway.indices(plans.index(1, f"{SEALED}*")))
    (kept,) = gateway.read(plans.register, ["sealed"])
    assert kept
    before = msgspec.json.decode(documents(doc)[1]) | {"token_version": "before"}
    gateway.bulk(
        [
            Write(plans.register, "sealed", {**kept.body, "months": ["2026.03"]}),
            Write(plans.index(1, "2026.03"), "sealed", before, version=1 << 40),
        ],
        "true",
    )
    assert found(index, "来信") == {"sealed"}
    assert index.status().stale == 1

    index.reindex()

    assert found(index, "来信") == {"sealed"}
    assert index.status().stale == 0
    assert gateway.count(plans.posts, {"exists": {"field": "text"}}) == 0
    index.write([a_post("sealed", op=Op.DELETE, fetched="2026-04-01")])
    assert (index.count(), gateway.count(plans.posts)) == (0, 0)


def test_a_batch_of_new_posts_takes_three_requests_beside_the_plan(gateway: Gateway, plans: Plans) -> None:
    class Counting:
        asked: ClassVar[list[str]] = []

        def ask(self, method: Method, path: str, **more: Any) -> Answer:
            self.asked.append(path)
            return gateway._wire.ask(method, path, **more)

        def close(self) -> None: ...

    counted = Gateway(Counting())
    Writer(counted, plans, "false").write([a_post(f"p{n}") for n in range(500)])

    assert Counting.asked == [f"/{plans.register}/_mget", "/_bulk", "/_bulk"]


def test_a_poison_document_is_named_and_the_others_are_stored(index: ElasticIndex) -> None:
    with pytest.raises(Rejected, match=r"xxx.*too long"):
        index.write([a_post("a"), a_post("x" * 600), a_post("b")])

    assert found(index, "*") == {"a", "b"}


def test_a_document_that_the_mapping_cannot_take_is_named(index: ElasticIndex) -> None:
    with pytest.raises(Rejected, match="odd: "):
        index.write([a_post("a"), a_post("odd", like=10**400)])

    assert found(index, "*") == {"a"}


def test_a_register_that_changes_all_the_time_is_unavailable(gateway: Gateway, plans: Plans) -> None:
    class Late(Gateway):
        def bulk(self, writes: list[Write], refresh: Refresh = "false") -> list[Outcome]:  # type: ignore[override] # a list will do
            return [Outcome() for _ in writes]

    with pytest.raises(Unavailable):
        Writer(Late(gateway._wire), plans, "true").write([a_post("a")])


def test_trimming_drops_whole_months_and_takes_the_rest_out_one_by_one(
    index: ElasticIndex, gateway: Gateway, plans: Plans
) -> None:
    index.write([a_post(f"p{month}{day}", at=f"2026-0{month}-{day}") for month in (1, 2, 3) for day in (10, 20)])
    index.write([a_post("p110", op=Op.DELETE, fetched="2026-04-01")])

    assert index.trim(moment("2026-02-15")) == 2

    assert [info.name[-7:] for info in gateway.indices(plans.all)] == ["2026.02", "2026.03"]
    assert found(index, "*") == {"p220", "p310", "p320"}
    assert index.get("p210") is None
    index.write([a_post("p110", at="2026-01-10", fetched="2026-01-11")])  # stays deleted
    assert index.count() == 3


def test_what_was_published_again_after_a_delete_is_trimmed_to_its_tombstone(index: ElasticIndex) -> None:
    index.write([a_post("a", op=Op.DELETE, fetched="2026-03-11")])
    index.write([a_post("a", fetched="2026-03-12")])

    assert index.trim(moment("2027-01-01")) == 1
    index.write([a_post("a", fetched="2026-03-10")])

    assert index.count() == 0


def test_a_deleted_post_of_a_dropped_month_does_not_bring_the_month_back(
    index: ElasticIndex, gateway: Gateway, plans: Plans
) -> None:
    index.write([a_post("a", at="2026-01-10")])
    index.write([a_post("a", at="2026-03-10", fetched="2026-03-11")])
    index.trim(moment("2026-02-01"))

    index.write([a_post("a", op=Op.DELETE, fetched="2026-03-12")])

    assert [info.name[-7:] for info in gateway.indices(plans.all)] == ["2026.03"]
    assert index.count() == 0


def test_a_rebuild_by_another_version_is_ended_by_who_could_not_write_to_it(index: ElasticIndex, plans: Plans) -> None:
    plans.change(lambda plan: Plan(1, 2, "another"))

    index.write([a_post("a")])

    assert plans.read() == Plan(1)
    assert found(index, "*") == {"a"}
