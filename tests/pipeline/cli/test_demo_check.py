from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from pipeline.cli.demo_check import Inbox, inspect, percentile_95
from pipeline.settings import Console, Settings


class Page:
    """A desk's page as far as the check asks for it; *posts* is what a search finds."""

    def __init__(self) -> None:
        self.posts = 100
        self.state = "open"
        self.refuses = False
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer(page.told(self.path))

            def do_POST(self) -> None:
                page.state = "acknowledged"
                self.answer(b"{}", 403 if page.refuses else 202)

            def answer(self, body: bytes, status: int = 200) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def told(self, path: str) -> bytes:
        if path.startswith("/api/search"):
            return json.dumps({"total": self.posts}).encode()
        if path.startswith("/api/cases"):
            return json.dumps({"row": {"state": self.state}}).encode()
        return b"yuqing_posts_collected_total 5"


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page()
    yield page
    page.server.shutdown()
    page.server.server_close()


def tell(inbox: Inbox, delay_s: float = 0.0) -> None:
    at = datetime.fromtimestamp(time.time() - delay_s, UTC).isoformat()
    body = {"reason": "first", "late": False, "case_name": "C-22222", "at": at}
    httpx.post(inbox.url, json=body)


def verdicts(page: Page, inbox: Inbox) -> list[bool]:
    settings = Settings(console=Console(port=page.server.server_port))
    return [verdict.holds for verdict in inspect(settings, inbox, time.monotonic() + 0.3)]


def test_a_line_that_works_passes_every_link(page: Page) -> None:
    with Inbox() as inbox:
        tell(inbox)
        assert all(verdicts(page, inbox))


def test_each_broken_link_is_seen(page: Page) -> None:
    with Inbox() as inbox:
        assert verdicts(page, inbox) == [True, True, True, True, False, False, False]
        tell(inbox, delay_s=5)
        page.posts, page.refuses = 0, True
        assert verdicts(page, inbox) == [True, True, False, False, True, False, False]


def test_an_answer_of_the_inbox_is_what_was_asked_for() -> None:
    with Inbox(status=410) as inbox:
        assert httpx.post(inbox.url, json={"a": 1}).status_code == 410
        assert inbox.received[0].body == {"a": 1}


def test_of_few_alerts_the_slowest_one_counts() -> None:
    assert percentile_95([]) == float("inf")
    assert percentile_95([0.1]) == 0.1
    assert percentile_95([9.0, 0.1, 0.2]) == 9.0
    assert percentile_95([float(n) for n in range(1, 101)]) == 95.0
