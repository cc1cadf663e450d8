"""The compose file's containers as processes: each with its own command, environment, secrets and nothing else.

A post goes in at the edge and its warning comes out at the receiver; every container's own health check agrees.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.live import eventually, free_port, nightly
from tests.servers.kafka import KafkaCluster
from tests.servers.postgres import Database
from tests.servers.search import Elasticsearch

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))[
    "services"
]
CONTAINERS = [
    name
    for name, service in SERVICES.items()
    if service.get("command", [])[:1] == ["run"] and service["profiles"] == ["many"]
]
SMELL = "柳园新村7号楼楼道煤气味特别大，头晕"


class Container:
    """One service, run as its image would run it, in a folder of its own."""

    def __init__(self, name: str, folder: Path, bus: str) -> None:
        self.name = name
        self.home = folder / name / "data"
        self.home.mkdir(parents=True)
        self.metrics = free_port()
        self._service = SERVICES[name]
        self._log = folder / name / "log"
        secrets = folder / name / "secrets"
        secrets.mkdir()
        for secret in self._service["secrets"]:
            (secrets / secret).write_bytes((folder / "secrets" / secret).read_bytes())
        self._secrets = str(secrets)
        told = {key: self._place(str(value)) for key, value in self._service["environment"].items()}
        told |= {"YUQING_BUS__URL": bus} if "YUQING_BUS__URL" in told else {}
        told |= {"YUQING_HOME": str(self.home), "YUQING_METRICS__PORT": str(self.metrics)}
        told |= {"YUQING_CONSOLE__PORT": str(free_port())}
        self._environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **told}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._words(self._service["command"]), env=self._environ, cwd=self.home, stdout=log, stderr=log
            )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = self._words([*words])
        return subprocess.run(
            command, env=self._environ, cwd=self.home, check=False, capture_output=True, text=True, timeout=120
        )

    def healthy(self) -> bool:
        """Ask as the engine would."""
        return self.run(*self._service["healthcheck"]["test"][2:]).returncode == 0

    def shows_figures(self) -> bool:
        return "yuqing_" in httpx.get(f"http://127.0.0.1:{self.metrics}/metrics", timeout=10).text

    def log(self) -> str:
        return f"{self.name}: {self._log.read_text(encoding='utf-8')[-3000:]}"

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)

    def _words(self, words: list[str]) -> list[str]:
        return [sys.executable, "-m", "pipeline.cli", *map(self._place, words)]

    def _place(self, text: str) -> str:
        return text.replace("/run/secrets", self._secrets)


@pytest.fixture
def containers(
    tmp_path: Path, kafka_three: KafkaCluster, elasticsearch: Elasticsearch, postgres: Database
) -> Iterator[dict[str, Container]]:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    mark = re.sub(r"\W", "", tmp_path.name)
    (secrets / "ledger_url").write_text(postgres.url)
    (secrets / "index_url").write_text(elasticsearch.url.replace("http://", "elasticsearch://") + f"/{mark}")
    (secrets / "settings").write_bytes((ROOT / "docs" / "examples" / "city.toml").read_bytes())
    made = {name: Container(name, tmp_path, f"kafka://{kafka_three.bootstrap}/{mark}") for name in CONTAINERS}
    for container in made.values():
        container.start()
    yield made
    for container in made.values():
        if container.process is not None and container.process.poll() is None:
            container.process.kill()
            container.process.wait()


def a_post(folder: Path) -> str:
    at = datetime.now(UTC) - timedelta(minutes=1)
    file = folder / "posts.jsonl"
    row = {"id": "p1", "text": SMELL, "author": "u1", "published": at.isoformat(), "fetched": at.isoformat()}
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    return str(file)


@nightly
@pytest.mark.slow
def test_a_warning_goes_through_all_containers_of_the_compose_file(
    containers: dict[str, Container], tmp_path: Path
) -> None:
    for one in containers.values():
        assert eventually(one.healthy, 90), one.log()
        assert one.shows_figures(), one.log()

    edge, send = containers["edge"], containers["send"]
    brought = edge.run("import", a_post(tmp_path), "--source", "import", "--config", "/run/secrets/settings")
    assert brought.returncode == 0, brought.stderr
    notices = send.home / "notices"
    assert eventually(lambda: any("燃气" in file.read_text() for file in notices.glob("*")), 60), send.log()
    found = edge.run("search", "煤气", "--format", "json", "--config", "/run/secrets/settings")
    assert "p1" in found.stdout, found.stderr
    assert [name for name, one in containers.items() if (one.home / "keys").exists()] == ["edge"]

    assert {name: one.stop() for name, one in containers.items()} == dict.fromkeys(CONTAINERS, 0)
