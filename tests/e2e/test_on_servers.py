"""The whole story on real servers: the same check that a user runs, told by its settings to use them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import nightly
from tests.servers.kafka import KafkaCluster
from tests.servers.postgres import Database
from tests.servers.search import SearchServer

SECONDS = "40"


@pytest.mark.slow
@pytest.mark.alone  # it judges how late a warning is
@pytest.mark.parametrize(
    ("client", "product"), [("kafka", "elasticsearch"), pytest.param("confluent", "opensearch", marks=nightly)]
)
def test_the_demo_holds_on_kafka_a_search_server_and_postgresql(
    request: pytest.FixtureRequest, tmp_path: Path, kafka: KafkaCluster, postgres: Database, client: str, product: str
) -> None:
    server = request.getfixturevalue(product)
    assert isinstance(server, SearchServer)
    urls = {
        "YUQING_BUS__URL": f"{client}://{kafka.bootstrap}",
        "YUQING_INDEX__URL": f"{product}://{server.url.removeprefix('http://')}",
        "YUQING_LEDGER__URL": postgres.url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "demo", "--check", "--seconds", SECONDS],
        env=os.environ | urls, cwd=tmp_path, capture_output=True, text=True, timeout=180,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
