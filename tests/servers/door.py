"""TLS and a login before a search server that has neither, as a city's cluster has them."""

from __future__ import annotations

import base64
import ssl
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from tests.servers.certificates import Authority
from tests.servers.search import SearchServer

USER, PASSWORD = "yuqing", "qinghu-secret"
ANSWER_WITHIN_S = 120.0
OURS = {"host", "authorization", "connection", "keep-alive", "content-length", "transfer-encoding"}
"""Headers that each side of the door sets for itself."""


@dataclass(frozen=True)
class SecureSearch:
    """The door to *server*: it lets in who trusts the file ``ca`` and knows ``user`` and ``password``."""

    server: SearchServer
    port: int
    ca: Path
    user: str = USER
    password: str = PASSWORD

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def setting(self) -> str:
        return f"YUQING_INDEX__URL={self.server.product}+https://{self.user}:{self.password}@127.0.0.1:{self.port}"


@contextmanager
def a_door(server: SearchServer) -> Iterator[SecureSearch]:
    with tempfile.TemporaryDirectory(prefix="yuqing-authority-") as folder:
        authority = Authority(Path(folder))
        door = _Server(("127.0.0.1", 0), _handler(server.url))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.issue("search"))
        # The handshake is for the thread of each client: one that is slow must not hold the others up.
        door.socket = context.wrap_socket(door.socket, server_side=True, do_handshake_on_connect=False)
        serving = threading.Thread(target=door.serve_forever, daemon=True)
        serving.start()
        try:
            yield SecureSearch(server, door.server_address[1], authority.ca)
        finally:
            door.shutdown()
            door.server_close()
            serving.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that broke off, as those do that do not trust the door."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(url: str) -> type[BaseHTTPRequestHandler]:
    """Return a handler that passes on to *url* what the right user asks."""
    right = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Authorization") != right:
                return self._answer(401, {"WWW-Authenticate": "Basic"}, b'{"status":401}')
            headers = {name: value for name, value in self.headers.items() if name.lower() not in OURS}
            try:
                answer = httpx.request(
                    self.command, url + self.path, headers=headers, content=asked, timeout=ANSWER_WITHIN_S
                )
            except httpx.TransportError:
                return self._answer(502, {}, b'{"status":502}')
            kept = {name: value for name, value in answer.headers.items() if name not in OURS | {"content-encoding"}}
            return self._answer(answer.status_code, kept, answer.content)

        do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that http.server calls

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent: the server behind the door keeps the log."""

    return Door
