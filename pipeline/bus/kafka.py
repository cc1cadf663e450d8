"""The bus on Kafka: topics are Kafka's topics, groups are its consumer groups."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from pipeline import settings
from pipeline.bus import Delivery, Message, Positions, Recall
from pipeline.bus.kafka_admin import ANSWER_WITHIN_S, LARGEST_DEAD, Admin, Wanted, connected, translated
from pipeline.bus.kafka_consumer import GroupConsumer, Member
from pipeline.bus.kafka_member import KafkaMember, deliveries
from pipeline.bus.kafka_partitioner import dealt
from pipeline.bus.kafka_producer import KafkaPublisher, Publisher, key_bytes
from pipeline.bus.kafka_url import Address
from pipeline.bus.lines import joined
from pipeline.errors import Unavailable


def wanted(bus: settings.Bus) -> Wanted:
    """Return what the settings say of new topics."""
    return Wanted(bus.partitions, bus.replication, bus.min_insync, bus.retention)


def _now() -> datetime:
    return datetime.now(UTC)


class KafkaBus:
    """Topics on the brokers at *address*; those that do not exist are made as *wanted* says.

    A group reads one topic: Kafka knows it as ``PREFIX.GROUP.TOPIC``. *name* tells this process from all others
    of the same groups, and stays over a restart; without one, members come as strangers. *clock* stamps messages
    for ``since`` and ``trim`` only. Safe to use from several threads, each with consumers of its own.

    Opening it speaks to no broker. All else raises Unavailable within some ten seconds while none answers,
    and works again when they do.
    """

    def __init__(
        self,
        address: Address,
        wanted: Wanted | None = None,
        *,
        name: str = "",
        clock: Callable[[], datetime] = _now,
        publisher: Publisher | None = None,
    ) -> None:
        self._address = address
        self._name = name
        self._clock = clock
        self._admin = Admin(address, wanted or Wanted())
        self._publisher = publisher or self._a_publisher()
        self._browser = _Browser(address, self._admin)

    def publish(self, topic: str, messages: Sequence[Message], *, as_lines: bool = False) -> None:
        if not messages:
            return
        kafka_topic = self._address.named(topic)
        partitions = len(self._admin.partitions(kafka_topic))
        if as_lines:
            messages = joined(messages, lambda key: dealt(key_bytes(key), partitions))
        try:
            self._publisher.publish(kafka_topic, messages, int(self._clock().timestamp() * 1000))
        except Unavailable:
            self._admin.forget(kafka_topic)
            raise

    @cached_property
    def id(self) -> str:
        return "-".join(word for word in ("kafka", self._admin.cluster(), self._address.prefix) if word)

    def consumer(
        self, group: str, topic: str, *, member: int = 0, of: int = 1, recall: Recall | None = None
    ) -> GroupConsumer:
        """Return a member of the group; Kafka deals by itself, so *of* says nothing here."""
        kafka_group = self._address.named(group, topic)
        return GroupConsumer(
            lambda name: self._a_member(kafka_group, topic, name),
            self._admin, kafka_group, self._address.named(topic),
            f"{self._name}-{member}" if self._name else "", recall,
        )  # fmt: skip

    def lag(self, group: str, topic: str) -> int:
        kafka_topic = self._address.named(topic)
        partitions = self._admin.partitions(kafka_topic)
        done = self._admin.committed(self._address.named(group, topic), kafka_topic)
        begins = self._admin.begins(kafka_topic, partitions) if len(done) < len(partitions) else {}
        return sum(end - done.get(p, begins.get(p, 0)) for p, end in self._admin.ends(kafka_topic, partitions).items())

    def end(self, topic: str) -> Positions:
        kafka_topic = self._address.named(topic)
        return self._admin.ends(kafka_topic, self._admin.partitions(kafka_topic))

    def browse(self, topic: str, start: Positions, most: int) -> Sequence[Delivery]:
        return self._browser.read(topic, start, most)

    def since(self, topic: str, at: datetime) -> Positions:
        return self._admin.since(self._address.named(topic), at)

    def trim(self, topic: str, before: datetime) -> int:
        """Delete what is older, but nothing that a group of ours has still to read.

        Kafka does so by itself after ``retention.ms``, whether it was read or not. This keeps to the retention
        that is set now, in topics that were made with another one too.
        """
        kafka_topic = self._address.named(topic)
        partitions = self._admin.partitions(kafka_topic)
        begins = self._admin.begins(kafka_topic, partitions)
        keep = dict(self._admin.since(kafka_topic, before))
        for group in self._readers(topic):
            done = self._admin.committed(group, kafka_topic)
            keep = {p: min(offset, done.get(p, begins[p])) for p, offset in keep.items()}
        dropped = {p: offset for p, offset in keep.items() if offset > begins[p]}
        if dropped:
            self._admin.delete(kafka_topic, dropped)
        return sum(offset - begins[p] for p, offset in dropped.items())

    def _readers(self, topic: str) -> list[str]:
        """Return the groups of ours that read *topic*: a longer prefix may begin like ours, or ours be none."""
        before, ending = self._address.named("_").removesuffix("_"), f".{topic}"
        return [name for name in self._admin.groups(before, ending) if "." not in name[len(before) : -len(ending)]]

    def close(self) -> None:
        self._publisher.close()
        self._browser.close()
        self._admin.close()

    def _a_member(self, group: str, topic: str, name: str) -> Member:
        self._admin.partitions(self._address.named(topic))
        return KafkaMember(self._address, group, topic, name)

    def _a_publisher(self) -> Publisher:
        return KafkaPublisher(self._address)


class _Browser:
    """Reads without a group, one caller at a time."""

    def __init__(self, address: Address, admin: Admin) -> None:
        self._address = address
        self._admin = admin
        self._client: Any = None
        self._lock = threading.Lock()

    def read(self, topic: str, start: Positions, most: int) -> Sequence[Delivery]:
        """Return up to *most* messages, in order of their stamps as far as each partition's own order lets them be."""
        kafka_topic = self._address.named(topic)
        ends = self._admin.ends(kafka_topic, self._admin.partitions(kafka_topic) & start.keys())
        begins = self._admin.begins(kafka_topic, ends)
        rest = {p: (max(start[p], begins[p]), end) for p, end in ends.items() if max(start[p], begins[p]) < end}
        if not rest:
            return []
        with self._lock:
            try:
                return self._read(topic, rest, most)
            except Unavailable:
                self._drop()
                raise

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _read(self, topic: str, rest: Mapping[int, tuple[int, int]], most: int) -> list[Delivery]:
        records: dict[int, list[Any]] = {p: [] for p in rest}
        give_up = time.monotonic() + ANSWER_WITHIN_S
        with translated(self._address):
            client = self._placed(topic, rest)
            while most > 0 and any(client.position(tp) < rest[tp.partition][1] for tp in client.assignment()):
                for tp, found in client.poll(timeout_ms=100, max_records=most).items():
                    records[tp.partition] += found
                    most -= len(found)
                    give_up = time.monotonic() + ANSWER_WITHIN_S
                if time.monotonic() > give_up:
                    raise Unavailable(f"Kafka {topic} 有消息而读不到 / there are messages, and none come")
        merged = heapq.merge(*records.values(), key=lambda record: record.timestamp)
        return deliveries(topic, list(merged))

    def _placed(self, topic: str, rest: Mapping[int, tuple[int, int]]) -> Any:
        if self._client is None:
            self._client = connected(
                KafkaConsumer, self._address, enable_auto_commit=False, auto_offset_reset="earliest",
                isolation_level="read_committed", max_partition_fetch_bytes=LARGEST_DEAD,
                allow_auto_create_topics=False, metrics_enabled=False,
            )  # fmt: skip
        self._client.assign([TopicPartition(self._address.named(topic), p) for p in rest])
        for p, (offset, _) in rest.items():
            self._client.seek(TopicPartition(self._address.named(topic), p), offset)
        return self._client

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close(autocommit=False)
            self._client = None
