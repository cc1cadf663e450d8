"""What waits in the outbox is found without reading what was sent long ago."""

from __future__ import annotations

import sqlalchemy as sa

from tests.pipeline.ledger.migrations.stairs import ROWS, Stairs, stairs

__all__ = ["stairs"]


def indexes(stairs: Stairs) -> set[str | None]:
    return {index["name"] for index in sa.inspect(stairs.engine).get_indexes("outbox")}


def test_what_was_there_stays_on_the_way_up_and_down(stairs: Stairs) -> None:
    stairs.up("0001")
    stairs.fill()
    for _ in range(2):
        stairs.up("0006")
        assert stairs.rows() == ROWS
        assert "outbox_state" in indexes(stairs)
        stairs.down("0005")
        assert stairs.rows() == ROWS
        assert "outbox_state" not in indexes(stairs)
