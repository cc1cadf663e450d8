"""Hits that were there count for what they counted for; nothing has a timer yet."""

from __future__ import annotations

import sqlalchemy as sa

from tests.pipeline.ledger.migrations.stairs import ROWS, Stairs, stairs

__all__ = ["stairs"]


def test_what_was_there_stays_on_the_way_up_and_down(stairs: Stairs) -> None:
    stairs.up("0001")
    stairs.fill()
    for _ in range(2):
        stairs.up("0004")
        assert stairs.rows() == ROWS
        stairs.down("0003")
        assert stairs.rows() == ROWS


def test_an_older_hit_has_no_mark(stairs: Stairs) -> None:
    stairs.up("0001")
    stairs.fill()
    stairs.up("0004")

    with stairs.engine.begin() as connection:
        assert connection.execute(sa.text("select mark, doc from hit")).one() == ("", None)
        assert connection.execute(sa.text("select count(*) from timer")).scalar_one() == 0
