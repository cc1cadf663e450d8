"""What imports brought before, so that the same file again adds nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from pipeline.errors import Unavailable
from pipeline.model import Basis, Post, digest, encode

# A file may hold one id with two contents; importing it again must find both here.
_SCHEMA = "create table if not exists seen (id text, print text, primary key (id, print)) without rowid"
_NEVER = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


class ImportMemory:
    """Fingerprints of imported posts in one SQLite file: ids and hashes, no words. Raises Unavailable."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _translated(file):
            self._db = sqlite3.connect(file, timeout=30)
            self._db.execute("pragma journal_mode=wal")
            self._db.execute(_SCHEMA)
        self._file = file

    def news(self, posts: Sequence[Post]) -> list[Post]:
        """Return those of *posts* that were never imported just as they are, each once."""
        named = {(post.id, fingerprint(post)): post for post in posts}
        known = "select 1 from seen where id = ? and print = ?"
        with _translated(self._file):
            return [post for name, post in named.items() if not self._db.execute(known, name).fetchone()]

    def remember(self, posts: Sequence[Post]) -> None:
        with _translated(self._file), self._db:
            self._db.executemany(
                "insert or ignore into seen values (?, ?)", [(post.id, fingerprint(post)) for post in posts]
            )

    def close(self) -> None:
        self._db.close()


def fingerprint(post: Post) -> str:
    """Return a hash of all that *post* says, but for when we read it."""
    published = post.published
    if published.basis is Basis.FETCH:
        published = msgspec.structs.replace(published, at=_NEVER)
    timeless = msgspec.structs.replace(
        post,
        fetched_at=_NEVER,
        published=published,
        author=msgspec.structs.replace(post.author, key=None),  # it changes with the epoch
        engagement=msgspec.structs.replace(post.engagement, at=None),
    )
    return digest(encode(timeless).decode())


@contextmanager
def _translated(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        zh = f"导入记录 {file.name} 写不进去（{error}）；腾出空间后再导入一次即可"
        raise Unavailable(f"{zh} / cannot write: {error}; make room and import again") from error
