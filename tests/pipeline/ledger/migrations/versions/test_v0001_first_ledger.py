"""The first ledger can be made, taken away without a trace, and made again."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from pipeline.ledger import tables
from pipeline.ledger.migrations.versions import v0001_first_ledger as first


def names(connection: sa.Connection) -> set[str]:
    return set(sa.inspect(connection).get_table_names())


def test_going_back_and_forth_leaves_what_was_there(tmp_path: Path) -> None:
    with sa.create_engine(f"sqlite:///{tmp_path / 'ledger.db'}").begin() as connection:
        connection.execute(sa.text("create table somebody_elses (n integer)"))
        with Operations.context(MigrationContext.configure(connection)):
            first.upgrade()
            made = names(connection)
            first.downgrade()
            left = names(connection)
            first.upgrade()

        assert (
            made == names(connection) == {*tables.metadata.tables, "somebody_elses"} - {"correction", "timer", "watch"}
        )
        assert left == {"somebody_elses"}
