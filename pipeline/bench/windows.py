"""How much memory a million open windows take: on the ledger all of them, in memory those that spoke lately.

``yuqing bench windows`` fills a ledger with a million groups of three hits, lets a stage hear a hit of every tenth,
and tells the memory that it gained and what a hit cost. ``python -m pipeline.bench.windows [GROUPS]`` does it with
another number.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from pipeline.bench.contest import Row, row
from pipeline.bus import Delivery
from pipeline.detect.found import evidence_of
from pipeline.detect.stage import DetectStage
from pipeline.ledger import Ledger, insert_new
from pipeline.ledger.tables import hit, watch
from pipeline.model import AnalysedPost, Level, Match, Post, Published, Source, encode
from pipeline.rulebook.rule import Condition, Rule, RuleType, Status

BOUND_MB = 400
"""What a stage may gain, however many windows are open: its warm hits are bounded (``pipeline.detect.warm``)."""
WINDOWS: Final = 1_000_000
_START = datetime(2026, 3, 10, tzinfo=UTC)
_CHUNK = 20_000
_RULE = Rule(
    id="bench.windows", rev="1", name="窗口", owner="bench", status=Status.STABLE, level=Level.L3,
    type=RuleType.FREQUENCY, condition=Condition(), place="bench", group_by=("place.site",), count_by="author.key",
    timeframe=timedelta(hours=24), num_events=5,
)  # fmt: skip


class Gained(msgspec.Struct, frozen=True):
    """What was measured: *groups* open windows, *heard* hits, the megabytes gained, processor time a hit."""

    groups: int
    heard: int
    gained_mb: float
    us_per_hit: float


def run(posts: int, rounds: int, bus_url: str = "") -> list[Row]:
    """Return what a million windows take, once: it takes minutes. How many posts and which bus does not matter."""
    gained = measure(WINDOWS, WINDOWS // 10)
    return [
        row("windows", [gained.groups], "1 open window"),
        row("windows-memory", [gained.gained_mb], f"1 MB (bound {BOUND_MB} MB)"),
        row("windows-hit", [gained.us_per_hit], "1 µs a hit"),
    ]


def measure(groups: int, heard: int) -> Gained:
    """Open *groups* windows on a ledger of their own and hear *heard* hits, each in another of them."""
    with tempfile.TemporaryDirectory(prefix="yuqing-bench-") as folder:
        ledger = Ledger.open(f"sqlite:///{Path(folder) / 'ledger.db'}", durable=False)
        for rows in _chunks(groups):
            with ledger.transaction() as connection:
                insert_new(connection, hit, rows)
                insert_new(connection, watch, [_watched(row) for row in rows if row["post_id"].endswith("-0")])
        stage = DetectStage({_RULE.id: _RULE}, ledger, most_groups=groups + heard)
        before, began = _rss_mb(), time.process_time()
        for start in range(0, heard, 256):
            batch = [_match(n * (groups // heard or 1), 3) for n in range(start, min(start + 256, heard))]
            stage.process([Delivery("matches", 0, n, m.key, encode(m)) for n, m in enumerate(batch)], _START)
            stage.remember({0: start})
        took_s = time.process_time() - began
        stage.close()
        ledger.close()
    return Gained(groups, heard, round(_rss_mb() - before, 1), round(took_s / heard * 1e6, 1))


def _chunks(groups: int) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, groups, _CHUNK):
        yield [_row(_match(n, k), k) for n in range(start, min(start + _CHUNK, groups)) for k in range(3)]


def _match(group: int, number: int) -> Match:
    at = _START + timedelta(minutes=number)
    id_ = f"{group}-{number}"
    post = Post(
        id=id_, rev="r", source=Source(id="bench"), text="停水", published=Published(at=at), fetched_at=at
    )  # fmt: skip
    return Match(
        id=id_, rule=_RULE.id, rule_rev="1", at=at, known_at=at, group=(f"site {group}",), member=f"u{number}",
        analysed=AnalysedPost(post=post),
    )  # fmt: skip


def _row(match: Match, number: int) -> dict[str, Any]:
    return {
        "rule": match.rule, "post_id": match.id, "grp": match.key, "member": match.member, "at": match.at,
        "known_at": match.known_at, "match_id": match.id, "body": encode(evidence_of(match)), "mark": "", "doc": None,
    }  # fmt: skip


def _watched(row: dict[str, Any]) -> dict[str, Any]:
    return {"rule": row["rule"], "grp": row["grp"], "first_at": row["at"], "known_at": row["known_at"]}


def _rss_mb() -> float:
    """Return the memory that this process has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else WINDOWS
    print(measure(wanted, max(1, wanted // 10)), f"bound {BOUND_MB} MB")  # noqa: T201 # a script
