"""``yuqing bench``: ratios, measured in one run."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from pipeline import log
from pipeline.bench import Row, run
from pipeline.text.compiled import slow, uncompiled


def print_bench(names: Sequence[str], rounds: int, format: str, posts: int, bus_url: str) -> None:
    log.set_up("warning")  # the desk that is measured would tell of every batch
    for fault in slow(uncompiled()):
        sys.stderr.write(f"{fault.zh} / {fault.en}\n")
    rows = run(names, rounds, posts=posts, bus_url=bus_url)
    if format == "json":
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    _print(rows)


def _print(rows: Sequence[Row]) -> None:
    table = Table(box=None)
    for title in ("项目", "倍数", "低", "高", "对比对象", "轮数"):
        table.add_column(title)
    for row in rows:
        table.add_row(row.name, f"{row.ratio:.2f}", f"{row.low:.2f}", f"{row.high:.2f}", row.against, str(row.rounds))
    Console().print(table)
