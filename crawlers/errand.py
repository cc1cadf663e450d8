"""What the collecting process asks of the Scrapy process: one visit to one source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from crawlers import Visit
from crawlers.addresses import door
from pipeline import __version__
from pipeline.model import Kind

AGENT = "yuqing"  # our product token in robots.txt
VERSION = ".".join(__version__.split(".")[:2])


@dataclass(frozen=True, kw_only=True)
class Errand:
    """A visit, with all it needs: the Scrapy process keeps nothing but robots rules and hosts' turns.

    *now* is the collector's clock. *gap_s* is the least time between two requests to one host,
    *deadline_s* the time for one request from beginning to end.
    """

    errand: Literal["feed", "page"]
    urls: tuple[str, ...]
    cursor: str
    now: datetime
    zone: str = "Asia/Shanghai"
    kind: Kind = Kind.ARTICLE
    contact: str = ""
    allow_private: bool = False
    consented: tuple[str, ...] = ()  # doors in our own network that the operator wrote outright
    first: int = 100
    gap_s: float = 2.0
    deadline_s: float = 30.0
    max_bytes: int = 20 * 1024 * 1024

    def may_be_private(self, url: str) -> bool:
        """Say whether the operator wants *url* read though it is in our own network."""
        return self.allow_private or (bool(self.consented) and door(url) in self.consented)

    @property
    def user_agent(self) -> str:
        """Who we are, truthfully, and where to complain."""
        return f"{AGENT}/{VERSION}" + (f" (+{self.contact})" if self.contact else "")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An errand on the wire, with the number under which the answer is awaited."""

    number: int
    errand: Errand


@dataclass(frozen=True, kw_only=True)
class Told:
    """How the errand of that number ended; *bug* is ours, never the source's."""

    number: int
    visit: Visit | None = None
    bug: str = ""
