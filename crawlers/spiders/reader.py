"""Read one address through Scrapy's engine: redirects on the same host, the host's turn, failures as answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest

from crawlers.addresses import refusal
from crawlers.answer import Answer, Trouble
from crawlers.errand import Errand
from crawlers.politeness import SCRAPY_FAILURES, PublicResolver, Refused, RobotsGate, Turns

_HOPS = 5
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"


class Reader:
    """Reads for one errand."""

    def __init__(
        self, errand: Errand, download: Callable[[scrapy.Request], Any], turns: Turns, gate: RobotsGate
    ) -> None:
        self._errand, self._download, self._turns, self._gate = errand, download, turns, gate
        self._began = monotonic()

    def now(self) -> datetime:
        """Return the collector's time, carried on by a clock that nobody sets."""
        return self._errand.now + timedelta(seconds=monotonic() - self._began)

    def gap_s(self, url: str) -> float:
        return max(self._errand.gap_s, self._gate.delay_s(url))

    async def refusal(self, url: str) -> str | None:
        """Say which rule of robots.txt forbids *url*, without asking for it."""
        try:
            await self._gate.process_request(self._request(url, {}))
        except Refused as refused:
            return refused.detail if refused.trouble is Trouble.ROBOTS else None
        return None

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer at *url*, after at most five redirects on the same host."""
        seen: list[str] = []
        while True:
            answer = await self._once(url, headers or {})
            target = answer.headers.get("location", "")
            if answer.status not in (301, 302, 303, 307, 308) or not target:
                return answer
            seen.append(url)
            url = urljoin(url, target)
            if why := _astray(seen, url):
                return Answer(url, answer.status, trouble=Trouble.REDIRECT, detail=why)

    async def _once(self, url: str, headers: Mapping[str, str]) -> Answer:
        if why := refusal(url, private=self._may_be_private(url)):
            return Answer(url, trouble=Trouble.ADDRESS, detail=why)
        async with self._turns.take(urlsplit(url).netloc, self.gap_s(url), self.now) as wait_s:
            if wait_s:
                return Answer(url, trouble=Trouble.TURN, wait_s=wait_s)
            try:
                return _answer(await self._download(self._request(url, headers)))
            except SCRAPY_FAILURES as error:
                return _failed(url, error)

    def _may_be_private(self, url: str) -> bool:
        # A redirect may lead to an address that cannot even be read.
        try:
            return self._errand.may_be_private(url)
        except ValueError:
            return False

    def _request(self, url: str, headers: Mapping[str, str]) -> scrapy.Request:
        errand = self._errand
        return scrapy.Request(
            url,
            headers={"User-Agent": errand.user_agent, "Accept": _ACCEPT, **headers},
            meta={
                "now": self.now(),
                "allow_private": self._may_be_private(url),
                "download_timeout": errand.deadline_s,
                "download_maxsize": errand.max_bytes,
            },
            dont_filter=True,
        )


def _astray(seen: list[str], target: str) -> str | None:
    """Say why a redirect from the last of *seen* to *target* is not followed."""
    before, after = urlsplit(seen[-1]), urlsplit(target)
    if len(seen) > _HOPS or target in seen:
        return "网站在几个地址之间来回跳转"
    if after.hostname != before.hostname:
        return f"网站要我们转到别的主机 {after.hostname or target[:60]}，没有跟去"
    if (before.scheme, after.scheme) == ("https", "http"):
        return "网站要我们从加密的 https 转到 http，没有跟去"
    return None


def _answer(response: Any) -> Answer:
    headers = {
        key.decode("latin-1").lower(): values[0].decode("latin-1") for key, values in response.headers.items() if values
    }
    cut = "dataloss" in response.flags
    if cut and _much_lost(headers.get("content-length", ""), len(response.body)):
        return Answer(response.url, trouble=Trouble.NETWORK, detail="内容没有传完")
    return Answer(response.url, response.status, headers, bytes(response.body), cut)


def _much_lost(promised: str, came: int) -> bool:
    return promised.isdigit() and came < 0.9 * int(promised)


def _failed(url: str, error: Exception) -> Answer:
    if isinstance(error, Refused):
        return Answer(url, trouble=error.trouble, detail=error.detail)
    if urlsplit(url).hostname in PublicResolver.refused:
        return Answer(url, trouble=Trouble.ADDRESS, detail="域名指向内网地址")
    if isinstance(error, DownloadTimeoutError):
        return Answer(url, trouble=Trouble.SLOW, detail="超时")
    if isinstance(error, DownloadCancelledError | IgnoreRequest):
        return Answer(url, trouble=Trouble.TOO_BIG, detail="原文超限")
    return Answer(url, trouble=Trouble.NETWORK, detail=type(error).__name__)
