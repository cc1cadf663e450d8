"""Cases that are each one matter of the same long article find one another."""

import sqlalchemy as sa
from alembic import op

from pipeline.ledger.tables import Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_file", sa.Column("part_of", Words(80), nullable=False, server_default=""))
    op.create_index("ix_case_file_part_of", "case_file", ["part_of"])


def downgrade() -> None:
    op.drop_index("ix_case_file_part_of", "case_file")
    op.drop_column("case_file", "part_of")
