"""Runs contests by name."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Final

from pipeline.bench.contest import Contest, Row, measure
from pipeline.bench.durable import Flow, Log
from pipeline.bench.stages import Copies, Feelings, Rules, Whole
from pipeline.errors import Fault, Misconfigured

_CONTESTS: Final[tuple[type[Contest], ...]] = (Whole, Feelings, Rules, Copies, Log, Flow)
NAMES: Final = tuple(contest.name for contest in _CONTESTS)


def run(names: Sequence[str], rounds: int) -> list[Row]:
    """Return one row for each of *names* (all if there are none). Raises Misconfigured for an unknown one."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        known = "、".join(NAMES)
        raise Misconfigured(
            [Fault("bench", f"没有这项测试：{name}（可选：{known}）", f"no such benchmark: {name}") for name in unknown]
        )
    rows = []
    for contest in _CONTESTS:
        if not names or contest.name in names:
            with closing(contest()) as ready:
                rows.append(measure(ready, rounds))
    return rows
