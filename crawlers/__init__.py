"""How posts come in: a connector fetches, intake masks and pseudonymises, the bus gets it, then the cursor moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol

from pipeline.model import Access, Engagement, Fetch, Kind, Op, Order, Published, SourceClass


@dataclass(frozen=True, kw_only=True)
class RawPost:
    """What a connector read, before masking. It lives in memory only and is never written anywhere.

    There is no field for a nickname, avatar, profile, follower count or IP location, so none can get in
    (DOMAIN P-04). *author* is the platform's own id of the author; intake turns it into a pseudonym at
    once. *author_key* is for recordings that already carry one.
    """

    native_id: str
    published: Published
    fetched_at: datetime
    platform: str = ""  # default: the source's id
    kind: Kind = Kind.POST
    op: Op = Op.UPSERT
    title: str = ""
    text: str = ""
    url: str = ""
    channel: str = ""
    author: str | None = None
    author_key: str | None = None
    public_account: bool = False
    account_id: str | None = None
    root_native_id: str | None = None
    parent_native_id: str | None = None
    repost_of_native_id: str | None = None
    engagement: Engagement = Engagement()
    order: Order | None = None
    tags: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    fetch: Fetch = Fetch()
    edited_at: datetime | None = None


class Outcome(StrEnum):
    """How a visit to a source ended; each has its own words on the status page."""

    NEWS = "news"  # new posts
    QUIET = "quiet"  # fine, nothing new
    DEGRADED = "degraded"  # usable, but broken in places
    BLOCKED = "blocked"  # a check for robots or people: we stop politely and tell the operator
    FORBIDDEN = "forbidden"  # robots.txt or 401/403: stop until a person decides
    GONE = "gone"  # 404, 410
    FAILED = "failed"  # network, 5xx, nonsense: try again later


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What one visit brought. *cursor* is opaque to everyone but its connector.

    The collector stores *cursor* only after the bus has *posts*. *next_in* overrules the usual pace.
    *problem* is for the operator: Chinese first, with place and remedy.
    """

    outcome: Outcome
    posts: Sequence[RawPost] = ()
    cursor: str = ""
    next_in: timedelta | None = None
    problem: str = ""
    warnings: tuple[str, ...] = ()


class Connector(Protocol):
    """A plug-in that reads one kind of source: one file, its fields are its options, its verb is ``fetch``.

    Its docstring is shown to users by ``yuqing plugins``. *access* says by what right it reads.
    A connector never logs in where it was not invited, never evades a check, never writes to a platform.
    """

    name: ClassVar[str]
    access: ClassVar[Access]

    def fetch(self, cursor: str, now: datetime) -> Visit:
        """Return what is new since *cursor* (empty at the first visit).

        Never raises for what a source does wrong: that is an outcome with a problem.
        """


@dataclass(frozen=True)
class SourceCard:
    """What the registry knows about a source: who it is, which class, how it is read."""

    id: str
    connector: str
    class_: SourceClass = SourceClass.OTHER
    access: Access = Access.PUBLIC
    every: timedelta = field(default=timedelta(minutes=5))
    zone: str = "Asia/Shanghai"
