"""Where every source stands, in one SQLite file: the collector writes it, the console reads it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crawlers import Outcome
from crawlers.pace import Standing
from pipeline.errors import Unavailable

FILE_NAME = "frontier.db"

_SCHEMA = """
create table if not exists source (
    id text primary key, cursor text not null, outcome text, problem text not null, warnings text not null,
    next_due real, interval_s real not null, fails integer not null, visited_at real, good_at real,
    last_news_at real, fingerprint text not null
) strict;
create table if not exists coverage (
    source text not null, day text not null, covered_min real not null, watched_min real not null,
    primary key (source, day)
) strict, without rowid;
"""
_COLUMNS = "id, cursor, outcome, problem, warnings, next_due, interval_s, fails, visited_at, good_at, last_news_at, fingerprint"


@dataclass(frozen=True)
class Coverage:
    """How many minutes of a day a source was heard, of those in which it should have been."""

    covered_min: float = 0.0
    watched_min: float = 0.0


class Frontier:
    """Where every source stands; one process writes, any may read. Times are kept to the microsecond."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _translated():
            self._db = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = normal")  # a lost write costs one visit more, never a post
            self._db.executescript(_SCHEMA)

    def standing(self, id_: str) -> Standing:
        """Return where a source stands; one that is not known was never visited. Raises Unavailable."""
        with _translated():
            row = self._db.execute(f"select {_COLUMNS} from source where id = ?", (id_,)).fetchone()  # noqa: S608 (our columns)
        return _standing(row) if row else Standing(id=id_)

    def standings(self) -> list[Standing]:
        """Return where all sources stand that were ever visited, by id. Raises Unavailable."""
        with _translated():
            rows = self._db.execute(f"select {_COLUMNS} from source order by id")  # noqa: S608 (our columns)
            return [_standing(row) for row in rows]

    def record(self, standing: Standing, heard: Sequence[tuple[date, float, float]] = ()) -> None:
        """Keep *standing* and add the minutes *heard* (day, covered, watched), both or neither. Raises Unavailable."""
        with _translated(), closing(self._db.cursor()) as cursor:
            if self._db.in_transaction:  # the disk was full the last time
                cursor.execute("rollback")
            cursor.execute("begin immediate")
            cursor.execute(f"insert or replace into source ({_COLUMNS}) values ({'?, ' * 11}?)", _row(standing))  # noqa: S608 (our columns)
            cursor.executemany(
                "insert into coverage values (?, ?, ?, ?) on conflict do update set"
                " covered_min = covered_min + excluded.covered_min, watched_min = watched_min + excluded.watched_min",
                [(standing.id, day.isoformat(), covered, watched) for day, covered, watched in heard],
            )
            cursor.execute("commit")

    def coverage(self, id_: str, day: date) -> Coverage:
        """Return how much of *day* (in the source's zone) the source was heard. Raises Unavailable."""
        query = "select covered_min, watched_min from coverage where source = ? and day = ?"
        with _translated():
            row = self._db.execute(query, (id_, day.isoformat())).fetchone()
        return Coverage(*row) if row else Coverage()

    def close(self) -> None:
        self._db.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Raise Unavailable for what the disk does to us: full, locked, gone."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Unavailable(f"采集进度 {FILE_NAME} 读不出或写不进去，请看磁盘是否已满 / {error}") from error


def _row(standing: Standing) -> tuple[object, ...]:
    return (
        standing.id,
        standing.cursor,
        standing.outcome,
        standing.problem,
        " ".join(standing.warnings),
        _seconds(standing.next_due),
        standing.interval.total_seconds(),
        standing.fails,
        _seconds(standing.visited_at),
        _seconds(standing.good_at),
        _seconds(standing.last_news_at),
        standing.fingerprint,
    )


def _standing(row: Sequence[object]) -> Standing:
    id_, cursor, outcome, problem, warnings, due, interval_s, fails, visited, good, news, fingerprint = row
    return Standing(
        id=str(id_),
        cursor=str(cursor),
        outcome=Outcome(str(outcome)) if outcome else None,
        problem=str(problem),
        warnings=tuple(str(warnings).split()),
        next_due=_time(due),
        interval=timedelta(seconds=float(str(interval_s))),
        fails=int(str(fails)),
        visited_at=_time(visited),
        good_at=_time(good),
        last_news_at=_time(news),
        fingerprint=str(fingerprint),
    )


def _seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _time(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None
