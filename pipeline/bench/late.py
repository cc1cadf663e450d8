"""What a late hit costs in the middle of a crowd, against one that comes in time.

``yuqing bench late`` lets ten thousand people complain of one thing within an hour, then delivers posts of the half hour before,
as a source does that was away, among others that come in time.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pipeline.bench.contest import Row, row
from pipeline.bus import Delivery
from pipeline.detect.stage import DetectStage
from pipeline.ledger import Ledger
from pipeline.model import AnalysedPost, Level, Match, Post, Published, Source, encode
from pipeline.rulebook.rule import Condition, Reference, Rule, RuleType, Spike, Status

CROWD: Final = 10_000
_LATE: Final = 256  # hits of a batch, and batches of either kind take turns
_TURNS: Final = 4
_HOUR: Final = timedelta(hours=1)
_START: Final = datetime(2026, 3, 10, tzinfo=UTC)
_COUNTED = {"timeframe": _HOUR, "place": "bench", "group_by": ("matter.topic",), "count_by": "author.key"}
_SPIKE = Spike(height=3.0, threshold_cur=40, reference=Reference("same_period"), ref_floor=4.0)
_RULES: Final = (
    Rule("bench.often", "1", "集中反映", "bench", Status.STABLE, Level.L3, RuleType.FREQUENCY, Condition(),
         num_events=10, **_COUNTED),  # type: ignore[arg-type] # the fields of a rule
    Rule("bench.spike", "1", "突然增多", "bench", Status.STABLE, Level.L3, RuleType.SPIKE, Condition(),
         spec=_SPIKE, **_COUNTED),  # type: ignore[arg-type]
)  # fmt: skip


def run(posts: int, rounds: int, bus_url: str = "") -> list[Row]:
    """Return how many times as much a late hit costs. How many posts and which bus does not matter."""
    return [row("late", [times(CROWD) for _ in range(rounds)], "a hit in time")]


def times(crowd: int) -> float:
    """Return how many times as much processor time a late hit takes as one in time, behind so many."""
    with tempfile.TemporaryDirectory(prefix="yuqing-bench-") as folder:
        ledger = Ledger.open(f"sqlite:///{Path(folder) / 'ledger.db'}", durable=False)
        stage = DetectStage({rule.id: rule for rule in _RULES}, ledger)
        seconds = _HOUR.total_seconds() / crowd
        _hear(stage, (_START + timedelta(seconds=seconds * n) for n in range(crowd)), "crowd")
        newest = _START + _HOUR
        _hear(stage, iter([newest - _HOUR / 2]), "first")  # has the hour read again, once for the whole back-log
        took = {"late": 0.0, "in time": 0.0}
        for turn in range(_TURNS):
            for kind, since in (("late", newest - _HOUR / 2), ("in time", newest)):
                at = (since + timedelta(seconds=seconds * (turn * _LATE + n)) for n in range(_LATE))
                took[kind] += _hear(stage, at, f"{kind} {turn}")
        stage.close()
        ledger.close()
    return took["late"] / took["in time"]


def _hear(stage: DetectStage, times_: Iterator[datetime], names: str) -> float:
    """Let *stage* hear a hit of each rule at each of the times; return the processor time of it."""
    hits = [_hit(rule, at, f"{names} {number}") for number, at in enumerate(times_) for rule in _RULES]
    began = time.process_time()
    for start in range(0, len(hits), 2 * _LATE):
        stage.process(_deliveries(hits[start : start + 2 * _LATE]), _START + 2 * _HOUR)
        stage.remember({0: start})
    return time.process_time() - began


def _deliveries(hits: Sequence[Match]) -> list[Delivery]:
    return [Delivery("matches", 0, number, hit.key, encode(hit)) for number, hit in enumerate(hits)]


def _hit(rule: Rule, at: datetime, name: str) -> Match:
    known_at = _START + 2 * _HOUR
    post = Post(
        id=name, rev="r", source=Source(id="bench"), text="停水", published=Published(at=at), fetched_at=known_at
    )
    return Match(
        id=f"{rule.id} {name}", rule=rule.id, rule_rev="1", at=at, known_at=known_at, group=("water",), member=name,
        analysed=AnalysedPost(post=post),
    )  # fmt: skip
