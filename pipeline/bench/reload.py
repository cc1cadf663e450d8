"""How long a batch waits while ten thousand rules are read anew beside it.

``yuqing bench reload`` matches batch after batch while every rule file changes, and tells the slowest of them and the
first one after the new book took over. ``python -m pipeline.bench.reload [RULES]`` does it with another number.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from pipeline.bench import invented
from pipeline.bench.contest import Row, row
from pipeline.bench.stages import BATCH, analysed
from pipeline.match.stage import MatchStage
from pipeline.model import AnalysedPost
from pipeline.rulebook import Rulebook
from pipeline.rulebook.live import LiveRules

RULES: Final = 10_000
BOUND_MS = 200
"""What a reload may add to any batch."""
_A_FILE: Final = 1_000  # rules
_QUIET: Final = 40  # batches before the change
_START: Final = datetime(2026, 3, 10, tzinfo=UTC)


class Waited(msgspec.Struct, frozen=True):
    """What was measured, in milliseconds of a batch: usually, at most during the reload, and the first one after it."""

    rules: int
    batches: int  # during the reload
    usual_ms: float
    slowest_ms: float
    first_ms: float


def run(posts: int, rounds: int, bus_url: str = "") -> list[Row]:
    """Return what reading all rules anew adds to a batch, once. How many posts and which bus does not matter."""
    waited = measure(RULES)
    return [
        row("reload-batch", [waited.usual_ms], "1 ms"),
        row("reload-adds", [waited.slowest_ms - waited.usual_ms], f"1 ms (bound {BOUND_MS} ms)"),
        row("reload-first", [waited.first_ms - waited.usual_ms], f"1 ms (bound {BOUND_MS} ms)"),
    ]


def measure(rules: int) -> Waited:
    """Change all of so many *rules* while batches are matched."""
    known = invented.names(2 * rules)
    docs = analysed(invented.posts(BATCH, 1, known))
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, known[:rules], 0)
        book = Rulebook.read([folder])
        live = LiveRules(book, [folder])
        stage = MatchStage(book, live)
        usual = sorted(_took(stage, docs) for _ in range(_QUIET))[_QUIET // 2]
        _write(folder, known[rules:], rules)
        during = list(_until_taken_over(stage, live, docs))
        return Waited(rules, len(during), usual * 1e3, max(during) * 1e3, _took(stage, docs) * 1e3)


def _until_taken_over(stage: MatchStage, live: LiveRules, docs: Sequence[AnalysedPost]) -> list[float]:
    before, took, now = live.book, [], _START
    while live.book is before:
        if live.refused:
            raise AssertionError(live.refused[0].say())
        now += timedelta(minutes=1)  # looks at the files at every tick
        began = time.perf_counter()
        stage.tick(now)
        took.append(time.perf_counter() - began + _took(stage, docs))
    return took


def _took(stage: MatchStage, docs: Sequence[AnalysedPost]) -> float:
    began = time.perf_counter()
    stage.match(docs)
    return time.perf_counter() - began


def _write(folder: Path, names: Sequence[str], first: int) -> None:
    for start in range(0, len(names), _A_FILE):
        rules = [_rule(first + start + at, name) for at, name in enumerate(names[start : start + _A_FILE])]
        tree = {"schema": "yuqing-rule/v1", "rules": rules}
        (folder / f"{start}.yaml").write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")


def _rule(number: int, name: str) -> dict[str, object]:
    return {
        "id": f"own.r{number}", "name": "规则", "owner": "值班台", "status": "stable", "level": "blue",
        "type": "frequency", "timeframe": "1h", "num_events": 3,
        "match": {"text": {"must": [name, ["电梯", "水管"]]}},
        "annotations": {"summary": "{{ count }} 人"},
        "examples": {"match": [f"{name}电梯"], "no_match": ["无事"]},
    }  # fmt: skip


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else RULES
    sys.stdout.write(msgspec.json.encode(measure(chosen)).decode() + "\n")
