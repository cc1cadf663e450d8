"""The second ledger keeps what the first one held, and can be taken back."""

from __future__ import annotations

import sqlalchemy as sa

from tests.pipeline.ledger.migrations.stairs import ROWS, Stairs, stairs

__all__ = ["stairs"]


def test_what_was_there_stays_on_the_way_up_and_down(stairs: Stairs) -> None:
    stairs.up("0001")
    stairs.fill()
    for _ in range(2):
        stairs.up("0002")
        assert stairs.rows() == ROWS
        stairs.down("0001")
        assert stairs.rows() == ROWS


def test_an_open_spell_belongs_to_the_first_partition_until_it_is_hit_again(stairs: Stairs) -> None:
    stairs.up("0001")
    stairs.fill()
    stairs.up("0002")

    with stairs.engine.begin() as connection:
        assert connection.execute(sa.text("select partition, changed_at from episode")).one() == (0, None)


def test_offsets_may_be_as_long_as_those_of_kafka(stairs: Stairs) -> None:
    stairs.up("0002")

    with stairs.engine.begin() as connection:
        connection.execute(sa.text("insert into position values ('detect', 'matches', 0, 9223372036854775807)"))
    assert isinstance(stairs.columns("position")["next_offset"], sa.BigInteger)
