"""The embedded bus: one SQLite file a topic, in WAL mode, usable by several processes at once."""

from __future__ import annotations

import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipeline.bus import Delivery, Message, Positions, Recall
from pipeline.bus.lines import joined
from pipeline.errors import Unavailable

_SCHEMA = """
create table if not exists log (
    offset integer primary key autoincrement, -- never reused, even after a trim
    partition integer not null,
    key text not null,
    value blob not null,
    at real not null
);
create table if not exists position (
    grp text not null, partition integer not null, next integer not null,
    primary key (grp, partition)
) without rowid;
create table if not exists meta (name text primary key, value integer not null) without rowid;
"""
_FIRST = 1  # SQLite's autoincrement begins here
_SHORTEST_NAP_S, _LONGEST_NAP_S = 0.002, 0.025


def _now() -> datetime:
    return datetime.now(UTC)


class SqliteBus:
    """Topics as files in *folder*. One commit per ``publish``, synced: that is the group commit.

    Safe to use from several threads and processes. *clock* stamps messages for ``since`` and ``trim`` only.
    Not *durable*, it survives kill -9 but no power cut: for what is thrown away anyway.
    """

    def __init__(
        self, folder: Path, partitions: int = 4, clock: Callable[[], datetime] = _now, *, durable: bool = True
    ) -> None:
        self._durable = durable
        self._folder = folder
        self._partitions = partitions
        self._clock = clock
        self._files: dict[str, _TopicFile] = {}
        self._lock = threading.Lock()

    def publish(self, topic: str, messages: Sequence[Message], *, as_lines: bool = False) -> None:
        if messages:
            file = self._file(topic)
            file.append(joined(messages, file.partition) if as_lines else messages, self._clock().timestamp())

    @property
    def id(self) -> str:
        return ""

    def consumer(
        self, group: str, topic: str, *, member: int = 0, of: int = 1, recall: Recall | None = None
    ) -> SqliteConsumer:
        file = self._file(topic)
        mine = tuple(p for p in range(file.partitions) if p % of == member)
        consumer = SqliteConsumer(file, group, mine)
        if recall is not None:
            consumer.seek(recall())
        return consumer

    def lag(self, group: str, topic: str) -> int:
        file = self._file(topic)
        return file.count_from(file.positions(group))

    def end(self, topic: str) -> Positions:
        file = self._file(topic)
        return dict.fromkeys(range(file.partitions), file.end())

    def browse(self, topic: str, start: Positions, most: int) -> Sequence[Delivery]:
        return self._file(topic).read(start, most)

    def since(self, topic: str, at: datetime) -> Positions:
        file = self._file(topic)
        return dict.fromkeys(range(file.partitions), file.first_at(at.timestamp()))

    def trim(self, topic: str, before: datetime) -> int:
        return self._file(topic).trim(before.timestamp())

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _file(self, topic: str) -> _TopicFile:
        with self._lock:
            if topic not in self._files:
                self._files[topic] = _TopicFile(self._folder, topic, self._partitions, self._durable)
            return self._files[topic]


class SqliteConsumer:
    """One member of a group: remembers where it is, waits by looking again."""

    def __init__(self, file: _TopicFile, group: str, partitions: tuple[int, ...]) -> None:
        self._file = file
        self._group = group
        self._partitions = partitions
        self._committed = self._stored()
        self._next = dict(self._committed)

    @property
    def positions(self) -> Positions:
        return dict(self._next)

    def poll(self, most: int, wait_s: float) -> Sequence[Delivery]:
        give_up = time.monotonic() + wait_s
        nap = _SHORTEST_NAP_S
        while not (deliveries := self._file.read(self._next, most)) and time.monotonic() < give_up:
            time.sleep(min(nap, max(0.0, give_up - time.monotonic())))
            nap = min(nap * 2, _LONGEST_NAP_S)
        if deliveries:  # in order over all our partitions, so none of them holds anything unread before this
            read_to = deliveries[-1].offset + 1
            self._next = {partition: max(offset, read_to) for partition, offset in self._next.items()}
        return deliveries

    def commit(self) -> None:
        if self._next != self._committed:
            self._file.remember(self._group, self._next)
            self._committed = dict(self._next)

    def rewind(self) -> None:
        self._next = dict(self._committed)

    def seek(self, positions: Positions) -> None:
        self._committed.update({p: offset for p, offset in positions.items() if p in self._committed})
        self._next = dict(self._committed)

    def close(self) -> None: ...

    def _stored(self) -> dict[int, int]:
        stored = self._file.positions(self._group)
        return {partition: stored[partition] for partition in self._partitions}


