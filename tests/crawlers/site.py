"""A site on 127.0.0.1 that answers as told and remembers every request."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    at: datetime


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    write: Callable[[BaseHTTPRequestHandler], None] | None = None  # instead of the body: for rude sites


@dataclass
class Clock:
    """A clock that only a test moves."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)


class Site:
    """Answers 404 to what nobody told it, robots.txt included."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.replies: dict[str, Reply] = {}
        self.asked: list[Asked] = []
        self.port = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def say(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        raw = body.encode() if isinstance(body, str) else body
        self.replies[path] = Reply(raw, status, {name.replace("_", "-"): value for name, value in headers.items()})

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def visits(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]


@contextmanager
def running(clock: Clock, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    site = Site(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, site.clock.now))
            reply = site.replies.get(self.path) or Reply(b"not here", 404, {"Content-Type": "text/plain"})
            if reply.write:
                return reply.write(self)
            self.send_response_only(reply.status)
            headers = {"Content-Length": str(len(reply.body)), **reply.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)
            return None

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


NOON = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def rss(*items: str, link: str = "http://bbs.example/") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>测试</title>'
        f"<link>{link}</link>{''.join(items)}</channel></rss>"
    )


def item(guid: str, title: str, date: str = "2026-05-12 11:50:00", text: str = "", link: str = "") -> str:
    parts = [f'<guid isPermaLink="false">{guid}</guid>' if guid else "", f"<title>{title}</title>"]
    parts += [f"<link>{link}</link>" if link else "", f"<description>{text}</description>" if text else ""]
    return f"<item>{''.join(parts)}<pubDate>{date}</pubDate></item>"
