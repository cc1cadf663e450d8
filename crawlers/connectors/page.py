"""Read a few pages of a site, each as one article."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from crawlers import Visit
from crawlers.options import WebOptions
from crawlers.webaddress import WebAddress
from pipeline.model import Access


class PageConnector(WebOptions):
    """网页：逐页轮流读取，一次一页，间隔不短于 robots.txt 的 Crawl-delay；不许采集的网址会列出所依据的规则。

    Pages: one at a time, as far apart as robots.txt asks; refused addresses are shown with the rule.
    """

    name: ClassVar[str] = "page"
    access: ClassVar[Access] = Access.PUBLIC

    start_urls: tuple[WebAddress, ...] = Field(min_length=1, description="要读的网址 / addresses of the pages")

    def fetch(self, cursor: str, now: datetime) -> Visit:
        return self.visit("page", self.start_urls, cursor, now)
