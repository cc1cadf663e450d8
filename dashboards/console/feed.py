"""Server-sent events: one look at the world for all tabs, resumable by the last event's id."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from starlette.concurrency import run_in_threadpool

from pipeline import log
from pipeline.errors import Unavailable

KEPT: Final = 400  # events a tab may have missed and still catch up on
QUEUED: Final = 200  # events a slow tab may be behind before it has to read everything anew
_log = log.get("console")


class News(NamedTuple):
    """One event: its name and what it says."""

    name: str
    body: object


class _Event(NamedTuple):
    seq: int
    wire: bytes


_END: Final = _Event(0, b"")


class Feed:
    """Looks for news while at least one tab listens, and tells all of them.

    A tab that comes back with the id of an event we still have gets what it missed; any other one, and
    one that cannot keep up, is told to ``reset``: to read everything anew.
    """

    def __init__(
        self, look: Callable[[datetime], Sequence[News]], clock: Callable[[], datetime],
        *, every_s: float = 0.5, heartbeat_s: float = 15.0,
    ) -> None:  # fmt: skip
        self._look = look
        self._clock = clock
        self._every_s = every_s
        self._heartbeat_s = heartbeat_s
        self._events: deque[_Event] = deque(maxlen=KEPT)
        self._tabs: set[asyncio.Queue[_Event]] = set()
        self._seq = 0
        self._epoch = f"{clock().timestamp():.0f}"  # ids of an earlier process mean nothing here
        self._looking: asyncio.Task[None] | None = None

    @property
    def tabs(self) -> int:
        return len(self._tabs)

    @property
    def _awake(self) -> bool:
        return self._looking is not None and not self._looking.done()

    async def listen(self, last_id: str = "") -> AsyncGenerator[bytes, None]:
        """Yield events for one tab, and a heartbeat when there are none."""
        queue: asyncio.Queue[_Event] = asyncio.Queue(QUEUED)
        missed = self._missed(last_id)
        self._tabs.add(queue)
        try:
            self._wake()
            yield b"retry: 1000\n\n"
            if missed is None:
                yield self._wire(News("reset", {}), self._seq)
            for event in missed or ():
                yield event.wire
            while (wire := await self._next(queue)) is not None:
                yield wire
        finally:
            self._tabs.discard(queue)
            if not self._tabs and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    def tell(self, news: Sequence[News]) -> None:
        """Hand *news* to every tab; a full queue is emptied and its tab told to read anew."""
        for one in news:
            self._seq += 1
            event = _Event(self._seq, self._wire(one, self._seq))
            self._events.append(event)
            for queue in self._tabs:
                self._put(queue, event)

    def _put(self, queue: asyncio.Queue[_Event], event: _Event) -> None:
        if queue.full():
            while not queue.empty():
                queue.get_nowait()
            if event is not _END:
                event = _Event(event.seq, self._wire(News("reset", {}), event.seq))
        queue.put_nowait(event)

    def close(self) -> None:
        """End the line of every tab; each will try to come back."""
        for queue in self._tabs:
            self._put(queue, _END)

    async def _next(self, queue: asyncio.Queue[_Event]) -> bytes | None:
        try:
            async with asyncio.timeout(self._heartbeat_s):
                event = await queue.get()
                return None if event is _END else event.wire
        except TimeoutError:
            return b": still here\n\n"

    def _wake(self) -> None:
        if not self._awake:
            self._events.clear()  # while nobody listened, nobody looked
            self._looking = asyncio.create_task(self._watch())

    def _missed(self, last_id: str) -> list[_Event] | None:
        """Return the events after *last_id*; None if we cannot know them all."""
        epoch, _, seq = last_id.partition("-")
        if not last_id:
            return []
        if epoch != self._epoch or not seq.isdecimal() or not self._awake:
            return None
        newer = [event for event in self._events if event.seq > int(seq)]
        complete = int(seq) == self._seq or (newer and newer[0].seq == int(seq) + 1)
        return newer if complete else None

    def _wire(self, news: News, seq: int) -> bytes:
        body = msgspec.json.encode(news.body)  # JSON has no raw line breaks, so one data line is enough
        return b"id: %s-%d\nevent: %s\ndata: %s\n\n" % (self._epoch.encode(), seq, news.name.encode(), body)

    async def _watch(self) -> None:
        try:
            while True:
                try:
                    self.tell(await run_in_threadpool(self._look, self._clock()))
                except Unavailable as error:
                    _log.warning("nothing to show", reason=str(error))
                await asyncio.sleep(self._every_s)
        except Exception:
            self.close()  # or every tab would show for ever what was last told, as if it were quiet
            raise
