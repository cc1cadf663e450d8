"""The third ledger sorts texts by their codes on PostgreSQL, and changes nothing else anywhere."""

from __future__ import annotations

import sqlalchemy as sa

from pipeline.ledger import tables
from tests.pipeline.ledger.migrations.stairs import ROWS, Stairs, stairs, versions

__all__ = ["stairs"]


def test_what_was_there_stays_on_the_way_up_and_down(stairs: Stairs) -> None:
    stairs.up("0001")
    stairs.fill()
    for version in versions()[1:]:
        stairs.up(version)
        assert stairs.rows() == ROWS
    for version in reversed(versions()[:-1]):
        stairs.down(version)
        assert stairs.rows() == ROWS
    stairs.down("base")
    assert stairs.tables() == set()


def test_every_text_sorts_by_its_codes_whatever_the_database_speaks(stairs: Stairs) -> None:
    stairs.up()
    if stairs.engine.dialect.name == "sqlite":
        return  # it knows no other order

    kinds = {table: stairs.columns(table) for table in tables.metadata.tables}
    texts = {
        f"{table}.{name}": kind.collation
        for table, columns in kinds.items()
        for name, kind in columns.items()
        if isinstance(kind, sa.String)
    }
    assert len(texts) > 40
    assert set(texts.values()) == {"C"}, texts


def test_a_text_that_is_too_long_for_the_version_below_is_cut(stairs: Stairs) -> None:
    stairs.up()
    with stairs.engine.begin() as connection:
        connection.execute(sa.text("insert into heard values (:id, :at)"), {"id": "湖" * 70, "at": ROWS["heard"]["at"]})
    stairs.down("0002")

    with stairs.engine.begin() as connection:
        kept = connection.execute(sa.text("select id from heard")).scalar_one()
    assert kept == "湖" * (64 if stairs.engine.dialect.name == "postgresql" else 70)
