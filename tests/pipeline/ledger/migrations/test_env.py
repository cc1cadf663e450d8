"""The migrations and the tables say the same, on every database."""

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipeline.ledger import Ledger, tables
from tests.pipeline.ledger.migrations.stairs import Stairs, stairs

__all__ = ["stairs"]


def differences(connection: sa.Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, tables.metadata))


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(stairs: Stairs) -> None:
    stairs.up()

    with stairs.engine.begin() as connection:
        assert differences(connection) == []


def test_a_forgotten_column_would_be_noticed(stairs: Stairs) -> None:
    stairs.up()
    with stairs.engine.begin() as connection:
        connection.execute(sa.text("alter table outbox drop column last_answer"))

        assert [difference[0] for difference in differences(connection)] == ["add_column"]  # type: ignore[index] # alembic's tuples


def test_opening_a_ledger_again_keeps_what_is_in_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    session = Ledger.open(url).session("notify", "signals")
    session.remember({0: 7})

    assert Ledger.open(url).session("notify", "signals").recall() == {0: 7}
