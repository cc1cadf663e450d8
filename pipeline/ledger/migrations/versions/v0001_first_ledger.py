"""The first ledger: positions, hits, episodes, cases, notices, outbox, audit."""

import sqlalchemy as sa
from alembic import op

from pipeline.ledger.tables import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stages()
    _detect()
    _notify()
    _audit()


def _stages() -> None:
    op.create_table(
        "position",
        sa.Column("stage", sa.String(64), primary_key=True),
        sa.Column("topic", sa.String(64), primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("next_offset", sa.Integer, nullable=False),
    )
    op.create_table(
        "pending",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("known_at", Moment, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_pending_known_at", "pending", ["known_at"])


def _detect() -> None:
    op.create_table(
        "hit",
        sa.Column("rule", sa.String(64), primary_key=True),
        sa.Column("post_id", sa.String(80), primary_key=True),
        sa.Column("grp", sa.String(64), nullable=False),
        sa.Column("member", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("known_at", Moment, nullable=False),
        sa.Column("match_id", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("hit_window", "hit", ["rule", "grp", "at"])
    op.create_index("hit_age", "hit", ["at"])
    op.create_table(
        "episode",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("grp", sa.String(64), nullable=False),
        sa.Column("firing", sa.Integer, nullable=False),
        sa.Column("active_at", Moment, nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        sa.Column("closes_at", Moment, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("episode_group", "episode", ["rule", "grp", "last_at"])
    op.create_index("episode_due", "episode", ["firing", "closes_at"])


def _notify() -> None:
    op.create_table(
        "heard",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("ix_heard_at", "heard", ["at"])
    op.create_table(
        "case_file",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("level", sa.String(2), nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    for column in ("name", "key", "state", "opened_at"):
        op.create_index(f"ix_case_file_{column}", "case_file", [column])
    op.create_table(
        "notice",
        sa.Column("alert", sa.String(64), primary_key=True),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("due", Moment, nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    for column in ("case_id", "due"):
        op.create_index(f"ix_notice_{column}", "notice", [column])
    _outbox()


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("alert", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("receiver", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("level", sa.String(2), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("leased_until", Moment, nullable=True),
        sa.Column("leased_by", sa.String(64), nullable=True),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("last_answer", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("outbox_due", "outbox", ["receiver", "state", "due"])
    for column in ("alert", "case_id"):
        op.create_index(f"ix_outbox_{column}", "outbox", [column])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("audit", "outbox", "notice", "case_file", "heard", "episode", "hit", "pending", "position"):
        op.drop_table(table)
