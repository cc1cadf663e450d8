"""Read RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from crawlers import Visit
from crawlers.crawl import shared
from crawlers.errand import Errand
from crawlers.options import Options
from crawlers.webaddress import WebAddress
from pipeline.model import Access, Kind
from pipeline.settings import Duration, duration


class FeedConnector(Options):
    """订阅源（RSS、Atom、RDF、JSON Feed）：守 robots.txt，只取新内容，遇到校验页停采一天。

    A feed: obeys robots.txt, takes only what is new, stops for a day at a page that checks for robots.
    """

    name: ClassVar[str] = "feed"
    access: ClassVar[Access] = Access.PUBLIC

    url: WebAddress = Field(description="订阅源网址 / address of the feed")
    zone: str = Field(default="Asia/Shanghai", description="没有时区的时间按此时区理解 / zone of times without one")
    kind: Kind = Field(default=Kind.ARTICLE, description="内容类型 / kind of its posts")
    contact: str = Field(
        default="", description="写进 User-Agent 的联系方式 / how a site can reach you", pattern=r"^[!-~]*$"
    )
    allow_private: bool = Field(default=False, description="来源在本单位内网 / the source is in our own network")
    gap: Duration = Field(
        default=duration("2s"), description="同一主机两次请求的最短间隔 / least time between requests to one host"
    )
    deadline: Duration = Field(default=duration("30s"), description="一次请求的总时限 / time for one request")
    first: int = Field(default=100, ge=1, le=10_000, description="首次采集最多取多少条 / most posts of the first visit")

    def fetch(self, cursor: str, now: datetime) -> Visit:
        return shared().visit(
            Errand(
                errand="feed", urls=(self.url,), cursor=cursor, now=now, zone=self.zone, kind=self.kind, contact=self.contact,
                allow_private=self.allow_private, first=self.first, gap_s=self.gap.total_seconds(),
                deadline_s=self.deadline.total_seconds(),
            )
        )  # fmt: skip

    def close(self) -> None:
        """End the Scrapy process; whoever needs it again starts another."""
        shared().close()
