"""The ledger's tables. A migration in ``migrations/`` makes each; a test holds the two together.

Times are UTC, stored as ISO text with a fixed width, so that they sort and read alike everywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware datetime as ``2026-03-10T11:02:00.000000Z``."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if value is not None else None


position = Table(
    "position",
    metadata,
    Column("stage", String(64), primary_key=True),
    Column("topic", String(64), primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
)

# Hits that arrived before their time, in a replay out of order. Empty when live.
pending = Table(
    "pending",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("known_at", Moment, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)

# One hit per rule and post: a second revision or delivery of a post does not count twice. *match_id* names the
# revision that was judged last; *body* is what an alert shows of the post.
hit = Table(
    "hit",
    metadata,
    Column("rule", String(64), primary_key=True),
    Column("post_id", String(80), primary_key=True),
    Column("grp", String(64), nullable=False),
    Column("member", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("match_id", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("hit_window", "rule", "grp", "at"),
    Index("hit_age", "at"),
)

episode = Table(
    "episode",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("rule", String(64), nullable=False),
    Column("grp", String(64), nullable=False),
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

# Which signals were already heard: a signal published twice is heard once.
heard = Table(
    "heard",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

case = Table(
    "case_file",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(16), nullable=False, index=True),
    Column("key", Text, nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("level", String(2), nullable=False),
    Column("opened_at", Moment, nullable=False, index=True),
    Column("changed_at", Moment, nullable=True, index=True),
    Column("body", LargeBinary, nullable=False),
)

# What notify remembers of each alert: its case, how often it spoke, and when it speaks next.
notice = Table(
    "notice",
    metadata,
    Column("alert", String(64), primary_key=True),
    Column("case_id", String(64), nullable=False, index=True),
    Column("due", Moment, nullable=True, index=True),
    Column("body", LargeBinary, nullable=False),
)

# What must reach people. A row ends as accepted, superseded or dead, never by being forgotten.
outbox = Table(
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("alert", String(64), nullable=False, index=True),
    Column("case_id", String(64), nullable=False, index=True),
    Column("receiver", String(64), nullable=False),
    Column("reason", String(12), nullable=False),
    Column("level", String(2), nullable=False),
    Column("state", String(12), nullable=False),
    Column("due", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("leased_until", Moment, nullable=True),
    Column("leased_by", String(64), nullable=True),
    Column("ended_at", Moment, nullable=True),
    Column("last_answer", Text, nullable=False, default=""),
    Column("body", LargeBinary, nullable=False),
    Index("outbox_due", "receiver", "state", "due"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(64), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("words", Text, nullable=False, default=""),
)
