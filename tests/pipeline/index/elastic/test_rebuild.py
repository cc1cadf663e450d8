"""A new generation is built while everything goes on; a kill is taken up again; nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import msgspec
import pytest

from pipeline.errors import Misconfigured
from pipeline.index.elastic import gateway as gateway_module
from pipeline.index.elastic.documents import documents, edition, packed
from pipeline.index.elastic.gateway import Gateway, Write
from pipeline.index.elastic.index import ElasticIndex
from pipeline.index.elastic.plan import Plan, Plans
from pipeline.index.elastic.rebuild import rebuild
from pipeline.model import Op
from tests.contracts.index_posts import a_post, moment
from tests.contracts.post_index import found


@pytest.fixture
def plans(gateway: Gateway, prefix: str) -> Plans:
    return Plans(gateway, prefix, 1)


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "_AT_ONCE", 10)


def at_page(number: int, act: Callable[[], object]) -> Callable[[int, int], None]:
    """Return what a rebuild tells, so that *act* happens after its page *number*."""
    pages: list[int] = []

    def tell(done: int, total: int) -> None:
        pages.append(done)
        if len(pages) == number:
            act()

    return tell


def test_the_new_generation_holds_all_and_the_old_one_is_gone(
    index: ElasticIndex, gateway: Gateway, plans: Plans
) -> None:
    index.write([a_post(f"p{n:03}", at=f"2026-0{1 + n % 3}-05") for n in range(45)])
    index.write([a_post("p001", op=Op.DELETE, fetched="2026-06-01")])
    told: list[tuple[int, int]] = []

    assert index.reindex(lambda done, total: told.append((done, total))) == 44

    assert told[-1] == (44, 44)
    assert index.count() == 44
    assert {info.name[-10:] for info in gateway.indices(plans.all)} == {f"v2-2026.0{m}" for m in (1, 2, 3)}
    assert gateway.aliased(plans.posts) == [info.name for info in gateway.indices(plans.all)]
    assert (index.status().generation, index.status().building, index.status().stale) == (2, None, 0)
    index.write([a_post("new", at="2026-07-01")])  # a month that came after
    assert index.count() == 45


def test_what_is_written_meanwhile_is_not_lost(index: ElasticIndex, url: str) -> None:
    index.write([a_post(f"p{n:03}", "停水", at=f"2026-0{1 + n % 3}-05") for n in range(60)])
    other = ElasticIndex.open(url)

    def meanwhile() -> None:
        later = "2026-08-01"
        other.write([a_post("a-new", "停水"), a_post("z-new", "停水", at="2026-07-07")])
        other.write([a_post("p000", "已恢复", at="2026-01-05", fetched=later)])  # was read already
        other.write([a_post("p059", "已恢复", at="2026-03-05", fetched=later)])  # is still to come
        other.write([a_post("p001", op=Op.DELETE, fetched=later), a_post("p058", op=Op.DELETE, fetched=later)])
        other.write([a_post("p002", "停水", at="2026-06-06", fetched=later)])  # moves to a month of its own
        other.write([a_post("p003", op=Op.OBSERVE, like=9, fetched=later)])

    index.reindex(at_page(2, meanwhile))

    assert index.count() == 60
    assert found(index, "已恢复") == {"p000", "p059"}
    assert {"a-new", "z-new", "p002"} <= found(index, "停水")
    assert not {"p001", "p058"} & found(index, "*")
    assert found(index, "engagement.like:9") == {"p003"}
    assert index.search("id:p002").total == 1
    other.close()


def test_writers_that_never_stop_lose_nothing(index: ElasticIndex, url: str) -> None:
    index.write([a_post(f"p{n:03}", at=f"2026-0{1 + n % 3}-05") for n in range(100)])
    stop, written = threading.Event(), list[str]()

    def write() -> None:
        own = ElasticIndex.open(url)
        while not stop.is_set():
            name = f"w{len(written):05}"
            own.write([a_post(name, "停电", at=f"2026-0{1 + len(written) % 6}-05")])
            written.append(name)
        own.close()

    writer = threading.Thread(target=write)
    writer.start()
    index.reindex()
    index.reindex()
    stop.set()
    writer.join()

    assert found(index, "停电") >= set(written[:1000])
    assert index.count() == 100 + len(written)
    assert index.status().generation == 3


class Killed(Exception):
    pass


def kill() -> None:
    raise Killed


def test_what_was_broken_off_is_taken_up_where_it_was(index: ElasticIndex, plans: Plans) -> None:
    index.write([a_post(f"p{n:03}") for n in range(60)])
    with pytest.raises(Killed):
        index.reindex(at_page(4, kill))
    assert index.status().building == 2
    assert index.count() == 60  # the old one stands meanwhile
    index.write([a_post("p000", "已恢复", fetched="2026-08-01"), a_post("zz")])
    told: list[int] = []

    index.reindex(lambda done, total: told.append(done))

    assert told[0] == 50  # four pages were done
    assert index.count() == 61
    assert found(index, "已恢复") == {"p000"}
    assert plans.read() == Plan(2)


def test_a_killed_process_is_taken_up_too(index: ElasticIndex, url: str) -> None:
    index.write([a_post(f"p{n:03}") for n in range(35)])
    killed = (
        "import os, sys; from pipeline.index import open_index; from pipeline.index.elastic import gateway;"
        "gateway._AT_ONCE = 10;"
        "open_index(sys.argv[1]).reindex(lambda done, total: done == 20 and os.kill(os.getpid(), 9))"
    )
    done = subprocess.run(
        [sys.executable, "-c", killed, url], check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert done.returncode == -9

    index.reindex()

    assert index.count() == 35
    assert index.status().generation == 2


@pytest.mark.parametrize("step", ["realias", "drop"])
def test_a_death_around_the_swap_is_mended_by_the_next_call(
    index: ElasticIndex, gateway: Gateway, plans: Plans, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.write([a_post(f"p{n:03}") for n in range(15)])
    with monkeypatch.context() as patched:
        patched.setattr(Gateway, step, lambda *_: kill())
        with pytest.raises(Killed):
            rebuild(gateway, plans, lambda *_: None)
    assert index.count() == 15

    rebuild(gateway, plans, lambda *_: None)

    assert index.count() == index.search("*").total == 15
    assert len(gateway.indices(plans.all)) == 1


def test_a_rebuild_of_another_version_begins_again(index: ElasticIndex, gateway: Gateway, plans: Plans) -> None:
    index.write([a_post("a")])
    gateway.bulk([Write(plans.index(2, "2026.03"), "stale", {}), Write(plans.index(7, "2026.03"), "left", {})])
    plans.change(lambda plan: Plan(1, 2, "another", done_to="zzz"))

    index.reindex()

    assert plans.read() == Plan(8)
    assert found(index, "*") == {"a"}
    assert len(gateway.indices(plans.all)) == 1


def test_somebody_who_takes_over_ends_the_first(index: ElasticIndex, plans: Plans) -> None:
    index.write([a_post(f"p{n:03}") for n in range(30)])

    def taken() -> None:
        plans.change(lambda plan: Plan(plan.current, horizon=plan.horizon))

    with pytest.raises(Misconfigured, match="reindex"):
        index.reindex(at_page(1, taken))
    assert index.count() == 30


def test_trimming_meanwhile_is_seen(index: ElasticIndex, plans: Plans) -> None:
    index.write([a_post(f"p{n:03}", at=f"2026-0{1 + n % 3}-05") for n in range(45)])

    index.reindex(at_page(2, lambda: index.trim(moment("2026-02-01"))))

    assert plans.read() == Plan(2, horizon="2026.02")
    assert index.count() == 30


def test_posts_of_an_older_edition_are_counted_as_stale(index: ElasticIndex, gateway: Gateway, plans: Plans) -> None:
    index.write([a_post("a"), a_post("b")])
    name = plans.index(1, "2026.03")
    older = msgspec.json.decode(documents(a_post("a"))[0]) | {"token_version": "older"}
    gateway.bulk([Write(name, "a", older, version=1 << 40)])
    gateway.refresh(name)

    assert index.status().stale == 1
    index.reindex()
    assert index.status().stale == 0
    assert index.status().edition == edition()


def test_a_post_that_the_new_index_cannot_take_does_not_stop_the_others(
    index: ElasticIndex, gateway: Gateway, plans: Plans
) -> None:
    index.write([a_post("a"), a_post("b")])
    (kept,) = gateway.read(plans.register, ["a"])
    assert kept is not None
    gateway.bulk([Write(plans.register, "c", {**kept.body, "id": "c", "kept": packed(a_post("c", like=10**400))})])

    assert index.reindex() == 3

    assert found(index, "*") == {"a", "b"}
