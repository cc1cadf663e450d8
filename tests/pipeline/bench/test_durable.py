"""The contests on the disk do the whole work, or their numbers would be worth nothing."""

from __future__ import annotations

from contextlib import closing

import pytest

from pipeline import topics
from pipeline.bench import durable
from pipeline.bench.durable import Flow, Log
from pipeline.bus import Bus


def held(bus: Bus, topic: str) -> int:
    return len(bus.browse(topic, dict.fromkeys(bus.end(topic), 0), 10_000))


def test_a_round_of_the_bus_leaves_nothing_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "MESSAGES", 300)  # not a whole number of batches
    with closing(Log()) as contest:
        contest.ours(0).work()
        contest.theirs(0).work()

        assert contest._bus.lag("bench", "round-0") == 0
        assert held(contest._bus, "round-0") == contest.ours(0).amount == 300


def test_a_round_of_the_desk_takes_every_post_through_every_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "POSTS", 300)
    with closing(Flow()) as contest:
        assert contest.ratio(0) > 0
        assert contest.ratio(1) > 0

        bus = contest._app.bus
        assert held(bus, topics.POSTS) == 600
        assert held(bus, topics.MATCHES) > 0
        assert not [worker.stage.name for worker in contest._workers if worker.step().read]
        assert not [topic for topic in topics.TOPICS if held(bus, topics.dead(topic))]
