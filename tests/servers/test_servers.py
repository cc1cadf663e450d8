"""The servers start, answer, keep what they acknowledged, and leave nothing behind."""

from __future__ import annotations

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from tests.live import eventually
from tests.servers.kafka import KafkaCluster, SecureKafka


def write(bootstrap: str, topic: str, values: list[bytes], **login: object) -> None:
    """Make *topic* and publish *values*; on return all are acknowledged."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","), **login)
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=-1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=bootstrap.split(","), acks="all", **login)
    acknowledged = [producer.send(topic, value) for value in values]
    for one in acknowledged:
        one.get(timeout=30)
    producer.close()


def read(bootstrap: str, topic: str, count: int, **login: object) -> list[bytes]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","), auto_offset_reset="earliest", consumer_timeout_ms=30_000, **login
    )
    consumer.assign([TopicPartition(topic, 0)])
    values = [record.value for _, record in zip(range(count), consumer, strict=False)]
    consumer.close()
    return values


TEN = [f"第{number}条".encode() for number in range(10)]


def test_kafka_has_after_kill_what_it_acknowledged(kafka: KafkaCluster) -> None:
    write(kafka.bootstrap, "killed", TEN)

    kafka.kill()
    kafka.start()

    assert read(kafka.bootstrap, "killed", 10) == TEN


def test_three_brokers_go_on_without_the_leader(kafka_three: KafkaCluster) -> None:
    write(kafka_three.bootstrap, "led", TEN)
    leader = kafka_three.leader("led")

    leader.kill()

    assert read(kafka_three.bootstrap, "led", 10) == TEN
    leader.start()
    assert eventually(lambda: kafka_three.in_sync("led"), within_s=60)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_the_secure_broker_wants_tls_and_a_login(kafka_secure: SecureKafka, mechanism: str) -> None:
    login = {"sasl_mechanism": mechanism, "sasl_plain_username": kafka_secure.user}
    tls = {"security_protocol": "SASL_SSL", "ssl_cafile": str(kafka_secure.ca)}
    right = {**tls, **login, "sasl_plain_password": kafka_secure.password}
    write(kafka_secure.bootstrap, f"secret-{mechanism}", TEN, **right)

    assert read(kafka_secure.bootstrap, f"secret-{mechanism}", 10, **right) == TEN
