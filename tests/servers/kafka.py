"""Real Kafka brokers (KRaft): one, three, or one behind TLS and a login."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from tests.servers.certificates import Authority
from tests.servers.install import KAFKA_JAVA, installed
from tests.servers.obtain import a_java
from tests.servers.ports import a_port
from tests.servers.server import Restartable, Server, StartFailed, close_all, heal_all, start_all, stop_all

CLUSTER = "eXVxaW5nLXRlc3RzLTAwMQ"
HEAP = "384m"
FORMAT_WITHIN_S = 120.0
ANSWER_WITHIN_MS = 3000
USER, PASSWORD = "yuqing", "qinghu-secret"
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
MECHANISMS = ("PLAIN", *SCRAM)
_MODULES = "org.apache.kafka.common.security"
LOGINS = {
    "plain.sasl.jaas.config": f'{_MODULES}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";',
    **{f"{name.lower()}.sasl.jaas.config": f"{_MODULES}.scram.ScramLoginModule required;" for name in SCRAM},
}
PROTOCOLS = {"SASL": "SASL_PLAINTEXT", "TLS": "SSL", "LOCKED": "SASL_SSL"}
"""The listeners that a secure broker has beside the plain one, by name."""


class Broker(Server):
    """One node, broker and controller at once; *voters* are all nodes as Kafka writes them."""

    def __init__(self, number: int, port: int, controller_port: int, home: Path) -> None:
        super().__init__(f"kafka-{number}")
        self.number = number
        self.port = port
        self.controller_port = controller_port
        self._home = home
        self._settings = self.folder / "server.properties"

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def setting(self) -> str:
        return f"YUQING_BUS__URL=kafka://{self.bootstrap}"

    def command(self) -> Sequence[str]:
        return [*self._java(f"-Xmx{HEAP}"), "kafka.Kafka", str(self._settings)]

    def answers(self) -> bool:
        """The port opens earlier: this asks for a controller, and for this broker among those it lets work."""
        try:
            cluster = _ask(self.bootstrap, "describe_cluster")
        except (KafkaError, OSError):
            return False
        working = {broker["broker_id"] for broker in cluster["brokers"] if not broker.get("is_fenced")}
        return self.number in working and cluster["controller_id"] > 0

    def settle(self, settings: Mapping[str, object]) -> subprocess.Popen[bytes]:
        """Write the settings and begin to format the data folder."""
        self._settings.write_text("".join(f"{key}={value}\n" for key, value in settings.items()), encoding="utf-8")
        users = [f"{mechanism}=[name={USER},password={PASSWORD}]" for mechanism in SCRAM]
        asked = ["-t", CLUSTER, "-c", str(self._settings), *(word for user in users for word in ("--add-scram", user))]
        with self.log.open("ab") as log:
            tool = [*self._java("-Xmx128m"), "kafka.tools.StorageTool", "format", *asked]
            return subprocess.Popen(tool, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _java(self, heap: str) -> list[str]:
        quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
        log = f"-Dlog4j2.configurationFile={self._home / 'log4j2.properties'}"
        return [a_java(KAFKA_JAVA).tool("java"), heap, *quick, log, "-cp", f"{self._home / 'lib'}/*"]


class KafkaCluster(Restartable):
    """One or three brokers that keep a topic on all of them; two must have a record before it is acknowledged.

    Topics are not made by themselves.
    """

    def __init__(self, nodes: int = 1) -> None:
        home = installed("kafka")
        self.brokers = [Broker(number, a_port(), a_port(), home) for number in range(1, nodes + 1)]
        self._format()

    @property
    def bootstrap(self) -> str:
        return ",".join(broker.bootstrap for broker in self.brokers)

    @property
    def setting(self) -> str:
        return f"YUQING_BUS__URL=kafka://{self.bootstrap}"

    def start(self) -> None:
        start_all(self.brokers)

    def stop(self) -> None:
        stop_all(self.brokers)

    def kill(self) -> None:
        for broker in self.brokers:
            broker.kill()

    def heal(self) -> None:
        heal_all(self.brokers)

    def close(self) -> None:
        close_all(self.brokers)

    def said(self) -> str:
        return "\n".join(broker.said() for broker in self.brokers)

    def leader(self, topic: str, partition: int = 0) -> Broker:
        """Return the broker that leads a partition."""
        number = self._partitions(topic)[partition]["leader_id"]
        return next(broker for broker in self.brokers if broker.number == number)

    def in_sync(self, topic: str) -> bool:
        """Say whether every broker has all of *topic*."""
        return all(len(part["isr_nodes"]) == len(self.brokers) for part in self._partitions(topic).values())

    def _partitions(self, topic: str) -> Mapping[int, Mapping[str, Any]]:
        (found,) = _ask(self.bootstrap, "describe_topics", [topic])
        return {part["partition_index"]: part for part in found["partitions"]}

    def _format(self) -> None:
        begun = [(broker, broker.settle(self._settings(broker))) for broker in self.brokers]
        for broker, tool in begun:
            if tool.wait(FORMAT_WITHIN_S):
                raise StartFailed(broker, "could not make its data folder")

    def _settings(self, broker: Broker) -> dict[str, object]:
        copies, enough = len(self.brokers), min(2, len(self.brokers))
        listeners = {"PLAIN": broker.port, "CONTROLLER": broker.controller_port, **self._doors()}
        return {
            "process.roles": "broker,controller",
            "node.id": broker.number,
            "controller.quorum.voters": ",".join(f"{b.number}@127.0.0.1:{b.controller_port}" for b in self.brokers),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAIN",
            "listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in listeners.items()),
            "listener.security.protocol.map": ",".join(
                f"{name}:{protocol}"
                for name, protocol in {"PLAIN": "PLAINTEXT", "CONTROLLER": "PLAINTEXT", **PROTOCOLS}.items()
            ),
            "log.dirs": broker.folder / "data",
            "auto.create.topics.enable": "false",
            "default.replication.factor": copies,
            "min.insync.replicas": enough,
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": enough,
            "transaction.state.log.num.partitions": 4,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": enough,
            # A killed broker is missed, and let in again, after this time.
            "broker.session.timeout.ms": 5000,
            "broker.heartbeat.interval.ms": 1000,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "num.network.threads": 2,
            "num.io.threads": 4,
            "background.threads": 2,
            "log.cleaner.dedupe.buffer.size": 16 << 20,
            **self._locks(),
        }

    def _doors(self) -> Mapping[str, int]:
        """Return the ports of further listeners, by the names in PROTOCOLS."""
        return {}

    def _locks(self) -> Mapping[str, object]:
        """Return the settings that further listeners need."""
        return {}


class SecureKafka(KafkaCluster):
    """One broker with three more doors: a login in clear, TLS, and ``bootstrap``, which wants both.

    The login is ``user`` and ``password`` by PLAIN or SCRAM; a client that trusts the file ``ca`` trusts the broker.
    """

    user = USER
    password = PASSWORD

    def __init__(self) -> None:
        self._ports = {door: a_port() for door in PROTOCOLS}
        self._folder = tempfile.TemporaryDirectory(prefix="yuqing-authority-")
        self._authority = Authority(Path(self._folder.name))
        self.ca = self._authority.ca
        super().__init__()

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self._ports['LOCKED']}"

    @property
    def login_only(self) -> str:
        return f"127.0.0.1:{self._ports['SASL']}"

    @property
    def tls_only(self) -> str:
        return f"127.0.0.1:{self._ports['TLS']}"

    @property
    def setting(self) -> str:
        return f"YUQING_BUS__URL=kafkas://{self.user}:{self.password}@{self.bootstrap}"

    def close(self) -> None:
        super().close()
        self._folder.cleanup()

    def _doors(self) -> Mapping[str, int]:
        return self._ports

    def _locks(self) -> Mapping[str, object]:
        certificate, key = self._authority.issue("broker")
        both = certificate.with_suffix(".both.pem")
        both.write_text(key.read_text() + certificate.read_text())
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": both,
            "sasl.enabled.mechanisms": ",".join(MECHANISMS),
            **{f"listener.name.{door}.{key}": value for door in ("sasl", "locked") for key, value in LOGINS.items()},
        }


def _ask(bootstrap: str, what: str, *words: object) -> Any:
    """Put one question to a cluster."""
    client = KafkaAdminClient(
        bootstrap_servers=bootstrap.split(","),
        request_timeout_ms=ANSWER_WITHIN_MS,
        bootstrap_timeout_ms=ANSWER_WITHIN_MS,
    )
    try:
        return getattr(client, what)(*words)
    finally:
        client.close()
