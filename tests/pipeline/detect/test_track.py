"""Windows are half-open, in event time, count what is distinct, slide both ways, and cost the same in a flood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.track import Hit, Track

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TEN = timedelta(minutes=10)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_exactly_one_window_apart_is_not_together() -> None:
    track = Track([Hit(at(0), "u1"), Hit(at(5), "u2"), Hit(at(10), "u3")])

    assert track.window(TEN).count(at(10)) == 2
    assert track.window(TEN).count(at(9.999)) == 2
    assert track.window(TEN).count(at(-1)) == 0


def test_a_window_may_count_several_things_of_a_hit_or_nothing() -> None:
    track = Track([Hit(at(0), "u", "a,b"), Hit(at(1), "u", "b,c"), Hit(at(2), "u")])
    window = track.window(TEN, lambda hit: tuple(hit.mark.split(",")) if hit.mark else ())

    assert window.count(at(2)) == 3


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abcdef")), max_size=30),
    st.lists(st.integers(-5, 75), min_size=1, max_size=60),
    st.lists(st.integers(0, 60), max_size=5),
)
def test_whatever_is_added_and_asked_in_any_order_the_count_is_that_of_counting_by_hand(
    arrivals: list[tuple[int, str]], asked: list[int], forgotten: list[int]
) -> None:
    track, known = Track(), list[Hit]()
    window, shifted = track.window(TEN), track.window(TEN)
    for number, (minute, who) in enumerate(arrivals or [(0, "a")]):
        hit = Hit(at(minute), who)
        known.append(hit)
        track.add(hit)
        for moment in (at(asked[number % len(asked)]), at(asked[-1 - number % len(asked)])):
            assert window.count(moment) == len({one.member for one in known if moment - TEN < one.at <= moment})
            earlier = moment - TEN
            assert shifted.count(earlier) == len({one.member for one in known if earlier - TEN < one.at <= earlier})
    for minute in sorted(forgotten):
        window.count(at(70)), shifted.count(at(70))
        track.forget_before(at(minute))
        assert window.count(at(70)) == len({one.member for one in known if at(60) < one.at <= at(70)})


def test_moments_are_the_distinct_times_of_hits() -> None:
    track = Track([Hit(at(m), "u") for m in (3, 0, 3, 5, 9)])

    assert list(track.moments(at(3), at(9))) == [at(3), at(5)]
    assert [hit.at for hit in track.between(at(0), at(5))] == [at(3), at(3), at(5)]


def test_a_flood_costs_by_the_hit_and_not_by_the_square() -> None:
    track = Track()
    window = track.window(timedelta(hours=1))
    for n in range(50_000):
        track.add(Hit(NOON + timedelta(milliseconds=10 * n), str(n)))
        count = window.count(NOON + timedelta(milliseconds=10 * n))

    assert count == 50_000


def test_what_a_window_has_left_behind_is_forgotten() -> None:
    track = Track()
    window = track.window(timedelta(hours=1))
    for n in range(1000):
        track.add(Hit(at(n), "u"))
        window.count(at(n))
        track.forget_before(at(n) - timedelta(hours=2))

    assert len(track) < 300


def values(hit: Hit) -> tuple[str, ...]:
    return tuple(hit.mark)


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from("abcd"), st.text("xyz", max_size=3)), min_size=1, max_size=40
    ),
    st.integers(0, 40),
    st.lists(st.integers(0, 60), max_size=4),
)
def test_what_ends_with_each_hit_is_what_counting_at_its_time_says(
    arrivals: list[tuple[int, str, str]], first: int, forgotten: list[int]
) -> None:
    """Asked about for the first time after *first* hits; some of what is added may be forgotten again."""
    track = Track()
    voices, marks = track.window(TEN), track.window(TEN, values)
    for number, (minute, who, mark) in enumerate(arrivals):
        track.add(Hit(at(minute), who, mark))
        if number < first:
            continue
        for window, keys in ((voices, lambda hit: (hit.member,)), (marks, values)):
            by_hand = [
                len({key for one in track.hits if hit.at - TEN < one.at <= hit.at for key in keys(one)})
                for hit in track.hits
            ]  # fmt: skip
            assert window.ends(0, len(track)).tolist() == by_hand
            assert window.ends(1, 3).tolist() == by_hand[1:3]
            assert window.count(at(minute + 3)) == len(
                {key for one in track.hits if at(minute - 7) < one.at <= at(minute + 3) for key in keys(one)}
            )
    voices.ends(0, 0), marks.ends(0, 0)
    for minute in sorted(forgotten):
        known = dict(zip(track.hits, voices.ends(0, len(track)).tolist(), strict=True))
        track.forget_before(at(minute))
        assert voices.ends(0, len(track)).tolist() == [known[hit] for hit in track.hits]
