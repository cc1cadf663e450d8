"""Topics are made as they are wanted, once, and the brokers' answers are told as ours."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from pipeline.bus import kafka_url
from pipeline.bus.kafka_admin import LARGEST, LARGEST_DEAD, Admin, Wanted
from pipeline.errors import Unavailable
from tests.live import free_port
from tests.servers.kafka import KafkaCluster

THREE_DAYS = Wanted(partitions=3, min_insync=1, replication=1, retention=timedelta(days=3))


@pytest.fixture
def address(kafka: KafkaCluster) -> kafka_url.Address:
    return kafka_url.read(f"kafka://{kafka.bootstrap}")


@pytest.fixture
def admin(address: kafka_url.Address) -> Iterator[Admin]:
    admin = Admin(address, THREE_DAYS)
    yield admin
    admin.close()


@pytest.fixture
def topic() -> str:
    return uuid4().hex


def configs(address: kafka_url.Address, topic: str) -> dict[str, str]:
    client = KafkaAdminClient(bootstrap_servers=list(address.servers))
    try:
        found = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)], config_filter="all")
        return {name: str(config["value"]) for name, config in found["topic"][topic].items()}
    finally:
        client.close()


def test_a_topic_is_made_when_it_is_named(admin: Admin, address: kafka_url.Address, topic: str) -> None:
    assert admin.partitions(topic) == {0, 1, 2}

    found = configs(address, topic)
    assert found["retention.ms"] == str(3 * 86_400_000)
    assert found["min.insync.replicas"] == "1"
    assert found["max.message.bytes"] == str(LARGEST)
    assert found["cleanup.policy"] == "delete"


def test_what_was_set_aside_is_kept_longer_and_may_be_larger(
    admin: Admin, address: kafka_url.Address, topic: str
) -> None:
    admin.partitions(f"{topic}.dead")

    found = configs(address, f"{topic}.dead")
    assert found["retention.ms"] == str(30 * 86_400_000)
    assert found["max.message.bytes"] == str(LARGEST_DEAD)


def test_many_may_name_a_topic_at_once(address: kafka_url.Address, topic: str) -> None:
    admins = [Admin(address, THREE_DAYS) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda admin: admin.partitions(topic), admins)) == [{0, 1, 2}] * 4
    for admin in admins:
        admin.close()


def test_a_topic_that_exists_stays_as_it_is(admin: Admin, address: kafka_url.Address, topic: str) -> None:
    admin.partitions(topic)
    other = Admin(address, Wanted(partitions=9))

    assert other.partitions(topic) == {0, 1, 2}
    assert configs(address, topic)["retention.ms"] == str(3 * 86_400_000)
    other.close()


def test_what_is_otherwise_with_a_topic_is_known() -> None:
    found = THREE_DAYS.configs("t") | {"partitions": "6", "retention.ms": "1", "segment.ms": "5"}

    assert THREE_DAYS.different("t", found) == {"partitions": "6, not 3", "retention.ms": "1, not 259200000"}


def test_a_topic_that_was_deleted_is_made_again_once_it_is_missed(
    admin: Admin, address: kafka_url.Address, topic: str
) -> None:
    admin.partitions(topic)
    client = KafkaAdminClient(bootstrap_servers=list(address.servers))
    client.delete_topics([topic])
    client.close()
    with pytest.raises(Unavailable):
        admin.ends(topic, [0])

    admin.forget(topic)

    assert admin.ends(topic, admin.partitions(topic)) == {0: 0, 1: 0, 2: 0}


def test_a_group_that_nobody_heard_of_has_committed_nothing(admin: Admin, topic: str) -> None:
    assert admin.committed("nobody", topic) == {}


def test_many_who_ask_in_vain_wait_as_long_as_one() -> None:
    admin = Admin(kafka_url.read(f"kafka://127.0.0.1:{free_port()}"), THREE_DAYS)
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(admin.cluster) for _ in range(8)]
        for answer in answers:
            assert isinstance(answer.exception(timeout=15), Unavailable)
    admin.close()
