"""A web service that keeps what it gets and answers as it is told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class FakeWeb:
    """Runs in a thread while it is entered. It refuses with 400 whatever is not JSON."""

    status: int = 200
    body: bytes = b'{"errcode":0}'
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up: bool = False
    got: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def __enter__(self) -> FakeWeb:
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                web.keys.append(self.headers["idempotency-key"])
                raw = self.rfile.read(int(self.headers["content-length"]))
                try:
                    web.got.append(json.loads(raw.decode("utf-8")))
                except ValueError:
                    self.send_error(400)
                    return
                if web.hang_up:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response_only(web.status)
                for name, value in web.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(web.body)))
                self.end_headers()
                self.wfile.write(web.body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook/secret"


def a_free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
