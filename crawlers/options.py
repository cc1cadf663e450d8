"""What every connector's options have in common: they are fields, and a wrong one is told in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from crawlers import Visit
from crawlers.addresses import consented
from crawlers.crawl import shared
from crawlers.errand import Errand
from pipeline.model import Kind
from pipeline.settings import Duration, duration


class Options(BaseModel):
    """Base of connectors whose options people write in ``[[sources]]``."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class WebOptions(Options):
    """Base of connectors that go out to web sites: how they behave there."""

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

    def visit(
        self, errand: Literal["feed", "page"], urls: tuple[str, ...], cursor: str, now: datetime, **more: Any
    ) -> Visit:
        """Have the Scrapy process do an errand of that name."""
        return shared().visit(
            Errand(
                errand=errand, urls=urls, cursor=cursor, now=now, zone=self.zone, kind=self.kind, contact=self.contact,
                allow_private=self.allow_private, consented=consented(urls), gap_s=self.gap.total_seconds(),
                deadline_s=self.deadline.total_seconds(), **more,
            )
        )  # fmt: skip

    def close(self) -> None:
        """End the Scrapy process; whoever needs it again starts another."""
        shared().close()
