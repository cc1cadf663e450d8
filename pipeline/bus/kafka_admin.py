"""What the brokers know: topics, and the offsets where they begin, end and were committed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, MemberToRemove, OffsetSpec
from kafka.errors import (
    BrokerResponseError,
    GroupIdNotFoundError,
    InvalidMetadataError,
    KafkaError,
    RetriableError,
    TopicAlreadyExistsError,
)

from pipeline.bus import Positions
from pipeline.bus.kafka_url import Address
from pipeline.errors import Unavailable
from pipeline.log import get

log = get("bus")
logging.getLogger("kafka").addHandler(logging.NullHandler())  # what matters of it we say ourselves

LARGEST: Final = 8 << 20
"""The largest message in bytes, key and value together."""
LARGEST_DEAD: Final = 12 << 20
"""The same for a dead topic: a message that is set aside grows by a third and by the reason why."""
DEAD: Final = ".dead"
DEAD_KEPT: Final = timedelta(days=30)
ANSWER_WITHIN_S: Final = 5.0
_REMEMBERED_S: Final = 60.0

T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """How a new topic is to be; 0 leaves it to the brokers."""

    partitions: int = 4
    replication: int = 0
    min_insync: int = 0
    retention: timedelta = timedelta(days=7)

    def configs(self, name: str) -> dict[str, str]:
        """Return the settings of the topic *name*. A dead topic is kept longer: people have to look into it."""
        dead = name.endswith(DEAD)
        kept = max(self.retention, DEAD_KEPT) if dead else self.retention
        configs = {
            "cleanup.policy": "delete",
            "retention.ms": str(int(kept.total_seconds() * 1000)),
            "max.message.bytes": str(LARGEST_DEAD if dead else LARGEST),
        }
        return configs | ({"min.insync.replicas": str(self.min_insync)} if self.min_insync else {})

    def different(self, name: str, found: Mapping[str, str]) -> dict[str, str]:
        """Return what is otherwise with the topic *name*, as ``found, not wanted``."""
        wanted = self.configs(name) | {"partitions": str(self.partitions)}
        return {key: f"{found.get(key)}, not {value}" for key, value in wanted.items() if found.get(key) != value}


def settings(address: Address) -> dict[str, Any]:
    """Return what every client of kafka-python is told."""
    protocol = ("SASL_" if address.user else "") + ("SSL" if address.tls else "PLAINTEXT")
    login = {
        "sasl_mechanism": address.mechanism,
        "sasl_plain_username": address.user,
        "sasl_plain_password": address.password,
    }
    return {
        "bootstrap_servers": list(address.servers),
        "client_id": address.client_id,
        "security_protocol": protocol,
        "ssl_cafile": address.ca or None,
        "ssl_certfile": address.cert or None,
        "ssl_keyfile": address.key or None,
        "bootstrap_timeout_ms": int(ANSWER_WITHIN_S * 1000),
        "reconnect_backoff_max_ms": 1000,  # an outage ends for us a second after it ends
        **(login if address.user else {}),
    }


def connected(client: Callable[..., T], address: Address, **more: Any) -> T:
    """Return a *client* that has spoken to a broker; one that could not leaves no thread behind. Raises Unavailable."""
    begun: list[Any] = []

    def network(**configs: Any) -> Any:
        begun.append(KafkaConsumer.DEFAULT_CONFIG["kafka_client"](**configs))
        return begun[-1]

    try:
        with translated(address):
            return client(**settings(address), kafka_client=network, **more)
    except Unavailable:
        for net in begun:
            net.close()
        raise


@contextmanager
def translated(address: Address, but: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn whatever the client says into Unavailable, except for what the caller knows better."""
    try:
        yield
    except but:
        raise
    except (KafkaError, OSError) as error:
        raise unavailable(address, error) from error


def unavailable(address: Address, error: Exception) -> Unavailable:
    return Unavailable(f"Kafka {address} 不可用 / is not available: {str(error) or type(error).__name__}")


