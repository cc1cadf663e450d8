"""Events for many tabs from one look at the world."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

from dashboards.console.feed import QUEUED, Feed, News
from pipeline.errors import Unavailable
from tests.build import NOON


class World:
    """What the feed looks at; each look takes the next batch of news."""

    def __init__(self, *batches: Sequence[News]) -> None:
        self.batches = list(batches)
        self.looks = 0

    def look(self, now: datetime) -> Sequence[News]:
        self.looks += 1
        return self.batches.pop(0) if self.batches else ()


def a_feed(world: World, heartbeat_s: float = 60.0) -> Feed:
    return Feed(world.look, lambda: NOON, every_s=0.0, heartbeat_s=heartbeat_s)


async def take(tab: AsyncGenerator[bytes, None], most: int) -> list[str]:
    return [(await anext(tab)).decode() for _ in range(most)]


async def close(*tabs: AsyncGenerator[bytes, None]) -> None:
    for tab in tabs:
        await tab.aclose()


def name_of(wire: str) -> str:
    return next((line.removeprefix("event: ") for line in wire.splitlines() if line.startswith("event: ")), "")


def id_of(wire: str) -> str:
    return next(line.removeprefix("id: ") for line in wire.splitlines() if line.startswith("id: "))


def test_two_tabs_hear_the_same_from_one_look() -> None:
    async def story() -> None:
        world = World()
        feed = a_feed(world)
        one, two = feed.listen(), feed.listen()
        await take(one, 1), await take(two, 1)

        feed.tell([News("cases", {"cases": []})])

        assert await take(one, 1) == await take(two, 1)
        await close(one, two)

    asyncio.run(story())


def test_a_tab_that_comes_back_hears_what_it_missed() -> None:
    async def story() -> None:
        feed = a_feed(World())
        stays, goes = feed.listen(), feed.listen()
        await take(stays, 1), await take(goes, 1)
        feed.tell([News("posts", 1)])
        (last,) = await take(goes, 1)
        await goes.aclose()
        feed.tell([News("posts", 2), News("cases", 3)])

        back = feed.listen(id_of(last))

        assert [name_of(wire) for wire in await take(back, 3)] == ["", "posts", "cases"]
        await close(back, stays)

    asyncio.run(story())


def test_a_tab_that_missed_nothing_hears_nothing_twice() -> None:
    async def story() -> None:
        feed = a_feed(World())
        stays = feed.listen()
        await take(stays, 1)
        feed.tell([News("posts", 1)])
        (last,) = await take(stays, 1)

        back = feed.listen(id_of(last))
        await take(back, 1)
        feed.tell([News("posts", 2)])

        assert '"' not in (wire := (await take(back, 1))[0]) and "data: 2" in wire
        await close(back, stays)

    asyncio.run(story())


def test_an_id_of_another_process_or_too_old_means_reading_anew() -> None:
    async def story() -> None:
        feed = a_feed(World())
        stays = feed.listen()
        await take(stays, 1)
        feed.tell([News("posts", n) for n in range(1000)])
        for last in (
            "0-1",
            "nonsense",
            "-",
            f"{NOON.timestamp():.0f}-1",
            f"{NOON.timestamp():.0f}-x",
            f"{NOON.timestamp():.0f}-99999",
        ):
            tab = feed.listen(last)
            assert [name_of(wire) for wire in await take(tab, 2)] == ["", "reset"], last
            await tab.aclose()
        await stays.aclose()

    asyncio.run(story())


def test_a_slow_tab_costs_no_memory_and_reads_anew() -> None:
    async def story() -> None:
        feed = a_feed(World())
        slow = feed.listen()
        await take(slow, 1)

        feed.tell([News("posts", n) for n in range(QUEUED + 1)])

        assert name_of((await take(slow, 1))[0]) == "reset"
        await slow.aclose()

    asyncio.run(story())


def test_nobody_looks_when_nobody_listens_and_the_next_tab_wakes_it() -> None:
    async def story() -> None:
        world = World([], [News("posts", 1)])
        feed = a_feed(world)
        assert world.looks == 0

        tab = feed.listen()
        assert name_of((await take(tab, 2))[1]) == "posts"
        await tab.aclose()

        assert feed.tabs == 0
        looks = world.looks
        await asyncio.sleep(0)
        assert world.looks == looks

    asyncio.run(story())


def test_a_quiet_line_has_a_heartbeat() -> None:
    async def story() -> None:
        feed = a_feed(World(), heartbeat_s=0.0)
        tab = feed.listen()
        assert (await take(tab, 2))[1].startswith(":")
        await tab.aclose()

    asyncio.run(story())


def test_an_index_that_is_away_for_a_while_does_not_end_the_line() -> None:
    class Flaky(World):
        def look(self, now: datetime) -> Sequence[News]:
            self.looks += 1
            if self.looks < 3:
                raise Unavailable("index is away")
            return [News("posts", 1)]

    async def story() -> None:
        feed = a_feed(Flaky())
        tab = feed.listen()
        assert name_of((await take(tab, 2))[1]) == "posts"
        await tab.aclose()

    asyncio.run(story())


def test_a_look_that_fails_for_good_ends_the_line_and_the_tab_that_comes_back_is_heard() -> None:
    class Broken(World):
        def look(self, now: datetime) -> Sequence[News]:
            self.looks += 1
            if self.looks == 1:
                raise LookupError("a bug of ours")
            return [News("posts", 1)]

    async def story() -> None:
        feed = a_feed(Broken())
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # who owns the process hears of it
        async with asyncio.timeout(10):  # else it would listen for ever
            assert [wire async for wire in feed.listen()] == [b"retry: 1000\n\n"]

        back = feed.listen()

        assert name_of((await take(back, 2))[1]) == "posts"
        await back.aclose()

    asyncio.run(story())


def test_a_line_break_in_a_post_cannot_end_an_event() -> None:
    async def story() -> None:
        feed = a_feed(World())
        tab = feed.listen()
        await take(tab, 1)

        feed.tell([News("posts", {"text": "停水\n\nevent: cases\ndata: {}\r\n"})])

        (wire,) = await take(tab, 1)
        assert wire.count("\n") == 4 and wire.endswith("\n\n") and "\r" not in wire
        await tab.aclose()

    asyncio.run(story())


def test_a_server_that_stops_ends_every_line_even_of_a_slow_tab() -> None:
    async def story() -> None:
        feed = a_feed(World())
        quick, slow = feed.listen(), feed.listen()
        await take(quick, 1), await take(slow, 1)
        feed.tell([News("posts", n) for n in range(QUEUED)])
        await take(quick, QUEUED)

        feed.close()

        assert [wire async for wire in quick] == [] and [wire async for wire in slow] == []
        assert feed.tabs == 0

    asyncio.run(story())
