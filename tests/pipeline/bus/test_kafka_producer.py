"""Publishing is bounded, refuses what is too large, and is done with a client that hangs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaError

from pipeline.bus import Message, kafka_url
from pipeline.bus.kafka import KafkaBus
from pipeline.bus.kafka_admin import LARGEST, Wanted
from pipeline.bus.kafka_producer import PORTION, Budget, KafkaPublisher, key_bytes, key_text, portions
from pipeline.errors import Rejected, Unavailable
from pipeline.metrics import METRICS
from pipeline.topics import dead
from tests.contracts.bus import drain, messages, share, words
from tests.live import eventually
from tests.servers.kafka import KafkaCluster

SHORT_S = 2.0


@pytest.fixture
def address(kafka: KafkaCluster) -> kafka_url.Address:
    return kafka_url.read(f"kafka://{kafka.bootstrap}/{uuid4().hex[:8]}")


@pytest.fixture
def bus(address: kafka_url.Address) -> Iterator[KafkaBus]:
    bus = KafkaBus(address, name="tests")
    yield bus
    bus.close()


@pytest.mark.parametrize("key", ["", "键", "a\x00b", "\ud800 half a character"])
def test_a_key_comes_back_as_it_went(key: str) -> None:
    assert key_text(key_bytes(key)) == key


def test_keys_of_other_programs_are_readable_too() -> None:
    assert key_text(None) == ""
    assert key_text(b"\xff!") == "\\xff!"


def test_a_batch_travels_in_portions_that_hold_it_all_in_order() -> None:
    batch = [Message("k", b"%d" % number + b" " * 1_000_000) for number in range(30)]

    cut = list(portions("t", batch))

    assert [message for _, portion in cut for message in portion] == batch
    assert len(cut) > 1
    assert all(bytes_ <= PORTION for bytes_, _ in cut)


def test_bytes_under_way_are_bounded_over_all_threads() -> None:
    budget = Budget(100)
    entered, done = threading.Event(), threading.Event()

    def hold() -> None:
        with budget.spent(80, 1.0):
            entered.set()
            done.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait()
    with budget.spent(20, 0.0):
        assert METRICS.bus_unacked.collect()
    with pytest.raises(Unavailable, match="发送缓冲已满"), budget.spent(21, 0.01):
        pass
    done.set()
    with budget.spent(100, 5.0):
        pass
    holder.join()


def test_a_message_that_is_too_large_is_refused_and_the_others_are_not_sent(bus: KafkaBus) -> None:
    with pytest.raises(Rejected, match="字节"):
        bus.publish("t", [*messages("一"), Message("k", bytes(LARGEST))])

    assert drain(bus.consumer("g", "t")) == []


def test_the_largest_message_can_still_be_set_aside(bus: KafkaBus) -> None:
    largest = bytes(LARGEST - 1000)
    bus.publish("t", [Message("k", largest)])
    bus.publish(dead("t"), [Message("k", bytes(LARGEST * 4 // 3))])  # as text in a note it is a third longer

    assert [len(d.value) for d in drain(bus.consumer("g", "t"))] == [len(largest)]
    assert [len(d.value) for d in drain(bus.consumer("g", dead("t")))] == [LARGEST * 4 // 3]


def test_a_topic_of_somebody_else_may_take_less(kafka: KafkaCluster, address: kafka_url.Address) -> None:
    from kafka import KafkaAdminClient

    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.create_topics({address.named("small"): {"configs": {"max.message.bytes": "2000"}}}, wait_for_metadata=True)
    admin.close()
    bus = KafkaBus(address, name="tests")

    with pytest.raises(Rejected, match=r"max\.message\.bytes"):
        bus.publish("small", [Message("k", os.urandom(16_000))])
    bus.publish("small", messages("一"))

    assert words(drain(bus.consumer("g", "small"))) == ["一"]
    bus.close()


def test_the_library_hangs_for_ever_where_our_publish_recovers(own_kafka: Callable[[int], KafkaCluster]) -> None:
    """The dead-lock of kafka-python 3.0: a batch that was sent once expires, and nothing is ever sent again.

    When the first half fails, the library has mended it.
    """
    cluster = own_kafka(1)
    address = kafka_url.read(f"kafka://{cluster.bootstrap}")
    bus = KafkaBus(
        address, Wanted(1), name="tests", publisher=KafkaPublisher(address, patience_s=3 * SHORT_S, delivery_s=SHORT_S)
    )
    bus.publish("t", messages("一"))
    bare = KafkaProducer(
        bootstrap_servers=cluster.bootstrap, acks="all", enable_idempotence=True, linger_ms=20,
        request_timeout_ms=int(SHORT_S * 500), delivery_timeout_ms=int(SHORT_S * 1000),
    )  # fmt: skip
    bare.send("t", b"warm").get(5)
    rebuilt = METRICS.bus_rebuilds._value.get()

    cluster.brokers[0].pause()
    stuck = [bare.send("t", b"%d" % number) for number in range(2000)]
    with pytest.raises(Unavailable):
        bus.publish("t", messages("二"))
    assert eventually(lambda: any(one.is_done for one in stuck))
    cluster.brokers[0].resume()

    bus.publish("t", messages("三"))
    with pytest.raises(KafkaError):
        bare.send("t", b"after").get(3 * SHORT_S)
    assert METRICS.bus_rebuilds._value.get() == rebuilt + 1
    (read,) = share([bus.consumer("g", "t")], until=bus.lag("g", "t"))
    ours = [word for word in dict.fromkeys(words(read)) if word in "一二三"]
    assert ours in (["一", "三"], ["一", "二", "三"])
    bare._sender.force_close()
    bus.close()


def test_a_pause_shorter_than_our_patience_is_not_noticed(own_kafka: Callable[[int], KafkaCluster]) -> None:
    cluster = own_kafka(1)
    bus = KafkaBus(kafka_url.read(f"kafka://{cluster.bootstrap}"), Wanted(1), name="tests")
    bus.publish("t", messages("一"))
    began = time.monotonic()
    cluster.brokers[0].pause()
    wake = threading.Timer(1.0, cluster.brokers[0].resume)
    wake.start()

    bus.publish("t", messages("二"))

    assert time.monotonic() - began >= 1.0
    (read,) = share([bus.consumer("g", "t")], until=2)
    assert words(read) == ["一", "二"]
    wake.join()
    bus.close()
