from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.app.mortal import Killed, Life, MortalBus
from pipeline.bus import Message
from pipeline.bus.sqlite import SqliteBus


@pytest.fixture
def inner(tmp_path: Path) -> SqliteBus:
    return SqliteBus(tmp_path)


def test_it_dies_after_publishing_and_before_committing(inner: SqliteBus) -> None:
    mortal = MortalBus(inner, Life(2))
    mortal.publish("t", [Message("k", b"1")])
    with pytest.raises(Killed):
        mortal.publish("t", [Message("k", b"2")])
    assert inner.lag("g", "t") == 2, "what was published before a death is there after it"
    mortal = MortalBus(inner, Life(1))
    consumer = mortal.consumer("g", "t")
    assert len(consumer.poll(10, 0)) == 2
    with pytest.raises(Killed):
        consumer.commit()
    assert mortal.lag("g", "t") == 2
    consumer.close()


def test_work_that_needs_two_steps_is_done_in_the_end_even_if_every_second_one_is_deadly(inner: SqliteBus) -> None:
    inner.publish("t", [Message("k", str(n).encode()) for n in range(20)])
    mortal, deaths = MortalBus(inner, Life(2)), 0
    while mortal.lag("g", "t"):
        consumer = mortal.consumer("g", "t")
        try:
            while batch := consumer.poll(1, 0):
                mortal.publish("out", [Message(one.key, one.value) for one in batch])
                consumer.commit()
        except Killed:
            deaths += 1
        assert deaths < 100, "the same death comes for ever"
    assert deaths > 5
    copied = [one.value for one in mortal.browse("out", mortal.since("out", datetime(1970, 1, 1, tzinfo=UTC)), 1000)]
    assert sorted(set(copied), key=int) == [str(n).encode() for n in range(20)]


def test_everything_else_is_passed_on(inner: SqliteBus) -> None:
    mortal = MortalBus(inner, Life(100))
    mortal.publish("t", [Message("k", b"1")])
    consumer = mortal.consumer("g", "t")
    start = dict(consumer.positions)
    consumer.poll(1, 0)
    consumer.rewind()
    assert dict(consumer.positions) == start
    consumer.seek(mortal.end("t"))
    assert consumer.poll(1, 0) == []
    assert mortal.trim("t", datetime(2100, 1, 1, tzinfo=UTC)) == 1
    mortal.close()
