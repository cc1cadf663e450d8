"""The bus on Kafka keeps the contract, on a real broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from pipeline.bus import Bus, kafka_url
from pipeline.bus.kafka import KafkaBus
from pipeline.bus.kafka_admin import Wanted
from tests.contracts.bus import BusContract
from tests.servers.kafka import KafkaCluster

FOREVER = Wanted(retention=timedelta(days=3650))


class TestKafkaBus(BusContract):
    @pytest.fixture(autouse=True)
    def _place(self, kafka: KafkaCluster) -> None:
        self.address = kafka_url.read(f"kafka://{kafka.bootstrap}/{uuid4().hex[:8]}")

    @contextmanager
    def open(self) -> Iterator[Bus]:
        bus = KafkaBus(self.address, FOREVER, name="tests", clock=lambda: self.now)
        yield bus
        bus.close()
