"""Read a few pages of a site, each as one article."""

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


class PageConnector(Options):
    """网页：逐页轮流读取，一次一页，间隔不短于 robots.txt 的 Crawl-delay；不许采集的网址会列出所依据的规则。

    Pages: one at a time, as far apart as robots.txt asks; refused addresses are shown with the rule.
    """

    name: ClassVar[str] = "page"
    access: ClassVar[Access] = Access.PUBLIC

    start_urls: tuple[WebAddress, ...] = Field(min_length=1, description="要读的网址 / addresses of the pages")
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

    def fetch(self, cursor: str, now: datetime) -> Visit:
        return shared().visit(
            Errand(
                errand="page", urls=self.start_urls, cursor=cursor, now=now, zone=self.zone, kind=self.kind, contact=self.contact,
                allow_private=self.allow_private, gap_s=self.gap.total_seconds(), deadline_s=self.deadline.total_seconds(),
            )
        )  # fmt: skip

    def close(self) -> None:
        """End the Scrapy process; whoever needs it again starts another."""
        shared().close()
