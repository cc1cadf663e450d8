"""Hits say what they were counted for; groups are counted; whatever must happen at a time has a timer."""

import sqlalchemy as sa
from alembic import op

from pipeline.ledger.tables import Moment, Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hit", sa.Column("mark", Words, nullable=False, server_default=""))
    op.add_column("hit", sa.Column("doc", sa.LargeBinary, nullable=True))
    op.create_table(
        "watch",
        sa.Column("rule", Words(64), primary_key=True),
        sa.Column("grp", Words(64), primary_key=True),
        sa.Column("first_at", Moment, nullable=False),
        sa.Column("known_at", Moment, nullable=False),
    )
    op.create_table(
        "timer",
        sa.Column("rule", Words(64), primary_key=True),
        sa.Column("grp", Words(64), primary_key=True),
        sa.Column("kind", Words(16), primary_key=True),
        sa.Column("due", Moment, nullable=True, index=True),
        sa.Column("partition", sa.Integer, nullable=False, server_default="0"),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("timer")
    op.drop_table("watch")
    with op.batch_alter_table("hit") as hit:
        hit.drop_column("doc")
        hit.drop_column("mark")
