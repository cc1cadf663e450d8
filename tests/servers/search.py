"""Real search servers: the Elasticsearch core, and OpenSearch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from tests.servers.install import SEARCH_JAVA, installed
from tests.servers.obtain import a_java
from tests.servers.ports import a_port
from tests.servers.server import Server

HEAP = "512m"
ANSWER_WITHIN_S = 5.0


class SearchServer(Server):
    """One node that holds all roles; indices without a template have one replica and stay yellow."""

    product: str

    def __init__(self) -> None:
        self._home = installed(self.product)
        super().__init__(self.product)
        self._config = self.folder / "config"
        self.port = a_port()
        self._settle()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def setting(self) -> str:
        return f"YUQING_INDEX__URL={self.product}://127.0.0.1:{self.port}"

    def answers(self) -> bool:
        try:
            health = httpx.get(
                f"{self.url}/_cluster/health",
                params={"wait_for_status": "yellow", "timeout": "2s"},
                timeout=ANSWER_WITHIN_S,
            )
        except httpx.TransportError:
            return False
        return health.status_code == httpx.codes.OK and health.json()["timed_out"] is False

    def _settle(self) -> None:
        self._config.mkdir()
        settings = {**self._settings(), **self._roles()}
        # JSON is YAML, too.
        (self._config / f"{self.product}.yml").write_text(json.dumps(settings, indent=1), encoding="utf-8")

    def _settings(self) -> Mapping[str, object]:
        return {
            "cluster.name": "yuqing-tests",
            "node.name": "node",
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            "path.repo": [str(self.snapshots)],
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": a_port(),
            "cluster.routing.allocation.disk.threshold_enabled": False,  # a desk's disk may be nearly full
        }

    @property
    def snapshots(self) -> Path:
        """Where a repository of snapshots (type fs) may stand."""
        return self.folder / "snapshots"

    def _roles(self) -> Mapping[str, object]:
        raise NotImplementedError

    def _java(self) -> list[str]:
        """Return the start of the command: a heap that grows only when it is needed, and half the work of starting."""
        return [
            a_java(SEARCH_JAVA).tool("java"),
            *("-Xms128m", f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *("--add-modules", "jdk.incubator.vector"),
        ]


class Elasticsearch(SearchServer):
    """The core of Elasticsearch, with cjk and GET /; what is missing stands in README.md."""

    product = "elasticsearch"

    def command(self) -> Sequence[str]:
        return [
            *self._java(),
            *("--add-modules", "ALL-MODULE-PATH", "--module-path", str(self._home / "lib")),
            "--enable-native-access=org.elasticsearch.foreign,org.elasticsearch.nativeaccess,org.apache.lucene.core",
            f"-Des.nativelibs.path={self._home / 'platform'}",
            "-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false",  # its library is published nowhere
            *("-cp", str(self._home / "starter"), "ElasticsearchNode", str(self._home), str(self._config)),
        ]

    def _roles(self) -> Mapping[str, object]:
        return {"node.roles": ["master", "data", "ingest"]}


class OpenSearch(SearchServer):
    """OpenSearch with the modules of its own distribution."""

    product = "opensearch"

    def command(self) -> Sequence[str]:
        return [
            *self._java(),
            "--enable-native-access=ALL-UNNAMED",
            *("-cp", f"{self._home / 'starter'}:{self._home / 'lib'}/*"),
            *("OpenSearchNode", str(self._home), str(self._config)),
        ]

    def _roles(self) -> Mapping[str, object]:
        return {
            "node.roles": ["cluster_manager", "data", "ingest"],
            "http.type": "netty4",
            "transport.type": "netty4",
        }
