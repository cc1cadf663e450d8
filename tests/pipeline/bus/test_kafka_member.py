"""A member by kafka-python: what it reads of others' messages, and whose name it has."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from kafka import KafkaProducer

from pipeline.bus import kafka_url
from pipeline.bus.kafka import KafkaBus
from pipeline.bus.kafka_consumer import Unseated
from pipeline.bus.kafka_member import KafkaMember
from pipeline.errors import Unavailable
from tests.contracts.bus import drain, messages
from tests.live import eventually
from tests.servers.kafka import KafkaCluster


@pytest.fixture
def address(kafka: KafkaCluster) -> kafka_url.Address:
    return kafka_url.read(f"kafka://{kafka.bootstrap}/{uuid4().hex[:8]}")


def test_messages_of_other_programs_without_key_or_value_are_read(address: kafka_url.Address) -> None:
    bus = KafkaBus(address, name="tests")
    bus.end("t")
    producer = KafkaProducer(bootstrap_servers=list(address.servers))
    producer.send(address.named("t"), b"no key")
    producer.send(address.named("t"), None, key=b"no value")
    producer.close()

    assert {(d.key, d.value) for d in drain(bus.consumer("g", "t"))} == {("", b"no key"), ("no value", b"")}
    bus.close()


def test_two_of_one_name_are_told_apart(address: kafka_url.Address) -> None:
    bus = KafkaBus(address)
    bus.publish("t", messages("一"))
    old = KafkaMember(address, "group", "t", "name")
    assert eventually(lambda: bool(old.fetch(1, 0.1)))
    young = KafkaMember(address, "group", "t", "name")
    assert eventually(lambda: bool(young.fetch(1, 0.1) or young.hand.owned))

    assert old.id != young.id
    with pytest.raises(Unseated):
        old.commit(dict.fromkeys(old.hand.owned or (), 0))
    young.commit(dict.fromkeys(young.hand.owned or (), 0))
    old.close()
    young.close()
    bus.close()


def test_one_that_ends_while_the_broker_is_away_just_ends(own_kafka: Callable[[int], KafkaCluster]) -> None:
    cluster = own_kafka(1)
    bus = KafkaBus(kafka_url.read(f"kafka://{cluster.bootstrap}"), name="tests")
    consumer = bus.consumer("g", "t")
    assert eventually(lambda: not consumer.poll(1, wait_s=0.1) and bool(consumer.positions))
    cluster.stop()

    consumer.close()

    bus.close()
    with pytest.raises(Unavailable):
        KafkaMember(kafka_url.read(f"kafka://{cluster.bootstrap}"), "g", "t", "")
