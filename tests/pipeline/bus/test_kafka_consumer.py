"""A member reads on where it must, whatever the brokers and the group did meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from kafka import KafkaProducer

from pipeline.bus import Message, kafka_url
from pipeline.bus.kafka import KafkaBus
from pipeline.bus.kafka_admin import Admin, Wanted
from pipeline.bus.kafka_consumer import Hand
from pipeline.errors import Unavailable
from pipeline.metrics import METRICS
from tests.contracts.bus import drain, share, words
from tests.live import eventually
from tests.servers.kafka import KafkaCluster

ONE = Wanted(partitions=1)


@pytest.fixture
def address(kafka: KafkaCluster) -> kafka_url.Address:
    return kafka_url.read(f"kafka://{kafka.bootstrap}/{uuid4().hex[:8]}")


@pytest.fixture
def bus(address: kafka_url.Address) -> Iterator[KafkaBus]:
    bus = KafkaBus(address, ONE, name="tests")
    yield bus
    bus.close()


def forget(address: kafka_url.Address, before: int) -> None:
    """Delete what stands before an offset, as Kafka does after the retention whether it was read or not."""
    admin = Admin(address, ONE)
    admin.delete(address.named("t"), {0: before})
    admin.close()


def missed(address: kafka_url.Address) -> float:
    return float(METRICS.bus_missed.labels(address.named("g", "t"))._value.get())


def ten(bus: KafkaBus) -> None:
    bus.publish("t", [Message("k", b"%d" % number) for number in range(10)])


def test_what_was_gone_before_a_member_came_back_is_counted(bus: KafkaBus, address: kafka_url.Address) -> None:
    ten(bus)
    first = bus.consumer("g", "t")
    assert len(first.poll(2, wait_s=1)) == 2
    first.commit()
    first.close()
    forget(address, before=5)

    assert words(drain(bus.consumer("g", "t"))) == ["5", "6", "7", "8", "9"]
    assert missed(address) == 3


def test_what_is_gone_while_a_member_reads_is_counted_and_it_reads_on(
    bus: KafkaBus, address: kafka_url.Address
) -> None:
    ten(bus)
    consumer = bus.consumer("g", "t")
    consumer.poll(2, wait_s=1)
    consumer.commit()
    forget(address, before=5)
    consumer.seek({0: 1})  # where the client has nothing at hand that it fetched before

    assert words(drain(consumer)) == ["5", "6", "7", "8", "9"]
    assert missed(address) == 4


def test_when_all_is_gone_the_position_is_the_end(bus: KafkaBus, address: kafka_url.Address) -> None:
    ten(bus)
    consumer = bus.consumer("g", "t")
    consumer.poll(2, wait_s=1)
    consumer.commit()
    forget(address, before=10)
    consumer.seek({0: 1})

    assert drain(consumer) == []
    assert consumer.positions == {0: 10}
    assert missed(address) == 9


def test_a_position_that_was_never_reached_begins_from_the_beginning(bus: KafkaBus) -> None:
    """As it is when a topic was deleted and made again: rather twice than never."""
    ten(bus)

    assert len(drain(bus.consumer("g", "t", recall=lambda: {0: 99}))) == 10


def test_offsets_that_are_no_messages_do_not_hold_anybody_up(bus: KafkaBus, address: kafka_url.Address) -> None:
    bus.end("t")
    producer = KafkaProducer(bootstrap_servers=list(address.servers), transactional_id=uuid4().hex)
    producer.init_transactions()
    for word, kept in ("一", True), ("二", False), ("三", True):
        producer.begin_transaction()
        producer.send(address.named("t"), word.encode(), key=b"k")
        if kept:
            producer.commit_transaction()
        else:
            producer.abort_transaction()
    producer.close()
    consumer = bus.consumer("g", "t")

    assert words(drain(consumer)) == ["一", "三"]
    assert consumer.positions == bus.end("t")
    assert missed(address) == 0


def test_a_recall_that_cannot_answer_is_asked_again(bus: KafkaBus) -> None:
    ten(bus)
    away = True

    def recall() -> dict[int, int]:
        if away:
            raise Unavailable("the ledger is away")
        return {0: 7}

    consumer = bus.consumer("g", "t", recall=recall)
    with pytest.raises(Unavailable, match="ledger"):
        consumer.poll(10, wait_s=1)
    away = False

    assert words(drain(consumer)) == ["7", "8", "9"]


def test_who_has_no_partition_has_nothing_to_read_and_nothing_to_commit(bus: KafkaBus) -> None:
    members = [bus.consumer("g", "t", member=member, of=2) for member in (0, 1)]

    def one_has_all() -> bool:
        for member in members:
            assert not member.poll(1, wait_s=0.05)
            member.commit()
        return sorted(len(member.positions) for member in members) == [0, 1]

    assert eventually(one_has_all)
    ten(bus)
    assert sorted(map(len, share(members, until=10))) == [0, 10]


def test_a_partition_is_kept_only_through_generations_that_we_saw() -> None:
    hand = Hand()
    hand.assigned([0, 1], generation=3)
    hand.settle()
    hand.revoked()
    assert hand.owned is None
    hand.assigned([1, 2], generation=4)
    assert hand.kept == frozenset({1})
    hand.settle()
    hand.revoked()
    hand.assigned([1, 2], generation=6)
    assert hand.kept == frozenset()
    hand.settle()
    hand.lost()
    hand.assigned([1, 2])
    assert hand.kept == frozenset()
