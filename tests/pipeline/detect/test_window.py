"""Windows are half-open, in event time, count voices, and cost the same in a flood."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.window import Hit, Reach, Window, Windows

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def reach(known: Iterable[Hit], new: datetime, timeframe: timedelta, needed: int) -> Reach | None:
    return Window(timeframe, known).reach(new, needed)


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


def by_hand(known: list[Hit], new: datetime, window: timedelta, needed: int) -> Reach | None:
    """Count every window anew: slow and obvious."""
    counts = {
        t: len({hit.member for hit in known if t - window < hit.at <= t})
        for t in {hit.at for hit in known}
        if new <= t < new + window
    }
    held = [t for t, count in counts.items() if count >= needed]
    return Reach(min(held), max(counts[t] for t in held)) if held else None


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abcde"), st.sampled_from("xy")), min_size=1, max_size=40),
    st.integers(1, 12),
    st.integers(1, 4),
    st.integers(1, 30),
    st.lists(st.integers(0, 39)),
)
def test_whatever_is_kept_warm_or_read_again_the_answer_is_the_same(
    arrivals: list[tuple[int, str, str]], frame: int, needed: int, most: int, forgotten: list[int]
) -> None:
    """Hits arrive in any order, in two groups, with little room, and with everything forgotten now and then."""
    window = timedelta(minutes=frame)
    windows = Windows(most)
    stored: dict[str, list[Hit]] = {"x": [], "y": []}

    for number, (minute, who, group) in enumerate(arrivals):
        hit = Hit(at(minute), who)
        known = stored[group]
        known.append(hit)

        def between(after: datetime, before: datetime | None, known: list[Hit] = known) -> list[Hit]:
            found = [one for one in known if after < one.at and (before is None or one.at < before)]
            return sorted(found, key=lambda one: one.at)

        if number in forgotten:
            windows.clear()
        assert windows.reach(("rule", group), hit, window, needed, between) == by_hand(known, hit.at, window, needed)


def test_a_flood_costs_by_the_hit_and_not_by_the_square() -> None:
    asked = 0

    def nothing_stored(after: datetime, before: datetime | None) -> list[Hit]:
        nonlocal asked
        asked += 1
        return [Hit(NOON, "first")]

    windows = Windows()
    windows.reach(("r", "g"), Hit(NOON, "first"), HOUR, 3, nothing_stored)
    for n in range(50_000):
        reached = windows.reach(("r", "g"), Hit(NOON + timedelta(milliseconds=10 * n), str(n)), HOUR, 3, nothing_stored)

    assert asked == 1
    assert reached is not None
    assert reached.count == 50_001


def test_what_a_window_has_left_behind_is_forgotten() -> None:
    window = Window(HOUR)
    for n in range(1000):
        window.add(Hit(at(n), "u"))
        window.reach(at(n), 1)
        window.forget_before(at(n) - 2 * HOUR)

    assert len(window) < 300
