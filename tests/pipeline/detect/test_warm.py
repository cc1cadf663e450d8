"""What is kept in memory changes nothing but the cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect import measure
from pipeline.detect import warm as kept_warm
from pipeline.detect.measure import Frequency, Measure
from pipeline.detect.track import Hit
from pipeline.detect.warm import Warm
from tests.pipeline.detect.test_stage import a_rule

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ZERO = timedelta(0)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def by_hand(known: list[Hit], new: datetime, window: timedelta, needed: int) -> tuple[datetime, int] | None:
    """Count every window anew: slow and obvious."""
    counts = {
        t: len({hit.member for hit in known if t - window < hit.at <= t})
        for t in {hit.at for hit in known}
        if new <= t < new + window
    }
    held = [t for t, count in counts.items() if count >= needed]
    return (min(held), max(counts[t] for t in held)) if held else None


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abcde"), st.sampled_from("xy")), min_size=1, max_size=40),
    st.integers(1, 12),
    st.integers(1, 4),
    st.integers(1, 60),
    st.lists(st.integers(0, 39)),
    st.integers(0, 5),
    st.sampled_from([0, 16]),
)
def test_whatever_is_kept_warm_or_read_again_the_answer_is_the_same(
    arrivals: list[tuple[int, str, str]], frame: int, needed: int, most: int, forgotten: list[int], also: int, few: int
) -> None:
    """Hits arrive in any order, in two groups, with little room, and with everything forgotten now and then."""
    rule = a_rule(timeframe=timedelta(minutes=frame), num_events=needed)
    warm = Warm(most)
    stored: dict[str, list[Hit]] = {"x": [], "y": []}

    def make(hits: Iterable[Hit]) -> Measure:
        return Frequency(rule, hits)

    for number, (minute, who, group) in enumerate(arrivals):
        hit = Hit(at(minute), who)
        known = stored[group]
        known.append(hit)

        def between(after: datetime | None, until: datetime | None, known: list[Hit] = known) -> list[Hit]:
            found = [one for one in known if (after is None or after < one.at) and (until is None or one.at <= until)]
            return sorted(found, key=lambda one: one.at)

        if number in forgotten:
            warm.clear()
        measured = warm.taken_in(("rule", group), hit, timedelta(minutes=also), make, between)
        with patch.object(measure, "_FEW", few):
            reached = measured.reach(hit.at, at(100))
        assert (reached and (reached.at, reached.count)) == by_hand(known, hit.at, rule.timeframe, needed)


def test_a_flood_asks_the_ledger_once() -> None:
    asked = 0

    def stored(after: datetime | None, until: datetime | None) -> list[Hit]:
        nonlocal asked
        asked += 1
        return [Hit(NOON, "first")]

    warm, rule = Warm(), a_rule()
    for n in range(2000):
        hit = Hit(NOON + timedelta(milliseconds=10 * n), str(n))
        measured = warm.taken_in(("r", "g"), hit, ZERO, lambda hits: Frequency(rule, hits), stored)

    assert asked == 1
    assert len(measured.track) == 2000


def test_two_sources_of_which_one_is_hours_behind_ask_the_ledger_once_each() -> None:
    """A back-log comes in between what is new: neither may drive the other's hits out."""
    asked: list[datetime | None] = []
    known: list[Hit] = []

    def stored(after: datetime | None, until: datetime | None) -> list[Hit]:
        asked.append(after)
        return sorted((one for one in known if after is None or after < one.at), key=lambda one: one.at)

    warm, rule = Warm(), a_rule()
    for n in range(3000):
        late = timedelta(hours=7) if n % 600 >= 300 else ZERO
        hit = Hit(NOON + timedelta(seconds=10 * n) - late, str(n))
        known.append(hit)
        warm.taken_in(("r", "g"), hit, ZERO, lambda hits: Frequency(rule, hits), stored)

    assert len(asked) == 2


def test_what_no_hit_of_lately_needed_is_let_go() -> None:
    known: list[Hit] = []

    def stored(after: datetime | None, until: datetime | None) -> list[Hit]:
        return sorted((one for one in known if after is None or after < one.at), key=lambda one: one.at)

    warm, rule = Warm(), a_rule()
    sizes = []
    with patch.object(kept_warm, "_LATELY", 64):
        for n in range(4000):
            late = timedelta(hours=20) if n == 1500 else ZERO
            hit = Hit(NOON + timedelta(minutes=n) - late, str(n))
            known.append(hit)
            sizes.append(len(warm.taken_in(("r", "g"), hit, ZERO, lambda hits: Frequency(rule, hits), stored).track))

    assert max(sizes[1501:2000]) > 1200  # of twenty hours
    assert max(sizes[3000:]) <= max(sizes[:1500])
