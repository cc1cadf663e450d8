"""Writing to the embedded index: what changed is decided first, then each table is written in its own order."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final, NamedTuple

from pipeline.errors import Rejected
from pipeline.index.revise import Stored, after
from pipeline.index.rows import COLUMNS, Roll, Row, packed, row, unpacked
from pipeline.index.sql import SLOTS
from pipeline.model import AnalysedPost

_AT_ONCE: Final = 500  # ids or rows in one statement
_NAMES: Final = ", ".join(f'"{field.name}"' for field in COLUMNS)
_INSERT: Final = f"insert or replace into posts (seq, {_NAMES}) values (?{', ?' * len(COLUMNS)})"  # noqa: S608 # our names
_FOLLOWING: Final = "select seq, packed from documents where seq > ? order by seq limit ?"
_LAST: Final = """
select value, coalesce((select max(seq) from posts where seq >= value and seq < value + ?), value - 1)
from json_each(?)
"""
_SAY: Final = "insert into grams (rowid, text, tokens, facets, title) values (?, ?, ?, ?, ?)"
_UNSAY: Final = "insert into grams (grams, rowid, text, tokens, facets, title) values ('delete', ?, ?, ?, ?, ?)"
_ROLL: Final = """
insert into volume values (?, ?, ?, ?, ?, ?)
on conflict do update set n = n + excluded.n
"""
_EMPTY: Final = "delete from volume where hour = ? and source = ? and topic = ? and street = ? and label = ? and n = 0"


class Known(NamedTuple):
    """What stands in the file for one id, and the number of its row if it has one."""

    stored: Stored
    seq: int | None = None


_UNKNOWN: Final = Known(Stored())


def write(db: sqlite3.Connection, docs: Sequence[AnalysedPost]) -> None:
    """Bring *docs* into the tables, within a transaction of the caller's."""
    before = _known(db, {doc.post.id for doc in docs})
    now: dict[str, Stored] = {}
    for doc in docs:
        now[doc.post.id] = after(now.get(doc.post.id) or before.get(doc.post.id, _UNKNOWN).stored, doc)
    changed = {post_id: stored for post_id, stored in now.items() if stored != before.get(post_id, _UNKNOWN).stored}
    _mark_gone(db, changed)
    _replace(db, [(before.get(post_id, _UNKNOWN), stored.doc) for post_id, stored in changed.items()])


def forget(db: sqlite3.Connection, seqs: Iterable[int]) -> int:
    """Take the posts of these rows out of all tables, without a trace, and say how many they were."""
    some = sorted(seqs)
    kept = [unpacked(db.execute("select packed from documents where seq = ?", (seq,)).fetchone()[0]) for seq in some]
    _replace(db, [(Known(Stored(doc), seq), None) for seq, doc in zip(some, kept, strict=True)])
    return len(some)


def rebuild(db: sqlite3.Connection, tell: Callable[[int], None] = lambda done: None) -> None:
    """Compute all rows anew from the kept posts: for newer fields, or another way of cutting texts.

    *tell* hears how many posts are done.
    """
    db.execute("insert into grams (grams) values ('delete-all')")
    db.execute("delete from volume")
    done = 0
    some = db.execute(_FOLLOWING, (-1, _AT_ONCE)).fetchall()
    while some:
        docs = [(seq, unpacked(kept)) for seq, kept in some]
        _put(db, [(None, _Placed(seq, row(doc), packed(doc))) for seq, doc in docs])
        done += len(some)
        tell(done)
        some = db.execute(_FOLLOWING, (some[-1][0], _AT_ONCE)).fetchall()


def _known(db: sqlite3.Connection, ids: set[str]) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for some in _portions(ids):
        marks = ",".join("?" * len(some))
        for post_id, at in db.execute(f"select id, at from gone where id in ({marks})", some):  # noqa: S608 # question marks
            found[post_id] = Known(Stored(gone_at=datetime.fromisoformat(at)))
        posts = f"select p.id, p.seq, d.packed from posts p join documents d using (seq) where p.id in ({marks})"  # noqa: S608 # question marks
        for post_id, seq, kept in db.execute(posts, some):
            found[post_id] = Known(Stored(unpacked(kept), found.get(post_id, _UNKNOWN).stored.gone_at), seq)
    return found


