"""Who may ask: names we answer to, acts that no other site can forge, and what the browser may load."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Final
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.console.answers import refusal

ACT_HEADER: Final = "x-yuqing"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Answers only under a name of ours, and marks every answer with what the browser may do.

    A page on another site can make its own name point at this machine (DNS rebinding), but it cannot
    make the browser send another name: addresses, ``localhost`` and *hosts* are ours, nothing else is.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        app = self._app if self._ours(Headers(scope=scope).get("host", "")) else _STRANGER
        await app(scope, receive, marked)

    def _ours(self, host: str) -> bool:
        name = _parts(f"//{host}").hostname or ""
        return name == "localhost" or name in self._hosts or _address(name)


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # brackets around what is no address
        return SplitResult("", "", "", "", "")


def _address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def forged(headers: Headers) -> bool:
    """Say whether an act may come from a form of another site: no header of ours, or another origin."""
    origin = headers.get("origin")
    elsewhere = origin is not None and _parts(origin).netloc != headers.get("host")
    return headers.get(ACT_HEADER) != "1" or elsewhere


_STRANGER: Final = refusal(421, "这个地址不是本服务的名字", "this server does not go by that name")
