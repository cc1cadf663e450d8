"""Read RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from crawlers import Visit
from crawlers.options import WebOptions
from crawlers.webaddress import WebAddress
from pipeline.model import Access


class FeedConnector(WebOptions):
    """订阅源（RSS、Atom、RDF、JSON Feed）：守 robots.txt，只取新内容，遇到校验页停采一天。

    A feed: obeys robots.txt, takes only what is new, stops for a day at a page that checks for robots.
    """

    name: ClassVar[str] = "feed"
    access: ClassVar[Access] = Access.PUBLIC

    url: WebAddress = Field(description="订阅源网址 / address of the feed")
    first: int = Field(default=100, ge=1, le=10_000, description="首次采集最多取多少条 / most posts of the first visit")

    def fetch(self, cursor: str, now: datetime) -> Visit:
        return self.visit("feed", (self.url,), cursor, now, first=self.first)
