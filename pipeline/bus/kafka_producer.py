"""Publishing to Kafka: bounded, idempotent, and done with a client that hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from pipeline.bus import Message
from pipeline.bus.kafka_admin import ANSWER_WITHIN_S, DEAD, LARGEST, LARGEST_DEAD, connected, unavailable
from pipeline.bus.kafka_partitioner import ByKey
from pipeline.bus.kafka_url import Address
from pipeline.errors import Rejected, Unavailable
from pipeline.log import get
from pipeline.metrics import METRICS

log = get("bus")

BUDGET: Final = 64 << 20
"""How many bytes of this process may be on their way: ``send`` of the client takes any amount."""
PORTION: Final = 8 << 20
PATIENCE_S: Final = 8.0
DELIVERY_S: Final = 86_400.0
"""When the client gives a message up. Never before we do: that wedges it for ever (kafka-python 3.0)."""
_BATCH: Final = 512 << 10
"""What goes to one partition at once: a publish should fit. Once one batch is full the client wakes its thread for each message more."""
_OVERHEAD: Final = 100  # bytes of a message beside key and value, roughly


class Publisher(Protocol):
    """Appends messages to topics that exist.

    ``publish`` returns when all of them are on enough replicas. It raises Unavailable when that takes too
    long, and then what was under way is given up; Rejected for a message that is too large.
    """

    def publish(self, topic: str, messages: Sequence[Message], at_ms: int) -> None: ...

    def close(self) -> None: ...


def key_bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def key_text(key: bytes | None) -> str:
    """Return the key as it was published; messages of other programs may have none, or any bytes."""
    try:
        return (key or b"").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return (key or b"").decode("utf-8", "backslashreplace")


def size(message: Message) -> int:
    return len(message.value) + len(key_bytes(message.key)) + _OVERHEAD


def portions(topic: str, messages: Sequence[Message]) -> Iterator[tuple[int, list[Message]]]:
    """Yield *messages* in portions of bounded size, each with its bytes. Raises Rejected before the first, if any is too large."""
    largest = LARGEST_DEAD if topic.endswith(DEAD) else LARGEST
    sizes = [size(message) for message in messages]
    for bytes_ in sizes:
        if bytes_ > largest:
            raise Rejected(
                f"{topic}：消息 {bytes_} 字节，超过 {largest} 字节 / "
                f"a message of {bytes_} bytes; at most {largest} are taken"
            )
    total, portion = 0, list[Message]()
    for message, bytes_ in zip(messages, sizes, strict=True):
        if portion and total + bytes_ > PORTION:
            yield total, portion
            total, portion = 0, []
        total += bytes_
        portion.append(message)
    yield total, portion


def refused(topic: str) -> Rejected:
    """Return what to say when a topic that somebody else made takes smaller messages than ours."""
    return Rejected(
        f"{topic}：消息超过该主题的 max.message.bytes，请调大 / a message is larger than max.message.bytes of the topic"
    )


def abandoned(address: Address) -> None:
    METRICS.bus_rebuilds.inc()
    log.warning("producer abandoned, the next publish builds a new one", servers=str(address))


class Budget:
    """The bytes of this process that are on their way and not yet acknowledged."""

    def __init__(self, most: int = BUDGET) -> None:
        self._most = most
        self._taken = 0
        self._changed = threading.Condition()

    @contextmanager
    def spent(self, bytes_: int, within_s: float) -> Iterator[None]:
        """Hold *bytes_* while the block runs. Raises Unavailable if others do not give way in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._taken + bytes_ <= self._most, within_s):
                raise Unavailable("发送缓冲已满 / too many bytes wait to be acknowledged")
            self._set(self._taken + bytes_)
        try:
            yield
        finally:
            with self._changed:
                self._set(self._taken - bytes_)
                self._changed.notify_all()

    def _set(self, taken: int) -> None:
        self._taken = taken
        METRICS.bus_unacked.set(taken)


class KafkaPublisher:
    """A Publisher by kafka-python; safe to use from several threads.

    A client that keeps a message for too long is abandoned, and the next ``publish`` builds a new one: that ends
    a hang whatever its cause, and keeps what was given up from being sent after what is published later.
    """

    def __init__(
        self, address: Address, *, patience_s: float = PATIENCE_S, delivery_s: float = DELIVERY_S, budget: int = BUDGET
    ) -> None:
        self._address = address
        self._patience_s = patience_s
        self._delivery_ms = int(delivery_s * 1000)
        self._budget = Budget(budget)
        self._client: Any = None
        self._lock = threading.Lock()

    def publish(self, topic: str, messages: Sequence[Message], at_ms: int) -> None:
        for bytes_, portion in portions(topic, messages):
            with self._budget.spent(bytes_, self._patience_s):
                self._send(topic, portion, at_ms)

    def close(self) -> None:
        self._abandon(self._client)

    def _send(self, topic: str, messages: Sequence[Message], at_ms: int) -> None:
        client = self._connected()
        give_up = time.monotonic() + self._patience_s
        try:
            sent = [client.send(topic, m.value, key_bytes(m.key), timestamp_ms=at_ms) for m in messages]
            client.flush(max(0.0, give_up - time.monotonic()))
            for one in sent:
                one.get(max(0.0, give_up - time.monotonic()))
        except (MessageSizeTooLargeError, RecordListTooLargeError) as error:
            self._rebuild(client)
            raise refused(topic) from error
        except (KafkaError, OSError) as error:
            self._rebuild(client)
            raise unavailable(self._address, error) from error

    def _connected(self) -> Any:
        if (known := self._client) is not None:
            return known
        fresh = connected(
            KafkaProducer,
            self._address,
            acks="all",
            enable_idempotence=True,
            max_in_flight_requests_per_connection=5,
            delivery_timeout_ms=self._delivery_ms,
            request_timeout_ms=min(15_000, self._delivery_ms // 2),
            max_block_ms=int(ANSWER_WITHIN_S * 1000),
            linger_ms=20,  # a publish of its own does not wait for it: it flushes
            batch_size=_BATCH,
            partitioner=ByKey(),
            max_request_size=LARGEST_DEAD + _OVERHEAD,
            compression_type="lz4",
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
        with self._lock:
            if self._client is None:
                self._client = fresh
            client = self._client
        if client is not fresh:
            fresh.close(timeout=0)
        return client

    def _rebuild(self, client: Any) -> None:
        abandoned(self._address)
        self._abandon(client)

    def _abandon(self, client: Any) -> None:
        with self._lock:
            if client is None or client is not self._client:
                return
            self._client = None
        try:
            client.close(timeout=0)
        except KafkaError:  # something is not acknowledged yet, and so nothing was closed
            client._sender.force_close()
