"""``yuqing bench``: ratios, measured in one run."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec

from pipeline import log
from pipeline.bench import Row, run
from pipeline.cli.tables import print_table
from pipeline.text.compiled import slow, uncompiled


def print_bench(names: Sequence[str], rounds: int, format: str, posts: int, bus_url: str) -> None:
    log.set_up("warning")  # the desk that is measured would tell of every batch
    for fault in slow(uncompiled()):
        sys.stderr.write(f"{fault.zh} / {fault.en}\n")
    rows = run(names, rounds, posts=posts, bus_url=bus_url)
    if format == "json":
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    print_table(("项目", "倍数", "低", "高", "对比对象", "轮数"), map(_shown, rows))


def _shown(row: Row) -> tuple[str, ...]:
    return row.name, f"{row.ratio:.2f}", f"{row.low:.2f}", f"{row.high:.2f}", row.against, str(row.rounds)
