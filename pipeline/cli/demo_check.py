"""Whether a post really becomes a delivered warning: asked from outside, over HTTP, as a user would."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import msgspec

from pipeline.settings import Settings

_LEAST_POSTS = 20
_BUDGET_S = 2.0


@dataclass(frozen=True)
class Verdict:
    holds: bool
    words: str


@dataclass(frozen=True)
class Received:
    """A notification and when it arrived."""

    body: dict[str, Any]
    at: datetime

    @property
    def delay_s(self) -> float:
        """From the moment it was due (collection, plus what the rule told it to wait) until it was here."""
        return (self.at - datetime.fromisoformat(self.body["at"])).total_seconds()


@dataclass
class Inbox:
    """A real HTTP receiver on this machine; at any free *port* if none is named."""

    received: list[Received] = field(default_factory=list)
    port: int = 0
    status: int = 200

    def __enter__(self) -> Inbox:
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.received.append(Received(msgspec.json.decode(body), datetime.now(UTC)))
                self.send_response(inbox.status)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"


def inspect(settings: Settings, inbox: Inbox, until: float) -> list[Verdict]:
    """Watch the desk until *until* (monotonic seconds) and judge each link of the line."""
    with httpx.Client(base_url=f"http://127.0.0.1:{settings.console.port}", timeout=10) as page:
        up = _wait(lambda: _ok(page), until)
        alerted = _wait(lambda: bool(_fresh(inbox)), until)
        acked = alerted and _acknowledge(page, _fresh(inbox)[0].body["case_name"])
        time.sleep(max(0.0, until - time.monotonic()))
        posts = _total(page, "*")
        water = _total(page, "停水")
        delays = [one.delay_s for one in _fresh(inbox)]
        p95 = percentile_95(delays)
        metrics = page.get("/metrics").text if up else ""
    return [
        Verdict(up, f"网页与健康检查可用 / page and health at port {settings.console.port}"),
        Verdict("yuqing_posts_collected_total" in metrics, "采集到帖文 / posts were collected"),
        Verdict(posts >= _LEAST_POSTS, f"分析并入库 {posts} 条 / posts analysed and indexed"),
        Verdict(water > 0, f"检索“停水”找到 {water} 条 / found by search"),
        Verdict(bool(delays), f"送达预警 {len(delays)} 条 / alerts delivered to a real HTTP receiver"),
        Verdict(p95 <= _BUDGET_S, f"到期至送达 p95 {p95:.2f} 秒（限 {_BUDGET_S:.0f} 秒） / due to delivered, p95"),
        Verdict(acked, "在网页上签收 / acknowledged"),
    ]


def percentile_95(values: Sequence[float]) -> float:
    """Return the nearest-rank 95th percentile: of fewer than twenty values the worst. Infinite without values."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1] if values else math.inf


def _fresh(inbox: Inbox) -> list[Received]:
    return [one for one in inbox.received if one.body["reason"] in ("first", "level_up") and not one.body["late"]]


def _acknowledge(page: httpx.Client, case: str) -> bool:
    answer = page.post(f"/api/cases/{case}/ack", json={"by": "检查员"}, headers={"X-Yuqing": "1"})
    if answer.status_code >= 300:
        return False
    return _wait(lambda: page.get(f"/api/cases/{case}").json()["row"]["state"] == "acknowledged", time.monotonic() + 10)


def _total(page: httpx.Client, query: str) -> int:
    try:
        return int(page.get("/api/search", params={"q": query}).json()["total"])
    except (httpx.TransportError, KeyError, ValueError):
        return 0


def _ok(page: httpx.Client) -> bool:
    try:
        return page.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _wait(true: Callable[[], bool], until: float) -> bool:
    while not true():
        if time.monotonic() >= until:
            return False
        time.sleep(0.2)
    return True
