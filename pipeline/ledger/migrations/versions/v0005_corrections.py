"""Labels that officers corrected, with their reasons: what the next model learns from."""

import sqlalchemy as sa
from alembic import op

from pipeline.ledger.tables import Moment, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", Words(64), nullable=False),
        sa.Column("post_id", Words(80), nullable=False, index=True),
        sa.Column("field", Words(64), nullable=False, index=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("correction")
