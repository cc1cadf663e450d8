"""The same bus by confluent-kafka: several times faster per core, an extra to install."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from pipeline.bus import Delivery, Message, Positions
from pipeline.bus.kafka import KafkaBus
from pipeline.bus.kafka_admin import LARGEST_DEAD, unavailable
from pipeline.bus.kafka_consumer import HEARTBEAT_S, LONGEST_STEP_S, SESSION_S, Fetched, Hand, Member, Unseated
from pipeline.bus.kafka_producer import (
    DELIVERY_S,
    PATIENCE_S,
    Budget,
    Publisher,
    abandoned,
    key_bytes,
    key_text,
    portions,
    refused,
)
from pipeline.bus.kafka_url import Address
from pipeline.errors import Overtaken, Unavailable

_OVERTAKEN: Final = frozenset(
    (
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError._ASSIGNMENT_LOST,
    )
)
_UNSEATED: Final = frozenset((KafkaError.FENCED_INSTANCE_ID, KafkaError._FENCED))
_LOOK_S: Final = 0.02
_COMMIT_WITHIN_S: Final = 8.0
_CLOSE_WITHIN_S: Final = 2.0
_SEEK_WITHIN_S: Final = 5.0
_LIBRARY: Final = logging.getLogger("kafka.librdkafka")  # silent as kafka-python is, unless somebody wants to hear it

T = TypeVar("T")


class ConfluentBus(KafkaBus):
    """A KafkaBus whose messages go through librdkafka; what is asked about topics and groups still does not."""

    def _a_member(self, group: str, topic: str, name: str) -> Member:
        self._admin.partitions(self._address.named(topic))
        return ConfluentMember(self._address, group, topic, name)

    def _a_publisher(self) -> Publisher:
        return ConfluentPublisher(self._address)


def settings(address: Address) -> dict[str, Any]:
    """Return what every client of librdkafka is told."""
    protocol = ("SASL_" if address.user else "") + ("SSL" if address.tls else "PLAINTEXT")
    files = {"ssl.ca.location": address.ca, "ssl.certificate.location": address.cert, "ssl.key.location": address.key}
    login = {
        "sasl.mechanism": address.mechanism,
        "sasl.username": address.user,
        "sasl.password": address.password,
    }
    return {
        "bootstrap.servers": ",".join(address.servers),
        "client.id": address.client_id,
        "security.protocol": protocol,
        "socket.timeout.ms": 8000,
        "reconnect.backoff.max.ms": 1000,
        "allow.auto.create.topics": False,
        **{name: file for name, file in files.items() if file},
        **(login if address.user else {}),
    }


class ConfluentPublisher:
    """A Publisher by librdkafka, with the bounds of the other one; safe to use from several threads."""

    def __init__(self, address: Address, *, patience_s: float = PATIENCE_S, delivery_s: float = DELIVERY_S) -> None:
        self._address = address
        self._patience_s = patience_s
        self._delivery_s = delivery_s
        self._budget = Budget()
        self._client: Producer | None = None
        self._lock = threading.Lock()

    def publish(self, topic: str, messages: Sequence[Message], at_ms: int) -> None:
        for bytes_, portion in portions(topic, messages):
            with self._budget.spent(bytes_, self._patience_s):
                self._send(topic, portion, at_ms)

    def close(self) -> None:
        with self._lock:
            self._client = None

    def _send(self, topic: str, messages: Sequence[Message], at_ms: int) -> None:
        client = self._connected()
        told = _Told(len(messages))
        give_up = time.monotonic() + self._patience_s
        try:
            for message in messages:
                client.produce(topic, message.value, key_bytes(message.key), timestamp=at_ms, on_delivery=told)
            while told.missing and time.monotonic() < give_up:
                client.flush(_LOOK_S)
        except (KafkaException, BufferError) as error:
            raise self._given_up(client, topic, error) from error
        if told.error is not None or told.missing:
            raise self._given_up(client, topic, KafkaException(told.error or KafkaError(KafkaError._TIMED_OUT)))

    def _given_up(self, client: Producer, topic: str, error: Exception) -> Exception:
        """Abandon the client, so that nothing of this is sent later, and return what to raise."""
        abandoned(self._address)
        with self._lock:
            if self._client is client:
                self._client = None
        client.purge()
        if _code(error) == KafkaError.MSG_SIZE_TOO_LARGE:
            return refused(topic)
        return unavailable(self._address, error)

    def _connected(self) -> Producer:
        with self._lock:
            if self._client is None:
                self._client = Producer(
                    settings(self._address)
                    | {
                        "enable.idempotence": True,
                        "acks": "all",
                        "partitioner": "murmur2_random",  # as kafka-python and Java: both may write one topic
                        "message.timeout.ms": int(self._delivery_s * 1000),
                        "linger.ms": 5,
                        "batch.size": 1_000_000,
                        "compression.type": "lz4",
                        "message.max.bytes": LARGEST_DEAD,
                        "queue.buffering.max.messages": 2_000_000,  # never what bounds us: the budget does
                        "queue.buffering.max.kbytes": 1_000_000,
                    },
                    logger=_LIBRARY,
                )
            return self._client


class _Told:
    """Counts the acknowledgements of one batch; the first error stands for all."""

    def __init__(self, missing: int) -> None:
        self.missing = missing
        self.error: KafkaError | None = None

    def __call__(self, error: KafkaError | None, message: object) -> None:
        self.missing -= 1
        self.error = self.error or error


class ConfluentMember:
    """The Member that a librdkafka consumer is; it can share a group with those of kafka-python."""

    def __init__(self, address: Address, group: str, topic: str, name: str) -> None:
        """*group* and *name* as Kafka knows them, *topic* without its prefix."""
        self.hand = Hand()
        self._address = address
        self._topic = topic
        self._kafka_topic = address.named(topic)
        self._ends: dict[int, int] = {}
        self._client = Consumer(
            settings(address)
            | {
                "group.id": group,
                **({"group.instance.id": name} if name else {}),
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "partition.assignment.strategy": "range",
                "max.poll.interval.ms": int(LONGEST_STEP_S * 1000),
                "session.timeout.ms": int(SESSION_S * 1000),
                "heartbeat.interval.ms": int(HEARTBEAT_S * 1000),
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 500,
                "fetch.message.max.bytes": LARGEST_DEAD,
                "queued.max.messages.kbytes": 65_536,
            },
            logger=_LIBRARY,
        )
        self._client.subscribe(
            [self._kafka_topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )

    @property
    def id(self) -> str:
        return str(self._client.memberid())

    def fetch(self, most: int, wait_s: float) -> Fetched:
        try:
            first = self._client.poll(wait_s)
            found = [first, *self._client.consume(most - 1, 0.0)] if first is not None and most > 1 else [first]
        except KafkaException as error:
            raise self._said_as_ours(error) from error
        fetched: dict[int, list[Delivery]] = {}
        for message in found:
            if message is not None and (delivery := self._delivery(message)):
                fetched.setdefault(delivery.partition, []).append(delivery)
        return fetched

    def read_to(self) -> Positions:
        return dict(self._ends)

    def seek(self, positions: Positions) -> None:
        self._ends.clear()
        give_up = time.monotonic() + _SEEK_WITHIN_S
        for partition, offset in positions.items():
            self._seek(TopicPartition(self._kafka_topic, partition, offset), give_up)

    def _seek(self, place: TopicPartition, give_up: float) -> None:
        """Move to *place*; a partition that has just become ours is not there to be moved for some moments."""
        while True:
            try:
                self._client.seek(place)
                return
            except KafkaException as error:
                if _code(error) != KafkaError._STATE or time.monotonic() > give_up:
                    raise self._said_as_ours(error) from error
                time.sleep(_LOOK_S)

    def commit(self, positions: Positions) -> None:
        offsets = [TopicPartition(self._kafka_topic, p, offset) for p, offset in positions.items()]
        try:
            done = _within(_COMMIT_WITHIN_S, lambda: self._client.commit(offsets=offsets, asynchronous=False))
        except (KafkaException, TimeoutError) as error:
            raise self._said_as_ours(error) from error
        for partition in done:
            if partition.error is not None:
                raise self._said_as_ours(KafkaException(partition.error))

    def close(self) -> None:
        try:
            _within(_CLOSE_WITHIN_S, self._client.close)
        except TimeoutError:
            return  # it ends when the broker answers, and then nobody waits for it

    def _delivery(self, message: Any) -> Delivery | None:
        error = message.error()
        if error is None:
            return Delivery(
                self._topic, message.partition(), message.offset(), key_text(message.key()), message.value() or b""
            )
        if error.code() == KafkaError._PARTITION_EOF:
            self._ends[message.partition()] = message.offset()
            return None
        if error.code() == KafkaError._MAX_POLL_EXCEEDED or (error.retriable() and not error.fatal()):
            return None  # what follows from it comes as a rebalance, or passes
        raise self._said_as_ours(KafkaException(error))

    def _said_as_ours(self, error: Exception) -> Unavailable:
        if _code(error) in _UNSEATED:
            return Unseated(f"{self._topic}：同名进程已加入 / another process joined under our name")
        if _code(error) in _OVERTAKEN:
            return Overtaken(f"{self._topic} 的分区正在重新分配 / partitions are being dealt out anew")
        return unavailable(self._address, error)

    def _assigned(self, client: Consumer, partitions: Sequence[TopicPartition]) -> None:
        self.hand.assigned([tp.partition for tp in partitions])

    def _revoked(self, client: Consumer, partitions: Sequence[TopicPartition]) -> None:
        self.hand.revoked()

    def _lost(self, client: Consumer, partitions: Sequence[TopicPartition]) -> None:
        self.hand.lost()


def _within(seconds: float, call: Callable[[], T]) -> T:
    """Return what *call* returns; librdkafka waits for ever for a broker that keeps silent. Raises TimeoutError."""
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except Exception as error:  # noqa: BLE001 # it is raised again where somebody waits for it
            answer.set_exception(error)

    threading.Thread(target=run, name="librdkafka-call", daemon=True).start()
    try:
        return answer.result(seconds)
    except futures.TimeoutError as error:
        raise TimeoutError(f"no answer in {seconds:g} s") from error


def _code(error: Exception) -> int | None:
    """Return the number of the error that a KafkaException carries."""
    inner = error.args[0] if error.args else None
    return inner.code() if isinstance(inner, KafkaError) else None
