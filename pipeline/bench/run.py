"""Runs contests by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from importlib.util import find_spec
from typing import Final

from pipeline.bench import copies, late, reload, scale, sizing, windows
from pipeline.bench.contest import Contest, Row, measure
from pipeline.bench.durable import Flow, Log
from pipeline.bench.many import ManyRules
from pipeline.bench.masking import Masking
from pipeline.bench.stages import Copies, Feelings, Rules, Whole
from pipeline.errors import Fault, Misconfigured

_CONTESTS: Final[tuple[type[Contest], ...]] = (Whole, Feelings, Rules, ManyRules, Copies, Masking, Log, Flow)
SERIES: Final[Mapping[str, Callable[[int, int, str], list[Row]]]] = {
    "sizing": sizing.run,
    "scale": scale.run,
    "windows": windows.run,
    "reload": reload.run,
    "late": late.run,
}
"""Benchmarks of several rows, which nobody runs who did not name them: they take minutes, some a server."""
NAMES: Final = (*(contest.name for contest in _CONTESTS), *SERIES)


def run(names: Sequence[str], rounds: int, *, posts: int = 20_000, bus_url: str = "") -> list[Row]:
    """Return one row for each of *names*; if there are none, for all whose rival is installed.

    *posts* and *bus_url* are for the series. Raises Misconfigured for an unknown name, or if the rival of one that was named is missing.
    """
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        known = "、".join(NAMES)
        raise Misconfigured(
            [Fault("bench", f"没有这项测试：{name}（可选：{known}）", f"no such benchmark: {name}") for name in unknown]
        )
    rows = []
    for contest in _CONTESTS:
        if contest.name in names or (not names and _has_rival(contest)):
            with closing(contest()) as ready:
                rows.append(measure(ready, rounds))
            rows += copies.found() if contest is Copies else []
    return rows + [row for name in SERIES if name in names for row in SERIES[name](posts, rounds, bus_url)]


def _has_rival(contest: type[Contest]) -> bool:
    return contest is not Copies or find_spec("datasketch") is not None
