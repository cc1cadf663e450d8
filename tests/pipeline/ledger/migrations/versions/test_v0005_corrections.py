"""The ledger gets room for corrections, and keeps what it held."""

from __future__ import annotations

from tests.pipeline.ledger.migrations.stairs import ROWS, Stairs, stairs

__all__ = ["stairs"]


def test_what_was_there_stays_on_the_way_up_and_down(stairs: Stairs) -> None:
    stairs.up("0001")
    stairs.fill()
    for _ in range(2):
        stairs.up("0005")
        assert stairs.rows() == ROWS
        assert "correction" in stairs.tables()
        stairs.down("0004")
        assert stairs.rows() == ROWS
        assert "correction" not in stairs.tables()
