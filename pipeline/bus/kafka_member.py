"""A member of a Kafka group by kafka-python."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.errors import (
    CommitFailedError,
    FencedInstanceIdError,
    IllegalGenerationError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)

from pipeline.bus import Delivery, Positions
from pipeline.bus.kafka_admin import LARGEST_DEAD, connected, translated
from pipeline.bus.kafka_consumer import HEARTBEAT_S, LONGEST_STEP_S, SESSION_S, Fetched, Hand, Unseated
from pipeline.bus.kafka_producer import key_text
from pipeline.bus.kafka_url import Address
from pipeline.errors import Overtaken

_OVERTAKEN = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)
_ANSWER_WITHIN_MS = 10_000
_COMMIT_WITHIN_MS = 8000
_CLOSE_WITHIN_MS = 2000
_LEAST_MS = 50  # a poll of no time cuts the client's rejoining short, and then it never comes to an end (3.0.12)


class KafkaMember:
    """The Member that a KafkaConsumer is. Partitions are dealt by range: the same ones to the same names."""

    def __init__(self, address: Address, group: str, topic: str, name: str) -> None:
        """*group* and *name* as Kafka knows them, *topic* without its prefix."""
        self.hand = Hand()
        self._address = address
        self._topic = topic
        self._kafka_topic = address.named(topic)
        self._client: Any = connected(
            KafkaConsumer,
            address,
            group_id=group,
            group_instance_id=name or None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            request_timeout_ms=_ANSWER_WITHIN_MS,
            partition_assignment_strategy=[RangePartitionAssignor],
            max_poll_interval_ms=int(LONGEST_STEP_S * 1000),
            session_timeout_ms=int(SESSION_S * 1000),
            heartbeat_interval_ms=int(HEARTBEAT_S * 1000),
            max_partition_fetch_bytes=LARGEST_DEAD,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
        self._client.subscribe([self._kafka_topic], listener=_Listener(self._client, self.hand))
        # Whoever leads the group deals out the partitions that it knows of: without this none, and then all over again.
        with self._said_as_ours():
            self._client.topics()

    @property
    def id(self) -> str:
        return str(self._client.group_metadata().member_id)

    def fetch(self, most: int, wait_s: float) -> Fetched:
        with self._said_as_ours():
            found = self._client.poll(timeout_ms=max(int(wait_s * 1000), _LEAST_MS), max_records=most)
        return {tp.partition: deliveries(self._topic, records) for tp, records in found.items()}

    def read_to(self) -> Positions:
        with self._said_as_ours():
            stands = {tp.partition: self._client.position(tp, timeout_ms=100) for tp in self._client.assignment()}
        return {partition: offset for partition, offset in stands.items() if offset is not None}

    def seek(self, positions: Positions) -> None:
        for partition, offset in positions.items():
            self._client.seek(TopicPartition(self._kafka_topic, partition), offset)

    def commit(self, positions: Positions) -> None:
        offsets = {
            TopicPartition(self._kafka_topic, partition): OffsetAndMetadata(offset, "", -1)
            for partition, offset in positions.items()
        }
        with self._said_as_ours():
            self._client.commit(offsets, timeout_ms=_COMMIT_WITHIN_MS)

    def close(self) -> None:
        try:
            self._client.close(autocommit=False, timeout_ms=_CLOSE_WITHIN_MS)
        except KafkaError:
            return  # it could not say goodbye; the group will miss it

    @contextmanager
    def _said_as_ours(self) -> Iterator[None]:
        try:
            with translated(self._address, but=(*_OVERTAKEN, FencedInstanceIdError)):
                yield
        except FencedInstanceIdError as error:
            raise Unseated(f"{self._topic}：同名进程已加入 / another process joined under our name") from error
        except _OVERTAKEN as error:
            raise Overtaken(f"{self._topic} 的分区正在重新分配 / partitions are being dealt out anew") from error


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # the library is not typed
    """Runs on the client's own thread while ours waits in a poll."""

    def __init__(self, client: Any, hand: Hand) -> None:
        self._client = client
        self._hand = hand

    def on_partitions_revoked(self, revoked: Collection[Any]) -> None:
        self._hand.revoked()

    def on_partitions_lost(self, lost: Collection[Any]) -> None:
        self._hand.lost()

    def on_partitions_assigned(self, assigned: Collection[Any]) -> None:
        self._hand.assigned([tp.partition for tp in assigned], self._client.group_metadata().generation_id)


def deliveries(topic: str, records: Sequence[Any]) -> list[Delivery]:
    return [Delivery(topic, r.partition, r.offset, key_text(r.key), r.value or b"") for r in records]
