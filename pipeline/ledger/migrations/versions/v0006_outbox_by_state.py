"""The outbox is asked every few seconds what still waits in it, and how long: by state it need not be read whole."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("outbox_state", "outbox", ["state", "created_at"])


def downgrade() -> None:
    op.drop_index("outbox_state", "outbox")
