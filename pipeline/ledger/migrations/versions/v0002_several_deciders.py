"""Deciders share the work by partition; what changed can be found; offsets may be as long as Kafka's."""

import sqlalchemy as sa
from alembic import op

from pipeline.ledger.tables import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("position") as position:
        position.alter_column("next_offset", type_=sa.BigInteger, existing_type=sa.Integer, existing_nullable=False)
    op.add_column("episode", sa.Column("partition", sa.Integer, nullable=False, server_default="0"))
    for table in ("episode", "case_file"):
        op.add_column(table, sa.Column("changed_at", Moment, nullable=True))
        op.create_index(f"ix_{table}_changed_at", table, ["changed_at"])


def downgrade() -> None:
    for table in ("case_file", "episode"):
        op.drop_index(f"ix_{table}_changed_at", table)
        with op.batch_alter_table(table) as changed:
            changed.drop_column("changed_at")
    with op.batch_alter_table("episode") as episode:
        episode.drop_column("partition")
    with op.batch_alter_table("position") as position:
        position.alter_column("next_offset", type_=sa.Integer, existing_type=sa.BigInteger, existing_nullable=False)
