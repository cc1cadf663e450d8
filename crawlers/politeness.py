"""Scrapy, made to behave (CONNECTORS §6.1): our robots rules, public addresses only, limits that hold, turns per host.

Out of the box it goes on when robots.txt answers 503, unpacks a gigabyte, and lets anybody on this machine
run Python in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy import signals
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Response
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver

from crawlers.addresses import public, refusal
from crawlers.answer import Trouble
from crawlers.errand import AGENT
from crawlers.robots import LIMIT, Robots
from crawlers.unpack import CODINGS, TooBig, unpacked

KEPT = timedelta(hours=24)  # rules are read again after a day
KEPT_AWAY = timedelta(minutes=30)  # and sooner where there was no answer
_SET_BACK = timedelta(hours=1)  # rules from further in the future were kept by a clock that has been set since
PATIENCE_S = 20.0  # longer for its turn no request waits here; its source comes back later
_HOPS = 5
_NOT_TEXT = ("video/", "audio/", "image/", "font/", "text/event-stream", "application/zip", "multipart/x-mixed-replace")

SETTINGS: dict[str, Any] = {
    "ROBOTSTXT_OBEY": False,  # RobotsGate does it, by RFC 9309 and the law
    "COOKIES_ENABLED": False,
    "REDIRECT_ENABLED": False,  # Reader follows, on the same host only
    "METAREFRESH_ENABLED": False,
    "HTTPPROXY_ENABLED": False,  # a proxy would connect where our resolver cannot see it
    "REFERER_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "RETRY_TIMES": 1,
    "RETRY_HTTP_CODES": [],
    "RETRY_EXCEPTIONS": [
        "scrapy.exceptions.DownloadFailedError",
        "twisted.internet.error.ConnectionDone",
        "twisted.internet.error.ConnectionLost",
    ],
    "DOWNLOAD_TIMEOUT": 30,
    "DOWNLOAD_MAXSIZE": 20 * 1024 * 1024,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOAD_FAIL_ON_DATALOSS": False,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_HANDLERS": {"file": None, "ftp": None, "s3": None, "data": None},
    "DOWNLOAD_DELAY": 0,  # Turns keeps hosts' distances, across visits and by the collector's clock
    "CONCURRENT_REQUESTS": 32,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "TWISTED_DNS_RESOLVER": "crawlers.politeness.PublicResolver",
    "DNS_TIMEOUT": 10,
    "DOWNLOADER_MIDDLEWARES": {
        "crawlers.politeness.AddressGate": 90,
        "crawlers.politeness.RobotsGate": 100,
        "crawlers.politeness.Unpack": 590,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # mislabelled bytes break it
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    },
    "EXTENSIONS": {"crawlers.politeness.BodyGuard": 100, "scrapy.extensions.logstats.LogStats": None},
    "LOG_ENABLED": False,  # its messages quote items, and an item here is a post not yet masked
}


class Refused(IgnoreRequest):
    """We do not send this request."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(detail)
        self.trouble, self.detail = trouble, detail


