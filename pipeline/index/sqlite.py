"""The index in one SQLite file: full-text search, columns and hourly roll-ups, always in one transaction.

Several processes may read and write the file at the same time; within one, threads take turns.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from pipeline.errors import Fault, Misconfigured
from pipeline.index import ROLLED, STEPS, Bucket, Found, IndexStatus, Step, Volume
from pipeline.index.buckets import HOUR_S, countable, folded, hour_from, key_of, telling, zone_named
from pipeline.index.connection import connected, transaction, translated
from pipeline.index.highlight import Marker
from pipeline.index.query import parse
from pipeline.index.rows import edition, first_slot, unpacked
from pipeline.index.sql import END, SLOTS, selection
from pipeline.index.writing import forget, rebuild, write
from pipeline.model import AnalysedPost, Field, Type, excerpted

_URL: Final = "sqlite:///"
_HOUR_SLOTS: Final = HOUR_S * 1000 * SLOTS
_ROLL_COLUMNS: Final = dict(zip(ROLLED, ("source", "topic", "street", "label"), strict=True))
_TRIMMED_AT_ONCE: Final = 1000
_MERGED_AT_ONCE: Final = 1000  # pages: some 60 ms, and more than a full batch makes
_UNTIDY: Final = 256  # pieces that may wait for a quiet moment: to look into one takes microseconds


class SqliteIndex:
    def __init__(self, db: sqlite3.Connection, timezone: str) -> None:
        self._db = db
        self._turn = threading.RLock()
        self._untidy = 1  # writes since all was merged; what a kill left is found at the first quiet moment
        self._timezone = timezone
        self._zone = zone_named(timezone)

    @classmethod
    def open(cls, url: str, timezone: str = "Asia/Shanghai") -> SqliteIndex:
        """Return the index in the file of ``sqlite:///FILE``. Raises Misconfigured or Unavailable."""
        zone_named(timezone)
        path = url.removeprefix(_URL)
        if not url.startswith(_URL) or not path:
            raise Misconfigured(
                [Fault("index.url", f"应写成 sqlite:///文件，不是 {url}", f"write sqlite:///FILE, not {url}")]
            )
        return cls(connected(Path(path)), timezone)

    def prepare(self) -> None:
        """Opening the file has made it already."""

    def write(self, docs: Sequence[AnalysedPost]) -> None:
        with self._state("begin immediate") as db:
            write(db, list(map(excerpted, docs)))
        self._untidy += 1
        if self._untidy > _UNTIDY:
            self.tidy()

    def tidy(self) -> None:
        if self._untidy and not self._merged(_MERGED_AT_ONCE):
            self._untidy = 0

    def search(
        self,
        query: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = 20,
        newest_first: bool = True,
        after: str | None = None,
    ) -> Found:
        tree = parse(query, self._timezone)
        wanted = selection(tree, *_rows(since, until))
        with self._state() as db:
            total = db.execute(*wanted.counting()).fetchone()[0]
            page = [seq for (seq,) in db.execute(*wanted.page(most, newest_first, after))]
            docs = [_document(db, seq) for seq in page]
        marker = Marker(tree)
        return Found(total, tuple(marker.hit(doc) for doc in docs), wanted.next_page(page, most, newest_first, after))

    def aggregate(
        self,
        query: str,
        by: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = 50,
    ) -> list[Bucket]:
        wanted = selection(parse(query, self._timezone), *_rows(since, until))
        if by in STEPS:
            with self._state() as db:
                return folded(db.execute(*wanted.by_hour(_HOUR_SLOTS)), by, self._zone)
        field = countable(by)
        with self._state() as db:
            rows = db.execute(*wanted.by_value(field, most)).fetchall()
        return [Bucket(_named(field, value), count, neg) for value, count, neg in rows]

    def volume(self, since: datetime, until: datetime, step: Step = "hour", by: str | None = None) -> list[Volume]:
        group = _ROLL_COLUMNS[by] if by else "''"
        sql = f"select {group}, hour, sum(n) from volume where hour >= ? and hour < ? group by 1, 2 order by 2"  # noqa: S608 # our names
        with self._state() as db:
            rows = db.execute(sql, (hour_from(since), hour_from(until))).fetchall()
        sums: Counter[tuple[str, str]] = Counter()
        for name, hour, n in rows:
            sums[key_of(hour, step, self._zone), name] += n
        return [Volume(key, n, name) for (key, name), n in sums.items()]

    def words(self, since: datetime, until: datetime, most: int = 50) -> list[Bucket]:
        posts: Counter[str] = Counter()
        with self._state() as db:
            for (kept,) in db.execute("select packed from documents where seq >= ? and seq < ?", _rows(since, until)):
                posts.update(telling(unpacked(kept)))
        ordered = sorted(posts.items(), key=lambda item: (-item[1], item[0]))
        return [Bucket(word, n) for word, n in ordered[:most]]

    def get(self, post_id: str) -> AnalysedPost | None:
        with self._state() as db:
            found = db.execute("select seq from posts where id = ?", (post_id,)).fetchone()
            return _document(db, found[0]) if found else None

    def count(self) -> int:
        with self._state() as db:
            return int(db.execute("select coalesce(sum(n), 0) from volume").fetchone()[0])

    def trim(self, before: datetime) -> int:
        trimmed = 0
        while True:  # a little at a time: other writers wait meanwhile
            with self._state("begin immediate") as db:
                sql = "select seq from posts where seq < ? order by seq limit ?"
                some = [seq for (seq,) in db.execute(sql, (first_slot(before), _TRIMMED_AT_ONCE))]
                trimmed += forget(db, some)
            if len(some) < _TRIMMED_AT_ONCE:
                break
        self._merge()
        return trimmed

    def status(self) -> IndexStatus:
        with self._state() as db:
            size = db.execute("select page_count * page_size from pragma_page_count, pragma_page_size").fetchone()[0]
            ends = db.execute("select min(seq), max(seq) from posts").fetchone()
            oldest, newest = (None if seq is None else _document(db, seq).post.at for seq in ends)
        return IndexStatus(self.count(), size, edition(), oldest=oldest, newest=newest)

    def reindex(self, tell: Callable[[int, int], None] = lambda done, total: None) -> int:
        total = self.count()
        with self._state("begin immediate") as db:
            rebuild(db, lambda done: tell(done, total))
        return total

    def close(self) -> None:
        with self._turn:
            self._db.close()

    def _merge(self) -> None:
        """Rewrite the full-text table step by step: until then it still holds the grams of what was deleted."""
        pages = -_MERGED_AT_ONCE  # negative: begin with all of it
        while self._merged(pages):
            pages = _MERGED_AT_ONCE

    def _merged(self, pages: int) -> bool:
        """Merge pieces of the full-text table by writing so many *pages*; return False if nothing is left to merge."""
        with self._state("begin immediate") as db:
            before = db.total_changes
            db.execute("insert into grams (grams, rank) values ('merge', ?)", (pages,))
            return db.total_changes - before > 1

    @contextmanager
    def _state(self, begin: str = "begin") -> Iterator[sqlite3.Connection]:
        with self._turn, translated(), transaction(self._db, begin):
            yield self._db


def _rows(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    return first_slot(since) if since else 0, first_slot(until) if until else END


def _document(db: sqlite3.Connection, seq: int) -> AnalysedPost:
    return unpacked(db.execute("select packed from documents where seq = ?", (seq,)).fetchone()[0])


def _named(field: Field, value: object) -> str:
    return ("true" if value else "false") if field.type is Type.BOOLEAN else str(value)
