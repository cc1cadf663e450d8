"""Which hits belong to a spell, and which do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.detect.episode import Episode
from pipeline.model import Alert, Level, Turn

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def an_episode(firing: bool = True) -> Episode:
    told = Alert(
        id="e", turn_id="e1", turn=Turn.OPENED, rule="r", rule_rev="1", rule_name="r", level=Level.L3,
        active_at=at(0), last_at=at(0), at=at(0),
    )  # fmt: skip
    return Episode(
        id="e", firing=firing, level=Level.L3, active_at=at(0), last_at=at(30), heard_at=at(30), count=3,
        turns=1, told=told, resolve_after_s=3600,
    )  # fmt: skip


def test_a_firing_episode_takes_what_comes_before_it_goes_quiet() -> None:
    assert an_episode().takes(at(90), HOUR)
    assert not an_episode().takes(at(90.1), HOUR)


def test_a_closed_episode_takes_only_what_lies_inside_it() -> None:
    assert an_episode(firing=False).takes(at(15), HOUR)
    assert not an_episode(firing=False).takes(at(31), HOUR)
