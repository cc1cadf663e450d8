"""What goes wrong elsewhere: windows that forget late posts, groups without a key, days cut at the wrong midnight."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.app.replay import Line, Options
from tests.flow.telling import CHINA, Said, began, clock, heard, recorded, said

MORNING = datetime(2026, 3, 10, 10, 0, tzinfo=CHINA)
RULE = """
schema: yuqing-rule/v1
defaults: {{owner: 值班台, timezone: Asia/Shanghai}}
rules:
  - id: test.some
    name: 集中反映
    status: stable
    level: yellow
    match: {{text: {{any: [跳闸, 打桩]}}}}
    type: frequency
    group_by: [{group}]
    count_by: author.key
    num_events: 3
    timeframe: 1h
    allowed_lateness: 24h
    max_event_age: 7d
    notify: {{route: 民生, group_wait: 0s, repeat_interval: 12h, resolve_after: 2h}}
    annotations: {{summary: "{{{{ count }}}} 人反映"}}
    examples: {{match: [我们楼跳闸了], no_match: [今晚很安静]}}
"""


def minute(text: str, at: float, by: str, *, collected: float | None = None) -> Said:
    lag = 0.5 if collected is None else collected - at
    return said(text, at * 60, by, start=MORNING, lag_s=lag * 60)


def under(folder: Path, rows: Sequence[Said], group: str = "", **options: Any) -> list[Line]:
    rule = folder / "rule.yaml"
    rule.write_text(RULE.format(group=group), encoding="utf-8")
    return heard(folder, rows, Options(**options), [rule])


LATE = [
    minute("全楼跳闸", 0, "u1"),
    minute("又跳闸了吗", 20, "u2"),
    minute("这边也跳闸", 60, "u6"),  # exactly an hour after the first: the window is half open
    minute("上周跳闸的事呢", -9 * 1440, "u7", collected=190),  # nine days old: search finds it, no window does
    minute("跳闸没人通知", 40, "u3", collected=210),  # the third voice was the late one
    minute("跳闸跳闸跳闸", 41, "u3", collected=225),
]


def test_a_late_third_voice_completes_the_window_it_belongs_to(tmp_path: Path) -> None:
    (line,) = under(tmp_path, LATE)
    assert (line.reason, line.late, clock(line), began(line)) == ("first", True, "13:30:00", "10:40:00")


@pytest.mark.parametrize(
    "options", [{"twice": True}, {"kill_every": 3}, {"batch": 1}, *({"shuffle": n} for n in range(20))]
)
def test_the_late_alert_is_the_same_however_it_is_delivered(tmp_path: Path, options: dict[str, Any]) -> None:
    assert under(tmp_path, LATE, **options) == under(tmp_path, LATE)


NOISE = [
    minute("半夜打桩没人管", 0, "u1"),
    minute("又听见打桩", 5, "u2"),
    minute("还在打桩", 10, "u3"),
    minute("湖东街道打桩", 20, "v1"),
    minute("湖东街道还在打桩", 25, "v2"),
    minute("湖东街道打桩投诉", 30, "v3"),
    minute("文桥街道夜里打桩", 35, "x1"),
    minute("文桥街道打桩", 40, "x2"),
    minute("打桩打桩", 45, "x3"),  # no place: joins nobody, and is no third voice for 文桥
]


def test_posts_without_a_place_are_a_group_of_their_own_and_silence_nobody(tmp_path: Path) -> None:
    lines = under(tmp_path, NOISE, "place.street")
    assert [(line.group, clock(line)[:5]) for line in lines] == [(("(缺失)",), "10:10"), (("湖东街道",), "10:30")]


MIDNIGHTS = ("09T23:59:59+08:00", "10T00:00:00+08:00", "10T07:59:00+08:00", "10T08:00:00+08:00",
             "10T23:59:59.999+08:00", "11T00:00:00+08:00", "10T16:30:00Z", "31T23:30:00+08:00")  # fmt: skip


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_day_ends_at_midnight_in_shanghai_on_every_machine(tmp_path: Path, zone: str) -> None:
    times = [f"2026-03-{time}" for time in MIDNIGHTS] + ["2026-04-01T00:30:00+08:00"]
    rows = [said(f"文桥街道路灯不亮{n}", n, published=at, fetched=at) for n, at in enumerate(times)]
    file = recorded(tmp_path, rows)

    def yuqing(*words: str) -> str:
        command = [sys.executable, "-m", "pipeline.cli", *words]
        environ = {**os.environ, "TZ": zone, "YUQING_HOME": str(tmp_path / "data")}
        return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout

    assert f"读到 {len(rows)} 行" in yuqing("import", str(file))
    counted = csv.reader(io.StringIO(yuqing("search", "路灯", "--agg", "day", "--format", "csv")))
    days = {row[0]: int(row[1]) for row in counted if row[0].startswith("2026") and int(row[1])}
    assert days == {"2026-03-09": 1, "2026-03-10": 4, "2026-03-11": 2, "2026-03-31": 1, "2026-04-01": 1}
