"""The scale of the bench is the whole line on a real Kafka, or its number would be worth nothing."""

from __future__ import annotations

import msgspec
import pytest

from pipeline.bench import run, scale
from pipeline.errors import Misconfigured
from pipeline.model import Post
from tests.servers.kafka import KafkaCluster


def test_invented_posts_are_as_many_as_were_asked_for_and_all_different() -> None:
    posts = [msgspec.json.decode(one.value, type=Post).id for chunk in scale.invent(2_500) for one in chunk]
    assert len(posts) == len(set(posts)) == 2_500


def test_without_a_kafka_there_is_nothing_to_measure() -> None:
    with pytest.raises(Misconfigured, match="kafka://"):
        run(["scale"], 1)


@pytest.mark.slow
def test_the_line_is_told_against_one_machine_and_against_a_loop_that_does_nothing(kafka: KafkaCluster) -> None:
    rows = run(["scale"], 1, posts=12_000, bus_url=f"kafka://{kafka.bootstrap}")
    assert [row.name for row in rows] == ["scale", "scale-embedded", "scale-bare"]
    assert all(row.ratio > 0 for row in rows)
    assert rows[2].ratio < 1, "whoever analyses cannot be faster than who does not"
