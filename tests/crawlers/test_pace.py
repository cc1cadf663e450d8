from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import Outcome, RawPost, SourceCard, Visit
from crawlers.pace import LONGEST, Standing, after, heard
from pipeline.model import Published

NOW = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)
CARD = SourceCard(id="bbs", connector="feed", every=timedelta(minutes=10))
POST = RawPost(native_id="1", published=Published(NOW), fetched_at=NOW)
NEW = Standing(id="bbs")


def visit(outcome: Outcome, *posts: RawPost, next_in: timedelta | None = None) -> Visit:
    return Visit(outcome=outcome, posts=posts, cursor="c", next_in=next_in)


def test_news_bring_us_back_sooner_and_silence_later_within_bounds() -> None:
    standing, waits = NEW, []
    for posts in ((POST,), (POST,), (POST,), (POST,), (POST,), (), (), ()):
        standing = after(standing, visit(Outcome.NEWS if posts else Outcome.QUIET, *posts), NOW, CARD)
        assert standing.next_due
        waits.append((standing.next_due - NOW) / timedelta(minutes=1))
    assert waits == [5, 2.5, 1.25, 1, 1, 1.5, 2.25, 3.375]
    for _ in range(50):
        standing = after(standing, visit(Outcome.QUIET), NOW, CARD)
    assert standing.interval == timedelta(minutes=120)


def test_a_source_asked_for_every_two_seconds_is_visited_so() -> None:
    card = SourceCard(id="bbs", connector="feed", every=timedelta(seconds=2))
    assert after(NEW, visit(Outcome.NEWS, POST), NOW, card).next_due == NOW + timedelta(seconds=2)


def test_failures_double_the_wait_up_to_six_hours_and_one_success_forgets_them() -> None:
    standing, waits = NEW, []
    for _ in range(30):
        standing = after(standing, visit(Outcome.FAILED), NOW, CARD)
        assert standing.next_due
        waits.append((standing.next_due - NOW) / timedelta(minutes=1))
    assert waits[:7] == [10, 20, 40, 80, 160, 320, 360] and waits[-1] == 360
    assert after(standing, visit(Outcome.QUIET), NOW, CARD).fails == 0


def test_the_sources_own_word_is_kept_to_the_second_even_under_jitter() -> None:
    wait = timedelta(hours=24)
    standing = after(NEW, visit(Outcome.BLOCKED, next_in=wait), NOW, CARD, jitter=0.5)
    assert standing.next_due == NOW + wait and not standing.paused


@pytest.mark.parametrize("outcome", [Outcome.FORBIDDEN, Outcome.GONE])
def test_what_needs_a_person_waits_for_one(outcome: Outcome) -> None:
    standing = after(NEW, visit(outcome), NOW, CARD)
    assert standing.paused and not standing.due(NOW + timedelta(days=365))


@given(st.lists(st.sampled_from(list(Outcome)), max_size=40), st.floats(0.95, 1.1))
def test_a_source_is_paused_or_due_within_the_longest_wait(outcomes: list[Outcome], jitter: float) -> None:
    standing = NEW
    for outcome in outcomes:
        standing = after(standing, visit(outcome), NOW, CARD, jitter)
        assert standing.paused or standing.due(NOW + LONGEST * 1.1)


def test_time_between_two_good_visits_is_covered_and_a_check_leaves_a_gap() -> None:
    good = after(NEW, visit(Outcome.QUIET), NOW, CARD)
    later = NOW + timedelta(minutes=15)
    assert heard(good, visit(Outcome.QUIET), later, CARD.zone) == [(date(2026, 5, 12), 15.0, 15.0)]
    assert heard(good, visit(Outcome.BLOCKED), later, CARD.zone) == [(date(2026, 5, 12), 0.0, 15.0)]
    blocked = after(good, visit(Outcome.BLOCKED), later, CARD)
    assert heard(blocked, visit(Outcome.QUIET), later + timedelta(hours=1), CARD.zone) == [
        (date(2026, 5, 12), 0.0, 60.0)
    ]


def test_a_night_switched_off_is_a_gap_cut_at_local_midnight() -> None:
    good = after(NEW, visit(Outcome.QUIET), NOW, CARD)  # 12:00 in Shanghai, due at 12:15
    days = heard(good, visit(Outcome.QUIET), NOW + timedelta(hours=24), CARD.zone)
    assert days == [(date(2026, 5, 12), 25.0, 720.0), (date(2026, 5, 13), 0.0, 720.0)]


def test_a_clock_that_was_set_back_covers_nothing_twice() -> None:
    good = after(NEW, visit(Outcome.QUIET), NOW, CARD)
    assert heard(good, visit(Outcome.QUIET), NOW - timedelta(hours=1), CARD.zone) == []
