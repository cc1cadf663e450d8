"""Timed tests say what was expected and what was firing instead, and in which way of delivering."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.app.rule_files import find_tests
from pipeline.app.rule_tests import WAYS, Failure, run_test

RULE = """
schema: yuqing-rule/v1
defaults: {owner: 值班台}
rules:
  - id: report.power
    name: 停电
    status: stable
    level: yellow
    match: {text: {any: [停电]}, where: {source.class|not_in: [official]}}
    type: frequency
    group_by: [place.street]
    count_by: author.key
    num_events: 3
    timeframe: 1h
    level_if: [{when: "count >= 5", level: orange}]
    notify: {group_wait: 0s, resolve_after: 2h}
    annotations: {summary: 停电}
    examples: {match: [停电了], no_match: [来电了]}
"""
TEST = """
rule_files: [power.yaml]
tests:
  - name: 三个人
    rule: report.power
    start_timestamp: '2026-03-10T10:00:00+08:00'
    doc_defaults: {text: 停电了}
    input_docs:
      - {at: 0m, author: 'u{n}', place.street: 湖东街道, repeat: {count: 2, every: 10m}}
      - {at: 0m, author: 'o{n}', place.street: 湖东街道, source.class: official, repeat: {count: 9}}
      - {at: 20m, author: late, place.street: 湖东街道, sentiment.label: neg, cluster: c9, ingest_delay: 2h}
      - {at: 30m, author: elsewhere, place.street: ''}
    alert_rule_test:
      - {eval_time: 100m, exp_alerts: []}
      - {eval_time: 141m, exp_alerts: [EXPECTED]}
"""


def outcome(folder: Path, expected: str) -> Failure | None:
    (folder / "power.yaml").write_text(RULE, encoding="utf-8")
    (folder / "power.test.yaml").write_text(TEST.replace("EXPECTED", expected), encoding="utf-8")
    (found,) = find_tests([folder / "power.yaml"])
    return run_test(found)


def test_a_test_that_holds_says_nothing(tmp_path: Path) -> None:
    assert outcome(tmp_path, "{level: yellow, group: [湖东街道], active_at: 20m, late: true}") is None


@pytest.mark.parametrize(
    "expected",
    [
        "",
        "{level: orange, group: [湖东街道]}",
        "{level: yellow, group: [文桥街道]}",
        "{level: yellow, group: [湖东街道], active_at: 21m}",
        "{level: yellow, group: [湖东街道], late: false}",
        "{level: yellow, group: [湖东街道]}, {level: yellow, group: ['']}",
    ],
)
def test_whatever_differs_is_told(tmp_path: Path, expected: str) -> None:
    failure = outcome(tmp_path, expected)

    assert failure is not None
    words = str(failure)
    assert "三个人" in words
    assert "在 141m" in words
    assert "实为 yellow['湖东街道'] 起于 20m 补报" in words


def test_every_test_is_run_shuffled_doubled_killed_and_live() -> None:
    assert len({way.shuffle for way in WAYS if way.shuffle}) == 20
    assert any(way.twice for way in WAYS)
    assert any(way.kill_every for way in WAYS)
    assert any(way.live for way in WAYS)