class Admin:
    """Asks the brokers, and tries again for some seconds while a leader or a coordinator moves.

    Safe to use from several threads. Every question raises Unavailable when the time is over.
    """

    def __init__(self, address: Address, wanted: Wanted) -> None:
        self._address = address
        self._wanted = wanted
        self._client: Any = None
        self._lock = threading.Lock()
        self._partitions: dict[str, tuple[float, frozenset[int]]] = {}

    def cluster(self) -> str:
        """Return the id of the cluster."""
        return str(self._ask(lambda client: client.describe_cluster()["cluster_id"]))

    def partitions(self, topic: str) -> frozenset[int]:
        """Return the partitions of *topic*, which exists from now on."""
        known = self._partitions.get(topic)
        if known is None or known[0] < time.monotonic():
            found = self._describe(topic)
            if found and known is None:
                self._compare(topic, found)
            known = self._partitions[topic] = (time.monotonic() + _REMEMBERED_S, found or self._make(topic))
        return known[1]

    def forget(self, topic: str) -> None:
        """Look at *topic* anew when it is next named: it may be gone."""
        self._partitions.pop(topic, None)

    def begins(self, topic: str, partitions: Collection[int]) -> dict[int, int]:
        return self._offsets(topic, dict.fromkeys(partitions, OffsetSpec.EARLIEST))

    def ends(self, topic: str, partitions: Collection[int]) -> dict[int, int]:
        return self._offsets(topic, dict.fromkeys(partitions, OffsetSpec.LATEST))

    def since(self, topic: str, at: datetime) -> dict[int, int]:
        """Return the first offsets stamped *at* or later; the end where there is none."""
        partitions = self.partitions(topic)
        found = self._offsets(topic, dict.fromkeys(partitions, max(0, int(at.timestamp() * 1000))))
        ends = self.ends(topic, partitions)
        return {partition: offset if offset >= 0 else ends[partition] for partition, offset in found.items()}

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """Return what *group* has committed; partitions without a commit are missing."""

        def ask(client: Any) -> dict[int, int]:
            try:
                found = client.list_group_offsets({group: None})[group]
            except GroupIdNotFoundError:
                return {}
            return {tp.partition: at.offset for tp, at in found.items() if tp.topic == topic and at.offset >= 0}

        return self._ask(ask)

    def groups(self, prefix: str, ending: str) -> list[str]:
        """Return the groups whose name begins and ends so."""
        names = self._ask(lambda client: [group["group_id"] for group in client.list_groups()])
        return [name for name in names if name.startswith(prefix) and name.endswith(ending)]

    def dismiss(self, group: str, member: str, name: str) -> None:
        """Take a member that has ended out of its *group*, if *name* is still its and not a successor's."""
        gone = MemberToRemove(member_id=member, group_instance_id=name)
        self._ask(lambda client: client.remove_group_members(group, [gone]))

    def delete(self, topic: str, before: Positions) -> None:
        """Delete what stands before the offsets; they become the beginning."""
        wanted = {TopicPartition(topic, partition): offset for partition, offset in before.items()}
        self._ask(lambda client: client.delete_records(wanted, timeout_ms=int(ANSWER_WITHIN_S * 1000)))

    def erase(self, prefix: str) -> None:
        """Delete every topic and group of *prefix*. For what was only tried out."""
        topics = [name for name in self._ask(lambda client: client.list_topics()) if name.startswith(f"{prefix}.")]
        groups = self.groups(f"{prefix}.", "")
        if groups:
            self._ask(lambda client: client.delete_groups(groups))
        if topics:
            self._ask(lambda client: client.delete_topics(topics))
        self._partitions.clear()

    def close(self) -> None:
        self._drop(self._client)

    def _offsets(self, topic: str, specs: Mapping[int, Any]) -> dict[int, int]:
        wanted = {TopicPartition(topic, partition): spec for partition, spec in specs.items()}
        if not wanted:
            return {}
        found = self._ask(lambda client: client.list_partition_offsets(wanted, timeout_ms=1000))
        return {tp.partition: at.offset for tp, at in found.items()}

    def _describe(self, topic: str) -> frozenset[int]:
        """Return the partitions of *topic*; none if there is no such topic."""

        def ask(client: Any) -> frozenset[int]:
            (found,) = client.describe_topics([topic])
            return frozenset(part["partition_index"] for part in found["partitions"])

        return self._ask(ask)

    def _compare(self, topic: str, partitions: Collection[int]) -> None:
        """Say how a topic that exists differs from what is wanted; it is left as it is."""
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        is_set = self._ask(lambda client: client.describe_configs([resource], config_filter="all"))["topic"][topic]
        found = {name: str(config["value"]) for name, config in is_set.items()} | {"partitions": str(len(partitions))}
        different = self._wanted.different(topic, found)
        if different:
            log.warning("topic is not as the settings say, and stays so", topic=topic, **different)

    def _make(self, topic: str) -> frozenset[int]:
        spec = {
            "num_partitions": self._wanted.partitions,
            "replication_factor": self._wanted.replication or -1,
            "configs": self._wanted.configs(topic),
        }

        def ask(client: Any) -> None:
            try:
                client.create_topics({topic: spec})
                log.info("topic made", topic=topic, partitions=self._wanted.partitions)
            except TopicAlreadyExistsError:
                pass  # another process was a moment faster
            client.wait_for_topics([topic], timeout_ms=ANSWER_WITHIN_S * 1000)

        self._ask(ask)
        return self._describe(topic)

    def _ask(self, question: Callable[[Any], T]) -> T:
        give_up = time.monotonic() + ANSWER_WITHIN_S
        while True:
            client = self._connected()
            try:
                return question(client)
            except (KafkaError, OSError, RuntimeError) as error:  # RuntimeError: no controller, or closed by another
                self._drop(client)
                if time.monotonic() > give_up or not _passing(error):
                    raise unavailable(self._address, error) from error
                time.sleep(0.1)

    def _connected(self) -> Any:
        if (known := self._client) is not None:
            return known
        # Without the lock: all who ask meanwhile shall wait as long as one, not one after the other.
        fresh = connected(KafkaAdminClient, self._address, request_timeout_ms=int(ANSWER_WITHIN_S * 1000))
        with self._lock:
            if self._client is None:
                self._client = fresh
            client = self._client
        if client is not fresh:
            fresh.close()
        return client

    def _drop(self, client: Any) -> None:
        """Let the client go: it remembers coordinators and failed logins for ever."""
        with self._lock:
            if client is None or client is not self._client:
                return
            self._client = None
        client.close()


def _passing(error: Exception) -> bool:
    if isinstance(error, RetriableError | InvalidMetadataError | RuntimeError):
        return True
    return isinstance(error, BrokerResponseError) and bool(getattr(error, "retriable", False))
