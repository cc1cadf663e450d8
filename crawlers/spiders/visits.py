"""The spider that lives as long as its parent and runs one errand after another, and many at once."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import msgspec
import scrapy

from crawlers.errand import Asked, Told
from crawlers.politeness import RobotsGate, Turns
from crawlers.spiders.feed import visit_feed
from crawlers.spiders.page import visit_page
from crawlers.spiders.reader import Reader

_LONGEST_LINE = 64 * 1024 * 1024
_VISITS = {"feed": visit_feed, "page": visit_page}


class VisitSpider(scrapy.Spider):
    """Runs errands until standard input ends."""

    name = "visits"

    async def start(self) -> AsyncIterator[Told]:
        """Yield how each errand ended, as it ends."""
        self._turns = Turns()
        told: asyncio.Queue[Told | None] = asyncio.Queue()
        listening = asyncio.ensure_future(self._listen(told))
        while (visit := await told.get()) is not None:
            yield visit
        await listening

    async def _listen(self, told: asyncio.Queue[Told | None]) -> None:
        """Start every errand that comes in; put None once the last has ended."""
        running: set[asyncio.Future[Told]] = set()
        async for line in await _standard_input():
            asked = msgspec.json.decode(line, type=Asked)
            task = asyncio.ensure_future(self._run(asked))
            running.add(task)
            task.add_done_callback(partial(_tell, asked.number, told))
            task.add_done_callback(running.discard)
        await asyncio.wait(running) if running else None
        await told.put(None)

    async def _run(self, asked: Asked) -> Told:
        engine, gate = self.crawler.engine, self.crawler.get_downloader_middleware(RobotsGate)
        assert engine and gate, "a running spider has both"  # noqa: S101 (narrows the types)
        reader = Reader(asked.errand, engine.download_async, self._turns, gate)
        return Told(number=asked.number, visit=await _VISITS[asked.errand.errand](asked.errand, reader))


def _tell(number: int, told: asyncio.Queue[Told | None], task: asyncio.Future[Told]) -> None:
    """Pass on how an errand ended. A bug ends its own errand only; its words may hold a post, so its place must do."""
    error = task.exception()
    if error is None:
        told.put_nowait(task.result())
    else:
        last = traceback.extract_tb(error.__traceback__)[-1]
        told.put_nowait(Told(number=number, bug=f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"))


class Tell:
    """Writes each visit to standard output."""

    def process_item(self, item: Told) -> Told:
        sys.stdout.buffer.write(msgspec.json.encode(item) + b"\n")
        sys.stdout.buffer.flush()
        return item


async def _standard_input() -> asyncio.StreamReader:
    stream = asyncio.StreamReader(limit=_LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), sys.stdin.buffer)
    return stream
