"""``yuqing index``: make the index, say how it stands, build it anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from pipeline.app import App
from pipeline.errors import Unavailable
from pipeline.index import IndexStatus, PostIndex, outdated
from pipeline.settings import Settings

_MB = 1_000_000


def make_index(settings: Settings) -> int:
    """Make what is missing of the index, which is harmless where it is there; return the exit code."""
    return _done(settings, _make)


def show_index(settings: Settings, format: str) -> int:
    return _done(settings, lambda app: _show(app.index, app.zone, format))


def rebuild_index(settings: Settings) -> int:
    return _done(settings, _rebuild)


def refill_index(settings: Settings) -> int:
    """Write what the bus still has into the index: for one that was lost. What is there already stays as it is."""
    return _done(settings, _refill)


def _done(settings: Settings, act: Callable[[App], None]) -> int:
    app = App(settings)
    try:
        act(app)
    except Unavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        app.close()
    return 0


def _make(app: App) -> None:
    app.index.prepare()
    sys.stdout.write("索引已就绪 / the index is ready\n")


def _show(index: PostIndex, zone: ZoneInfo, format: str) -> None:
    status = index.status()
    if format == "json":
        sys.stdout.write(msgspec.json.encode(status).decode() + "\n")
    else:
        Console().print(_table(status, zone))
        if fault := outdated(status.stale):
            sys.stdout.write(f"{fault.zh}\n{fault.en}\n")


def _rebuild(app: App) -> None:
    with _bar("重建 / rebuilding") as tell:
        done = app.index.reindex(tell)
    sys.stdout.write(f"已重建 {done} 条 / rebuilt {done} posts\n")


def _refill(app: App) -> None:
    with _bar("补回 / filling") as tell:
        done = app.refill_index(tell)
    sys.stdout.write(f"总线上的 {done} 条都在索引里了 / all {done} posts of the bus are in the index\n")


@contextmanager
def _bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Give what shows (done, of all) on a terminal, and nothing in a pipe."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=not sys.stderr.isatty(), console=Console(stderr=True)) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _table(status: IndexStatus, zone: ZoneInfo) -> Table:
    table = Table(box=None, show_header=False)
    for name, value in (
        ("帖文 / posts", f"{status.documents}"),
        ("占用 / size", f"{status.size / _MB:.1f} MB"),
        ("最早 / oldest", _time(status.oldest, zone)),
        ("最新 / newest", _time(status.newest, zone)),
        ("切词版本 / edition", status.edition),
        ("待重建 / stale", f"{status.stale}"),
        ("代 / generation", f"{status.generation}" + (f" → {status.building}（重建中）" if status.building else "")),
    ):
        table.add_row(name, Text(value))
    return table


def _time(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "—"