class PublicResolver(CachingHostnameResolver):
    """Hands out public addresses only, so that the address judged is the address connected to."""

    private: ClassVar[set[str]] = set()  # hosts that the operator says are in our own network
    refused: ClassVar[set[str]] = set()  # hosts whose name led to one all the same

    def resolveHostName(  # noqa: N802 (Twisted's name)
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803 (Twisted's name)
        hostName: str,  # noqa: N803 (Twisted's name)
        portNumber: int = 0,  # noqa: N803 (Twisted's name)
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 (Twisted's name)
        transportSemantics: str = "TCP",  # noqa: N803 (Twisted's name)
    ) -> IHostResolution:
        ours: Any = resolutionReceiver
        if hostName not in self.private:
            ours = _PublicOnly(resolutionReceiver, hostName, self.refused)
        return super().resolveHostName(ours, hostName, portNumber, addressTypes, transportSemantics)


class _PublicOnly:
    def __init__(self, receiver: Any, host: str, refused: set[str]) -> None:
        self._receiver, self._host, self._refused = receiver, host, refused

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 (Twisted's name)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 (Twisted's name)
        if public(address.host):
            self._receiver.addressResolved(address)
        else:
            self._refused.add(self._host)

    def resolutionComplete(self) -> None:  # noqa: N802 (Twisted's name)
        self._receiver.resolutionComplete()


class AddressGate:
    """Stops a request to an address that must not be read, at every hop."""

    async def process_request(self, request: scrapy.Request) -> None:
        private = bool(request.meta.get("allow_private"))
        if why := refusal(request.url, private=private):
            raise Refused(Trouble.ADDRESS, why)
        if private:
            PublicResolver.private.add(urlsplit(request.url).hostname or "")


class RobotsGate:
    """Stops what robots.txt forbids, and everything where it cannot be read."""

    def __init__(self, download: Callable[[scrapy.Request], Any]) -> None:
        self._download = download
        self._rules: dict[str, tuple[Robots, datetime]] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> RobotsGate:
        return cls(lambda request: crawler.engine.download_async(request))

    async def process_request(self, request: scrapy.Request) -> None:
        if request.meta.get("robots_txt"):
            return
        rules = await self.rules(request)
        if rules.stop:
            raise Refused(Trouble.ROBOTS_AWAY if rules.passing else Trouble.ROBOTS, rules.stop)
        if rule := rules.forbids(AGENT, request.url):
            raise Refused(Trouble.ROBOTS, rule.words)

    def delay_s(self, url: str) -> float:
        """Return the distance that the host's rules ask for, as far as they are known."""
        kept = self._rules.get(_origin(url))
        return kept[0].crawl_delay(AGENT).total_seconds() if kept else 0.0

    async def rules(self, request: scrapy.Request) -> Robots:
        origin, now = _origin(request.url), request.meta["now"]
        async with self._asking.setdefault(origin, asyncio.Lock()):
            kept = self._rules.get(origin)
            if not kept or not timedelta(0) < kept[1] - now <= KEPT + _SET_BACK:
                rules = await self._ask(origin, request)
                self._rules[origin] = kept = (rules, now + (KEPT_AWAY if rules.passing else KEPT))
            return kept[0]

    async def _ask(self, origin: str, request: scrapy.Request) -> Robots:
        url = f"{origin}/robots.txt"
        for _ in range(_HOPS + 1):
            try:
                answer = await self._download(_robots_request(url, request))
            except Refused as refused:
                return Robots.silent(refused.detail)
            except SCRAPY_FAILURES as error:
                return Robots.silent(type(error).__name__)
            target = answer.headers.get("Location")
            if not 300 <= answer.status < 400 or not target:
                content_type = (answer.headers.get("Content-Type") or b"").decode("latin-1")
                return Robots.answered(answer.status, answer.body, content_type)
            url = urljoin(url, target.decode("latin-1"))
        return Robots.silent("跳转过多")


def _robots_request(url: str, request: scrapy.Request) -> scrapy.Request:
    meta = {**request.meta, "robots_txt": True, "download_slot": f"robots {urlsplit(url).netloc}"}
    return scrapy.Request(url, headers={"User-Agent": request.headers["User-Agent"]}, meta=meta, dont_filter=True)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class BodyGuard:
    """Cuts a robots.txt at the size that counts, and never takes the body of a video or an endless stream."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> BodyGuard:
        guard = cls()
        crawler.signals.connect(guard.headers_received, signals.headers_received)
        crawler.signals.connect(guard.bytes_received, signals.bytes_received)
        return guard

    def headers_received(self, headers: Any, request: scrapy.Request) -> None:
        kind = (headers.get("Content-Type") or b"").decode("latin-1").strip().lower()
        if kind.startswith(_NOT_TEXT):
            raise StopDownload(fail=False)

    def bytes_received(self, data: bytes, request: scrapy.Request) -> None:
        if request.meta.get("robots_txt"):
            request.meta["bytes"] = request.meta.get("bytes", 0) + len(data)
            if request.meta["bytes"] > LIMIT:
                raise StopDownload(fail=False)


class Unpack:
    """Undoes what Content-Encoding names, up to the size that the request allows."""

    async def process_request(self, request: scrapy.Request) -> None:
        request.headers.setdefault("Accept-Encoding", "gzip, deflate")

    async def process_response(self, request: scrapy.Request, response: Response) -> Response:
        named = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
        codings = [coding.strip() for coding in named.split(",") if coding.strip()]
        body = response.body
        try:
            for coding in reversed(codings):
                body = unpacked(body, request.meta["download_maxsize"]) if coding in CODINGS else body
        except TooBig:
            raise Refused(Trouble.TOO_BIG, "解压后超限") from None
        return response.replace(body=body) if codings else response


class Turns:
    """Keeps the requests to one host apart, one at a time, in the order they came."""

    def __init__(self, sleep: Callable[[float], Any] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._locks: dict[str, asyncio.Lock] = {}
        self._last: dict[str, datetime] = {}

    def wait_s(self, host: str, gap_s: float, at: datetime) -> float:
        """Return how long after *at* the next request may begin; never longer than the gap, whatever clocks do."""
        last = self._last.get(host)
        if last is None:
            return 0.0
        return min(max(gap_s - (at - last).total_seconds(), 0.0), gap_s)

    @asynccontextmanager
    async def take(self, host: str, gap_s: float, clock: Callable[[], datetime]) -> AsyncIterator[float]:
        """Hold the host's turn; yields the seconds still to wait if they are too many to wait here."""
        async with self._locks.setdefault(host, asyncio.Lock()):
            wait_s = self.wait_s(host, gap_s, clock())
            if wait_s > PATIENCE_S:
                yield wait_s
                return
            await self._sleep(wait_s)
            self._last[host] = clock()
            yield 0.0


def _failures() -> tuple[type[Exception], ...]:
    """Return what a download can fail with: Scrapy's and Twisted's own words for a network that does not work."""
    from scrapy import exceptions as told
    from twisted.internet import error
    from twisted.web import client

    return (
        told.CannotResolveHostError, told.DownloadConnectionRefusedError, told.DownloadFailedError, told.DownloadTimeoutError,
        told.DownloadCancelledError, told.ResponseDataLossError, told.UnsupportedURLSchemeError, told.NotSupported,
        IgnoreRequest, StopDownload, error.ConnectionDone, error.ConnectionLost, error.ConnectError, client.ResponseFailed,
        OSError,
    )  # fmt: skip


SCRAPY_FAILURES = _failures()
