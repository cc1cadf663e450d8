"""Sizing tells what each stage does and what is kept of it."""

from __future__ import annotations

import pytest

from pipeline.bench import run, sizing
from tests.servers.kafka import KafkaCluster


def test_each_stage_and_each_number_of_rules_has_its_pace_and_each_topic_its_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sizing, "RULES", (10, 100))
    rows = {row.name: row for row in run(["sizing"], 2, posts=400)}
    assert {"stage-analyse", "stage-cluster", "stage-match", "stage-index", "rules-10", "rules-100"} < rows.keys()
    assert {row.rounds for row in rows.values()} == {2}
    assert all(row.ratio > 0 for row in rows.values())
    assert rows["bus-analysed"].ratio > rows["bus-posts"].ratio, "findings take room"
    assert rows["index-bytes"].against == "1 byte/post"


@pytest.mark.slow
def test_what_kafka_keeps_is_not_told(kafka: KafkaCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizing, "RULES", (10,))
    rows = {row.name for row in run(["sizing"], 1, posts=300, bus_url=f"kafka://{kafka.bootstrap}")}
    assert "stage-cluster" in rows
    assert not [name for name in rows if name.startswith("bus-")]