def _portions(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(sorted(ids))
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _mark_gone(db: sqlite3.Connection, changed: dict[str, Stored]) -> None:
    stones = [
        (post_id, stored.gone_at.astimezone(UTC).isoformat(timespec="microseconds"))
        for post_id, stored in changed.items()
        if stored.gone_at
    ]
    db.executemany("insert or replace into gone values (?, ?)", stones)


class _Placed(NamedTuple):
    """A post as it stands, or will stand, in the tables; *kept* is empty if it is on its way out."""

    seq: int
    row: Row
    kept: bytes = b""


_Pair = tuple[_Placed | None, _Placed | None]
"""A post before and after; None where it is not in the index."""


def _replace(db: sqlite3.Connection, changes: Sequence[tuple[Known, AnalysedPost | None]]) -> None:
    later = [(row(doc), packed(doc)) if doc else None for _, doc in changes]  # at once, while the post is at hand
    taken = _taken(db, {new[0].first for new in later if new})
    pairs = [
        (_before(known), _after(taken, known.seq, *new) if new else None)
        for (known, _), new in zip(changes, later, strict=True)
    ]
    ended = [(old.seq,) for old, new in pairs if old and (not new or new.seq != old.seq)]
    db.executemany("delete from posts where seq = ?", ended)
    db.executemany("delete from documents where seq = ?", ended)
    _put(db, pairs)


def _put(db: sqlite3.Connection, pairs: Sequence[_Pair]) -> None:
    now = [new for _, new in pairs if new]
    db.executemany(_INSERT, ((new.seq, *new.row.cells) for new in now))
    db.executemany("insert or replace into documents values (?, ?)", ((new.seq, new.kept) for new in now))
    _replace_words(db, [pair for pair in pairs if _reworded(*pair)])
    _replace_rolls(db, pairs)


def _before(known: Known) -> _Placed | None:
    doc, seq = known.stored.doc, known.seq
    return _Placed(seq, row(doc)) if doc and seq is not None else None


def _after(taken: dict[int, int], seq: int | None, new: Row, kept: bytes) -> _Placed:
    if seq is None or not new.first <= seq < new.first + SLOTS:
        seq = _free_seq(taken, new.first)
    return _Placed(seq, new, kept)


def _taken(db: sqlite3.Connection, firsts: Iterable[int]) -> dict[int, int]:
    """Return the last row number in use in each of the milliseconds that begin with *firsts*."""
    return dict(db.execute(_LAST, (SLOTS, json.dumps(sorted(firsts)))))


def _free_seq(taken: dict[int, int], first: int) -> int:
    taken[first] += 1
    if taken[first] >= first + SLOTS:
        raise Rejected(f"more than {SLOTS} posts in one millisecond: their times cannot be right")
    return taken[first]


def _reworded(old: _Placed | None, new: _Placed | None) -> bool:
    return not (old and new and old.seq == new.seq and old.row.words == new.row.words)


def _replace_words(db: sqlite3.Connection, pairs: Sequence[_Pair]) -> None:
    # In order of rows, deletes first: the full-text table flushes whenever a row comes before the last one.
    db.executemany(_UNSAY, sorted((old.seq, *old.row.words) for old, _ in pairs if old))
    db.executemany(_SAY, sorted((new.seq, *new.row.words) for _, new in pairs if new))


def _replace_rolls(db: sqlite3.Connection, pairs: Sequence[_Pair]) -> None:
    rolls: Counter[Roll] = Counter()
    for old, new in pairs:
        if old:
            rolls[old.row.roll] -= 1
        if new:
            rolls[new.row.roll] += 1
    db.executemany(_ROLL, ((*roll, n) for roll, n in rolls.items() if n))
    db.executemany(_EMPTY, (roll for roll, n in rolls.items() if n < 0))
