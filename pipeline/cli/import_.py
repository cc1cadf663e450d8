"""``yuqing import``: a table or a recording onto the bus, and through the stages if no desk is running."""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.progress import Progress

from crawlers.tables import ImportReport, import_file, importing
from crawlers.tables.header import read_mapping
from pipeline.app import App
from pipeline.errors import Unavailable
from pipeline.settings import Settings

_PATIENCE_S = 600.0


def import_one(settings: Settings, file: Path, source: str, map_file: Path | None, wait: bool) -> None:
    app = App(settings)
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("导入 / importing", total=None)
        report = import_file(
            file,
            importing(source),
            app.intake,
            home=settings.home,
            mapping=read_mapping(map_file) if map_file else None,
            progress=lambda rows: bar.update(task, completed=rows),
            clock=app.clock.now,
        )
        _say(report)
        if wait:
            bar.update(task, description="入库 / indexing", total=None)
            digest(app)
    app.close()


def digest(app: App) -> None:
    """Bring what is on the bus into the index: by the running desk if there is one, else here and now.

    Raises Unavailable if the desk does not come to the end within ten minutes.
    """
    if _desk_runs(app.home):
        give_up = time.monotonic() + _PATIENCE_S
        while waiting := sum(app.bus.lag(name, topic) for name, topic in _READS):
            if time.monotonic() > give_up:
                raise Unavailable(
                    f"已导入，值班台还有 {waiting} 条没有处理完 / imported; the desk still has {waiting} to read"
                )
            time.sleep(0.1)
        return
    workers = app.workers()
    while sum(worker.step().read for worker in workers):
        pass
    for worker in workers:
        worker.close()


_READS = (("analyse", "posts"), ("cluster", "understood"), ("index", "analysed"))


def _desk_runs(home: Path) -> bool:
    lock = home / "run" / "analyse.lock"
    if not lock.exists():
        return False
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _say(report: ImportReport) -> None:
    sys.stdout.writelines(f"{line}\n" for line in _lines(report))


def _lines(report: ImportReport) -> Iterator[str]:
    yield (
        f"读到 {report.read} 行：新增或更新 {report.imported}，未变 {report.unchanged}，拒收 {report.rejected} "
        f"/ read {report.read}, imported {report.imported}, unchanged {report.unchanged}, rejected {report.rejected}"
    )
    if report.dropped:
        yield f"未读取的个人信息列：{'、'.join(report.dropped)} / personal columns left out"
    for warning in report.warnings:
        yield f"注意：{warning}"
    if report.rejects:
        yield f"拒收的行及原因：{report.rejects} / rejected rows and reasons"
