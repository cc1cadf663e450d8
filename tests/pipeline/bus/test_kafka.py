"""The bus on Kafka keeps the contract, on a real broker."""

from __future__ import annotations

from datetime import timedelta

from pipeline import settings
from pipeline.bus.kafka import KafkaBus, wanted
from pipeline.bus.kafka_admin import Wanted
from tests.pipeline.bus.kafka_cases import KafkaCases


class TestKafkaBus(KafkaCases):
    kind = KafkaBus


def test_new_topics_are_as_the_settings_say() -> None:
    bus = settings.Bus(partitions=6, replication=3, min_insync=2, retention=timedelta(days=3))

    assert wanted(bus) == Wanted(partitions=6, replication=3, min_insync=2, retention=timedelta(days=3))
