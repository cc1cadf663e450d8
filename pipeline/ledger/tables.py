"""The ledger's tables. A migration in ``migrations/`` makes each; a test holds the two together.

Times are UTC, stored as ISO text with a fixed width, so that they sort and read alike everywhere. All texts sort
by their characters' codes, on every database and whatever its language is.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData()


class Words(TypeDecorator[str]):
    """Text, of about *length* characters; what PostgreSQL cannot store becomes ``�`` everywhere alike."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        return dialect.type_descriptor(_text(dialect, self.length))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return storable(value) if value is not None else None


class Moment(TypeDecorator[datetime]):
    """An aware datetime as ``2026-03-10T11:02:00.000000Z``."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        return dialect.type_descriptor(_text(dialect, 27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if value is not None else None


def storable(text: str) -> str:
    """Return *text* with ``�`` for the null character and for halves of characters: no PostgreSQL takes those."""
    text = text.replace("\0", "�")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _text(dialect: Dialect, length: int | None) -> TypeEngine[str]:
    if dialect.name == "postgresql":
        return String(collation="C")
    return String(length) if length else Text()


position = Table(
    "position",
    metadata,
    Column("stage", Words(64), primary_key=True),
    Column("topic", Words(64), primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
)

# Hits that arrived before their time, in a replay out of order. Empty when live.
pending = Table(
    "pending",
    metadata,
    Column("id", Words(64), primary_key=True),
    Column("known_at", Moment, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)

# One hit per rule and post (or sample of its counts, or term in it): a second revision or delivery of a post does not
# count twice. *match_id* names the revision that was judged last; *body* is what an alert shows of the post; *mark* is
# what its type counts (a value, a number, the steps that hold); *doc* is the whole hit, where a timer speaks of it later.
hit = Table(
    "hit",
    metadata,
    Column("rule", Words(64), primary_key=True),
    Column("post_id", Words(80), primary_key=True),
    Column("grp", Words(64), nullable=False),
    Column("member", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("match_id", Words(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("mark", Words, nullable=False, server_default=""),
    Column("doc", LargeBinary, nullable=True),
    Index("hit_window", "rule", "grp", "at"),
    Index("hit_age", "at"),
)

# The groups of each rule that have an open window, and of each rule as a whole (an empty *grp*): when its first hit
# was, by event time, and when its last was heard.
watch = Table(
    "watch",
    metadata,
    Column("rule", Words(64), primary_key=True),
    Column("grp", Words(64), primary_key=True),
    Column("first_at", Moment, nullable=False),
    Column("known_at", Moment, nullable=False),
)

# What happens by itself when *due* comes: a silence, a deadline, the end of ``for``, of holding an alert back.
timer = Table(
    "timer",
    metadata,
    Column("rule", Words(64), primary_key=True),
    Column("grp", Words(64), primary_key=True),
    Column("kind", Words(16), primary_key=True),
    Column("due", Moment, nullable=True, index=True),
    Column("partition", Integer, nullable=False, server_default="0"),
    Column("body", LargeBinary, nullable=False),
)

episode = Table(
    "episode",
    metadata,
    Column("id", Words(64), primary_key=True),
    Column("rule", Words(64), nullable=False),
    Column("grp", Words(64), nullable=False),
    Column("firing", Integer, nullable=False),
    Column("active_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),  # of its last hit: whoever reads it closes it
    Column("changed_at", Moment, nullable=True, index=True),
    Column("body", LargeBinary, nullable=False),
    Index("episode_group", "rule", "grp", "last_at"),
    Index("episode_due", "firing", "closes_at"),
)

# Which signals were already heard: a signal published twice is heard once. Old ones are forgotten.
heard = Table(
    "heard",
    metadata,
    Column("id", Words(64), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

case = Table(
    "case_file",
    metadata,
    Column("id", Words(64), primary_key=True),
    Column("name", Words(16), nullable=False, index=True),
    Column("key", Words, nullable=False, index=True),
    Column("state", Words(16), nullable=False, index=True),
    Column("level", Words(2), nullable=False),
    Column("opened_at", Moment, nullable=False, index=True),
    Column("changed_at", Moment, nullable=True, index=True),
    Column(
        "part_of", Words(80), nullable=False, server_default="", index=True
    ),  # the article, if it is one matter of one
    Column("body", LargeBinary, nullable=False),
)

# What notify remembers of each alert: its case, how often it spoke, and when it speaks next.
notice = Table(
    "notice",
    metadata,
    Column("alert", Words(64), primary_key=True),
    Column("case_id", Words(64), nullable=False, index=True),
    Column("due", Moment, nullable=True, index=True),
    Column("body", LargeBinary, nullable=False),
)

# What must reach people. A row ends as accepted, superseded or dead, never by being forgotten.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Words(64), primary_key=True),
    Column("alert", Words(64), nullable=False, index=True),
    Column("case_id", Words(64), nullable=False, index=True),
    Column("receiver", Words(64), nullable=False),
    Column("reason", Words(12), nullable=False),
    Column("level", Words(2), nullable=False),
    Column("state", Words(12), nullable=False),
    Column("due", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("leased_until", Moment, nullable=True),
    Column("leased_by", Words(64), nullable=True),
    Column("ended_at", Moment, nullable=True),
    Column("last_answer", Words, nullable=False, default=""),
    Column("body", LargeBinary, nullable=False),
    Index("outbox_due", "receiver", "state", "due"),
    Index("outbox_state", "state", "created_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("who", Words(64), nullable=False),
    Column("what", Words(64), nullable=False),
    Column("subject", Words(128), nullable=False),
    Column("words", Words, nullable=False, default=""),
)

# Labels that officers corrected. Rows are only ever added; the last one of a post and a field holds.
correction = Table(
    "correction",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("who", Words(64), nullable=False),
    Column("post_id", Words(80), nullable=False, index=True),
    Column("field", Words(64), nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)
