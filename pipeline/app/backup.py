"""A copy of what a desk keeps in files, made while it works."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from pipeline.errors import Fault, Misconfigured, Unavailable
from pipeline.settings import Settings
from pipeline.topics import TOPICS

_SQLITE: Final = "sqlite:///"
_WAIT_S: Final = 60.0


def back_up(settings: Settings, folder: Path) -> list[Path]:
    """Copy the files of the desk to *folder*, which may then take the place of its home; return what was copied.

    Whoever remembers how far it has read is copied before what it reads and what it wrote: then, put back, it does
    some work a second time, which changes nothing, and misses none. Raises Misconfigured if there is something in
    *folder* already, Unavailable if a file cannot be read or written.
    """
    if folder.exists() and any(folder.iterdir()):
        zh = f"{folder} 里已有东西；请给一个空的或还没有的目录"
        raise Misconfigured([Fault("folder", zh, f"{folder} is not empty; name an empty folder or a new one")])
    copied = []
    try:
        for source, name in _files(settings):
            if source.exists():
                _copy(source, folder / name)
                copied.append(folder / name)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"备份没有完成 / the copy is not complete: {error}") from error
    return copied


def elsewhere(settings: Settings) -> list[str]:
    """Return what the desk keeps on servers, as the settings that name them: they have ways of their own."""
    stores = {"ledger.url": settings.ledger_url, "bus.url": settings.bus_url, "index.url": settings.index_url}
    return [name for name, url in stores.items() if not url.startswith(_SQLITE)]


def _files(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Yield what to copy and its name in the copy, in order: see ``back_up``.

    The keys of pseudonyms stay where they are: one that is destroyed must be gone (DOMAIN §3.4), also from backups.
    """
    home = settings.home
    if ledger := _path(settings.ledger_url):
        yield ledger, "ledger.db"
    yield home / "frontier.db", "frontier.db"
    yield home / "imports.db", "imports.db"
    if bus := _path(settings.bus_url):
        along = [bus / f"{topic}.db" for topic in TOPICS]
        for file in [*along, *sorted(set(bus.glob("*.db")) - set(along))]:
            yield file, f"bus/{file.name}"
    if index := _path(settings.index_url):
        yield index, "index.db"


def _path(url: str) -> Path | None:
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=_WAIT_S)) as there,
        closing(sqlite3.connect(target)) as here,
    ):
        there.backup(here)
