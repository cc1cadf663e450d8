from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from dashboards.console.serving import ConsoleServer
from tests.dashboards.console.district import District


@contextmanager
def served(district: District) -> Iterator[tuple[ConsoleServer, str, threading.Thread]]:
    server = ConsoleServer(district.app())
    door = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([door],))
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{door.getsockname()[1]}", thread
    finally:
        server.should_exit = True
        thread.join(10)
        door.close()


def test_an_open_line_of_events_keeps_no_server_from_stopping(district: District) -> None:
    with served(district) as (server, url, thread):
        with httpx.stream("GET", f"{url}/events", timeout=10) as answer:
            assert answer.status_code == 200
            lines = answer.iter_lines()
            assert next(lines) is not None  # the line is open
            server.should_exit = True
            list(lines)  # ended, not waited for: else this would time out

        thread.join(2)
        assert not thread.is_alive()


def test_nobody_else_can_reach_it_unless_somebody_says_so(district: District) -> None:
    assert ConsoleServer(district.app()).config.host == "127.0.0.1"
