"""A case from before is part of nothing, and stays what it was."""

from __future__ import annotations

import sqlalchemy as sa

from tests.pipeline.ledger.migrations.stairs import ROWS, Stairs, stairs

__all__ = ["stairs"]


def parents(stairs: Stairs) -> list[str]:
    with stairs.engine.connect() as connection:
        return list(connection.execute(sa.text("select part_of from case_file")).scalars())


def test_what_was_there_stays_on_the_way_up_and_down(stairs: Stairs) -> None:
    stairs.up("0001")
    stairs.fill()
    for _ in range(2):
        stairs.up("0007")
        assert stairs.rows() == ROWS
        assert parents(stairs) == [""]
        stairs.down("0006")
        assert stairs.rows() == ROWS
        assert "part_of" not in stairs.columns("case_file")
