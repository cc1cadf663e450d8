"""What a source said: one post as it travels from a crawler into the pipeline (schema ``yuqing.post/1``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from pipeline.model.ids import digest

SCHEMA = "yuqing.post/1"
FUTURE_TOLERANCE = timedelta(minutes=10)  # CONNECTORS §2.1; a later claim is not believed
LATE_AFTER = timedelta(hours=1)  # a source was away, or nobody looked: whoever reads it should know that it is no news
OLDEST = datetime.fromisoformat("1990-01-01T00:00:00+00:00")  # earlier means an unset clock (1970, 0001)


class Op(StrEnum):
    """What the source did: wrote or edited a post, deleted it, or only its counts moved."""

    UPSERT = "upsert"
    DELETE = "delete"
    OBSERVE = "observe"


class Kind(StrEnum):
    ARTICLE = "article"
    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    MESSAGE = "message"
    WORKORDER = "workorder"
    ANSWER = "answer"
    RANKING = "ranking"


class Access(StrEnum):
    """By what right we read it (DOMAIN P-03); there is no fourth way."""

    PUBLIC = "public"
    OWN_ACCOUNT = "own_account"
    IMPORT = "import"


class SourceClass(StrEnum):
    FORUM = "forum"
    PORTAL_COMMENT = "portal_comment"
    APP = "app"
    WECHAT = "wechat"
    WEIBO = "weibo"
    SHORT_VIDEO = "short_video"
    NEWS_CENTRAL = "news_central"
    NEWS_PROVINCE = "news_province"
    NEWS_LOCAL = "news_local"
    HOTLINE = "hotline"
    MAILBOX = "mailbox"
    OFFICIAL = "official"
    OTHER = "other"


class Precision(StrEnum):
    """How exactly a time is known."""

    S = "s"
    MIN = "min"
    HOUR = "hour"
    DAY = "day"


class Basis(StrEnum):
    """Where a time was read; ``fetch`` means that the source gave none we can believe."""

    ATTR = "attr"
    TEXT = "text"
    RELATIVE = "relative"
    FEED = "feed"
    HEADER = "header"
    FETCH = "fetch"


class Source(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a post came from; *class_* is ``source.class`` on the wire and in rules."""

    id: str
    connector: str = "import"
    channel: str = ""
    access: Access = Access.PUBLIC
    class_: SourceClass = msgspec.field(default=SourceClass.OTHER, name="class")


class Author(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Who wrote it, as far as we want to know: a keyed pseudonym to count distinct voices, nothing else.

    *key* is ``hm:`` + hexadecimal, different for every source and epoch (DOMAIN §3.4). *public_account*
    is true for registered organisations only.
    """

    key: str | None = None
    public_account: bool = False


class Published(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """When the source says it was published; *raw* is what it wrote."""

    at: datetime
    precision: Precision = Precision.S
    basis: Basis = Basis.FEED
    raw: str = ""


class Thread(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    root_id: str | None = None
    parent_id: str | None = None
    repost_of: str | None = None
    floor: int | None = None


class Engagement(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Counts as of *at*; None is "not told", which is not zero."""

    at: datetime | None = None
    like: int | None = None
    comment: int | None = None
    share: int | None = None
    view: int | None = None


class Order(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A hotline work order or message-board entry and who has it."""

    id: str
    unit: str | None = None
    status: str | None = None


class Account(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One of our own registered official accounts."""

    id: str


class Fetch(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """How the bytes came; *warnings* are short constant names such as ``future_date``."""

    status: int | None = None
    charset: str | None = None
    robots: str | None = None
    parser: str | None = None
    warnings: tuple[str, ...] = ()


class Post(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One post, comment, message or work order. Its text holds no raw personal data: intake masked it.

    *id* never changes for a post; *rev* changes with its words. *missing* names counts that were
    asked for and not given.
    """

    schema: str = SCHEMA
    id: str
    rev: str
    op: Op = Op.UPSERT
    kind: Kind = Kind.POST
    source: Source
    platform: str = ""
    native_id: str = ""
    url: str = ""
    title: str = ""
    text: str = ""
    text_truncated: bool = False
    lang: str = ""
    author: Author = Author()
    account: Account | None = None
    published: Published
    fetched_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    thread: Thread = Thread()
    engagement: Engagement = Engagement()
    order: Order | None = None
    tags: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    fetch: Fetch = Fetch()

    @property
    def at(self) -> datetime:
        """The event time: when it was published if that can be trusted, else when we fetched it."""
        published_at, fetched_at = self.published.at, self.fetched_at
        if OLDEST <= published_at <= fetched_at:  # as nearly always
            return published_at
        return fetched_at if clock_suspect(published_at, fetched_at) else published_at

    @property
    def key(self) -> str:
        """The bus key: posts of one thread stay in order."""
        return self.thread.root_id or self.id


def clock_suspect(published_at: datetime, fetched_at: datetime) -> bool:
    """Say whether a claimed time cannot be true: from the future, or from an unset clock."""
    ahead = published_at > fetched_at and published_at > fetched_at + FUTURE_TOLERANCE
    return ahead or published_at < OLDEST


def came_late(published_at: datetime, fetched_at: datetime) -> bool:
    """Say whether a post came in long after it was published; a claim that cannot be true says nothing."""
    return fetched_at - published_at > LATE_AFTER and not clock_suspect(published_at, fetched_at)


def revision(title: str, text: str, media: tuple[str, ...] = ()) -> str:
    """Return the content revision, which changes exactly when a reader would see other words."""
    squeezed = [" ".join(part.split()) for part in (title, text, *media)]
    return f"s2:{digest(*squeezed)}"
