"""What a site answered, or why there is no answer: the one thing that judging and parsing look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum


class Trouble(StrEnum):
    """Why there is no answer to read."""

    NETWORK = "network"  # no connection, no name, broken off
    SLOW = "slow"  # not finished within the deadline
    TOO_BIG = "too_big"  # over the limit, perhaps only when unpacked
    ROBOTS = "robots"  # robots.txt forbids it
    ROBOTS_AWAY = "robots_away"  # robots.txt could not be read: nothing may be
    ADDRESS = "address"  # not an address that may be read
    TURN = "turn"  # the host wants a longer pause before the next request
    REDIRECT = "redirect"  # leads away from the site, or in circles


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and body; or *trouble*, with *detail* in words."""

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False
    trouble: Trouble | None = None
    detail: str = ""
    wait_s: float = 0.0

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def date(self) -> datetime | None:
        """The server's clock, where it tells it."""
        return http_date(self.headers.get("date", ""))


def http_date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError):
        return None
    return at if at.tzinfo else None
