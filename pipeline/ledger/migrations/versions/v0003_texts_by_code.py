"""On PostgreSQL texts sort by their characters' codes, as they do on SQLite, and none is too long to be kept."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = 27
# The texts of each table, with the length they had; 0 is none.
_TEXTS = {
    "position": {"stage": 64, "topic": 64},
    "pending": {"id": 64, "known_at": _MOMENT},
    "hit": {
        "rule": 64, "post_id": 80, "grp": 64, "member": 0, "at": _MOMENT, "known_at": _MOMENT, "match_id": 64,
    },
    "episode": {
        "id": 64, "rule": 64, "grp": 64, "active_at": _MOMENT, "last_at": _MOMENT, "closes_at": _MOMENT,
        "changed_at": _MOMENT,
    },
    "heard": {"id": 64, "at": _MOMENT},
    "case_file": {
        "id": 64, "name": 16, "key": 0, "state": 16, "level": 2, "opened_at": _MOMENT, "changed_at": _MOMENT,
    },
    "notice": {"alert": 64, "case_id": 64, "due": _MOMENT},
    "outbox": {
        "id": 64, "alert": 64, "case_id": 64, "receiver": 64, "reason": 12, "level": 2, "state": 12, "due": _MOMENT,
        "created_at": _MOMENT, "leased_until": _MOMENT, "leased_by": 64, "ended_at": _MOMENT, "last_answer": 0,
    },
    "audit": {"at": _MOMENT, "who": 64, "what": 64, "subject": 128, "words": 0},
}  # fmt: skip


def upgrade() -> None:
    for table, column, _length in _texts():
        op.alter_column(table, column, type_=sa.String(collation="C"))


def downgrade() -> None:
    for table, column, length in _texts():
        kind = sa.String(length) if length else sa.Text()
        cut = f'"{column}"::varchar({length})' if length else None  # a cast cuts; to assign would be refused
        op.alter_column(table, column, type_=kind, postgresql_using=cut)


def _texts() -> list[tuple[str, str, int]]:
    if op.get_bind().dialect.name != "postgresql":
        return []
    return [(table, column, length) for table, texts in _TEXTS.items() for column, length in texts.items()]
