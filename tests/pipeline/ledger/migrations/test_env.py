"""The migrations and the tables say the same."""

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipeline.ledger import Ledger, tables


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    with ledger.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, tables.metadata)
    assert differences == []


def test_a_forgotten_column_would_be_noticed(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    with ledger.transaction() as connection:
        connection.execute(sa.text("alter table outbox drop column last_answer"))
        differences = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    assert [difference[0] for difference in differences] == ["add_column"]


def test_opening_a_ledger_again_keeps_what_is_in_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    session = Ledger.open(url).session("notify", "signals")
    session.remember({0: 7})

    assert Ledger.open(url).session("notify", "signals").recall() == {0: 7}
