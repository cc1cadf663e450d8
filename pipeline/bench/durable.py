"""The contests that write to the disk: the bus alone, and the whole desk."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Final

from pipeline import topics
from pipeline.app.desk import App
from pipeline.bench import invented
from pipeline.bench.contest import Job, Pair
from pipeline.bus import Message
from pipeline.bus.sqlite import SqliteBus
from pipeline.engine.clock import ManualClock
from pipeline.model import encode
from pipeline.settings import Settings

BATCH = 256
MESSAGES = 40 * BATCH  # a round, for the bus
FEW = 200  # messages a round for who syncs the disk for each
POSTS = 8 * BATCH  # a round, for the whole desk


class Log(Pair):
    """Publish, poll and commit, surely on disk after each batch."""

    name: ClassVar[str] = "bus"
    against: ClassVar[str] = "SQLite, one commit a message"

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        self._bus = SqliteBus(Path(self._folder.name))
        known = invented.names(200)
        self._messages = [Message(post.key, encode(post)) for post in invented.posts(MESSAGES, 1, known)]

    def ours(self, round: int) -> Job:
        return Job(lambda: self._through_the_bus(f"round-{round}"), len(self._messages))

    def theirs(self, round: int) -> Job:
        return Job(lambda: self._one_by_one(Path(self._folder.name) / f"plain-{round}.db"), FEW)

    def clock(self) -> float:
        return time.perf_counter()

    def close(self) -> None:
        self._bus.close()
        self._folder.cleanup()

    def _through_the_bus(self, topic: str) -> None:
        for start in range(0, len(self._messages), BATCH):
            self._bus.publish(topic, self._messages[start : start + BATCH])
        consumer = self._bus.consumer("bench", topic)
        while consumer.poll(BATCH, 0.0):
            consumer.commit()
        consumer.close()

    def _one_by_one(self, file: Path) -> None:
        with closing(sqlite3.connect(file)) as db:
            db.execute("pragma journal_mode = wal")
            db.execute("pragma synchronous = full")
            db.execute("create table log (key text, value blob)")
            for message in self._messages[:FEW]:
                with db:
                    db.execute("insert into log values (?, ?)", (message.key, message.value))
            db.execute("select key, value from log").fetchall()


_ROUND: Final = timedelta(hours=6)  # longer than a round's posts take


class Flow:
    """Posts through every stage with every hop on disk, by the shipped rules; posts a second, so not a ratio."""

    name: ClassVar[str] = "flow"
    against: ClassVar[str] = "1 post/s"

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        home = Path(self._folder.name)
        self._clock = ManualClock(invented.START)
        self._app = App(Settings(home=home), self._clock)
        self._workers = self._app.workers()
        self._known = invented.names(2_000)

    def ratio(self, round: int) -> float:
        # Each round a while after the one before: a desk hears few posts that are hours late.
        posts = invented.posts(POSTS, round + 1, self._known, invented.START + round * _ROUND)
        messages = [Message(post.key, encode(post)) for post in posts]
        self._clock.move_to(posts[-1].fetched_at)
        return Job(lambda: self._through(messages), len(messages)).rate(time.perf_counter)

    def close(self) -> None:
        for worker in self._workers:
            worker.close()
        self._app.close()
        self._folder.cleanup()

    def _through(self, messages: list[Message]) -> None:
        for start in range(0, len(messages), BATCH):
            self._app.bus.publish(topics.POSTS, messages[start : start + BATCH])
        for worker in self._workers:
            while worker.step().read:
                pass
