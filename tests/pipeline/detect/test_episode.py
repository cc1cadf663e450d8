"""Windows are half-open, in event time, and count voices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.episode import Episode, Hit, Reach, reach
from pipeline.model import Alert, Level, Turn

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def hits(*pairs: tuple[float, str]) -> list[Hit]:
    return sorted((Hit(at(minute), who) for minute, who in pairs), key=lambda hit: hit.at)


def test_the_last_voice_completes_its_window() -> None:
    three = hits((0, "u1"), (20, "u2"), (40, "u3"))

    assert reach(three, at(40), HOUR, 3) == Reach(at(40), 3)


def test_exactly_one_window_apart_is_not_together() -> None:
    assert reach(hits((0, "u1"), (20, "u2"), (60, "u3")), at(60), HOUR, 3) is None
    assert reach(hits((0.001, "u1"), (20, "u2"), (60, "u3")), at(60), HOUR, 3) == Reach(at(60), 3)


def test_one_voice_is_one_however_often_it_speaks() -> None:
    assert reach(hits((0, "u1"), (1, "u1"), (2, "u1"), (3, "u2")), at(3), HOUR, 3) is None


def test_a_late_post_completes_the_window_it_belongs_to() -> None:
    known = hits((0, "u1"), (20, "u2"), (61, "u6"), (40, "late"))

    assert reach(known, at(40), HOUR, 3) == Reach(at(40), 3)


def test_a_late_post_may_complete_a_window_that_ends_after_it() -> None:
    known = hits((10, "u1"), (50, "u2"), (0, "late"))

    assert reach(known, at(0), HOUR, 3) == Reach(at(50), 3)


def test_posts_of_one_moment_are_one_window() -> None:
    assert reach(hits((0, "a"), (0, "b"), (0, "c")), at(0), HOUR, 3) == Reach(at(0), 3)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abcde")), min_size=1, max_size=25),
    st.integers(1, 12),
    st.integers(1, 4),
    st.data(),
)
def test_reach_agrees_with_counting_by_hand(
    pairs: list[tuple[int, str]], frame: int, needed: int, data: st.DataObject
) -> None:
    known = hits(*pairs)
    new = data.draw(st.sampled_from([hit.at for hit in known]))
    window = timedelta(minutes=frame)
    counts = {
        t: len({hit.member for hit in known if t - window < hit.at <= t})
        for t in {hit.at for hit in known}
        if new <= t < new + window
    }
    held = [t for t, count in counts.items() if count >= needed]

    assert reach(known, new, window, needed) == (Reach(min(held), max(counts[t] for t in held)) if held else None)


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
