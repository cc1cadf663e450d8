"""The job that gives Elasticsearch its users: its script runs here against a stand-in that listens."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.cli import passwords
from tests.live import do_without

ROOT = Path(__file__).parents[2]
SCRIPT: str = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["search-users"]["command"][0]


@pytest.fixture(autouse=True)
def _curl() -> None:
    if shutil.which("curl") is None:
        do_without("curl is not installed")


@dataclass
class Heard:
    status: int = 200
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    users: set[str] = field(default_factory=set)
    address: str = ""


@pytest.fixture
def heard() -> Iterator[Heard]:
    said = Heard()

    class Ear(BaseHTTPRequestHandler):
        def _hear(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said.requests.append((self.command, self.path, json.loads(body)))
            said.users.add(base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode())
            self.send_response(said.status)
            self.end_headers()

        def do_PUT(self) -> None:
            self._hear()

        def do_POST(self) -> None:
            self._hear()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    said.address = f"127.0.0.1:{server.server_address[1]}"
    yield said
    server.shutdown()
    server.server_close()
    thread.join()


def run(folder: Path, heard: Heard) -> int:
    script = SCRIPT.replace("$$", "$").replace("elasticsearch:9200", heard.address).replace("/run/secrets", str(folder))
    return subprocess.run(["bash", "-euc", script], check=False, timeout=60).returncode


def test_kibana_and_the_desk_get_their_passwords_and_the_desk_its_indices_only(tmp_path: Path, heard: Heard) -> None:
    passwords.make(tmp_path)
    assert run(tmp_path, heard) == 0

    assert heard.users == {f"elastic:{(tmp_path / 'elastic_password').read_text()}"}
    bodies = {path.removeprefix("/_security/"): body for _, path, body in heard.requests}
    assert bodies["user/kibana_system/_password"] == {"password": (tmp_path / "kibana_password").read_text()}
    assert bodies["role/yuqing"]["indices"] == [{"names": ["yuqing", "yuqing-*"], "privileges": ["all"]}]
    assert bodies["user/yuqing"]["roles"] == ["yuqing", "kibana_admin"]
    assert f":{bodies['user/yuqing']['password']}@" in (tmp_path / "index_url").read_text()


def test_a_refusal_ends_the_job_with_an_error(tmp_path: Path, heard: Heard) -> None:
    passwords.make(tmp_path)
    heard.status = 403
    assert run(tmp_path, heard) != 0
    assert len(heard.requests) == 1