class _TopicFile:
    """One topic's file and the connection to it."""

    def __init__(self, folder: Path, topic: str, partitions: int, durable: bool) -> None:
        self._path = folder / f"{topic}.db"
        self._lock = threading.RLock()
        with self._translated():
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self._path, timeout=30.0, isolation_level=None, check_same_thread=False)
            synced = "full" if durable else "off"
            for pragma in (f"synchronous={synced}", "journal_mode=wal", "wal_autocheckpoint=2000"):
                self._db.execute(f"pragma {pragma}")
        with self._writing():
            for statement in _SCHEMA.split(";\n"):
                self._db.execute(statement)
            self._db.execute("insert or ignore into meta values ('partitions', ?)", (partitions,))
        self.partitions: int = self._one("select value from meta where name = 'partitions'")

    def partition(self, key: str) -> int:
        return zlib.crc32(key.encode("utf-8", "surrogatepass")) % self.partitions

    def append(self, messages: Sequence[Message], at: float) -> None:
        rows = [(self.partition(m.key), m.key, m.value, at) for m in messages]
        with self._writing():
            self._db.executemany("insert into log (partition, key, value, at) values (?, ?, ?, ?)", rows)

    def read(self, start: Positions, most: int) -> list[Delivery]:
        """Return messages of the partitions in *start*, each from its position on, in order of arrival."""
        if not start:
            return []
        wanted = ",".join(str(int(partition)) for partition in start)
        only = "" if len(start) == self.partitions else f"and partition in ({wanted})"
        query = f"select partition, offset, key, value from log where offset >= ? {only} order by offset limit ?"  # noqa: S608 # integers only
        found: list[Delivery] = []
        floor = min(start.values())
        while len(found) < most:
            with self._translated(), self._lock:
                rows = self._db.execute(query, (floor, most)).fetchall()
            found += [Delivery(self._topic, *row) for row in rows if row[1] >= start[row[0]]]
            if len(rows) < most:
                break
            floor = rows[-1][1] + 1
        return found[:most]

    def positions(self, group: str) -> dict[int, int]:
        with self._translated(), self._lock:
            rows = self._db.execute("select partition, next from position where grp = ?", (group,)).fetchall()
        return dict.fromkeys(range(self.partitions), _FIRST) | dict(rows)

    def remember(self, group: str, positions: Positions) -> None:
        rows = [(group, partition, offset) for partition, offset in positions.items()]
        with self._writing():
            self._db.executemany("insert or replace into position values (?, ?, ?)", rows)

    def count_from(self, positions: Positions) -> int:
        if len(set(positions.values())) == 1:
            return self._one("select count(*) from log where offset >= ?", min(positions.values()))
        return sum(
            self._one("select count(*) from log where offset >= ? and partition = ?", offset, partition)
            for partition, offset in positions.items()
        )

    def end(self) -> int:
        return self._one("select coalesce(max(seq), 0) from sqlite_sequence where name = 'log'") + 1

    def first_at(self, at: float) -> int:
        found = self._one("select coalesce(min(offset), 0) from log where at >= ?", at)
        return found or self.end()

    def trim(self, before: float) -> int:
        """Drop what is older, but nothing that a group has still to read."""
        with self._writing():
            keep = self._db.execute("select min(next) from position").fetchone()[0]
            dropped = self._db.execute(
                "delete from log where at < ? and offset < ?", (before, keep if keep is not None else self.end())
            )
            return dropped.rowcount

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @property
    def _topic(self) -> str:
        return self._path.stem

    def _one(self, query: str, *values: float) -> int:
        with self._translated(), self._lock, closing(self._db.execute(query, values)) as cursor:
            return int(cursor.fetchone()[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._translated(), self._lock:
            self._db.execute("begin immediate")
            try:
                yield
                self._db.execute("commit")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("rollback")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            raise Unavailable(f"总线文件 {self._path.name} 不可用 / bus file: {error}") from error
