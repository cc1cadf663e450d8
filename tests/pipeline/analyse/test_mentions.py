"""One contract for the events that have a term, in Python and in C."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse import mentions
from pipeline.analyse.mentions import CLOSEST, HEAVIEST, WIDTH, Codes, Mentions, Weights
from tests.live import do_without

MOST, TERMS = 50, 6
RARER = np.array([1.0, 2.0, 4.0], np.float32)


def in_c() -> Any:
    try:
        from pipeline.analyse import _mentions
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _mentions


@pytest.fixture(params=["python", "c"])
def made(request: pytest.FixtureRequest) -> Mentions:
    module = mentions if request.param == "python" else in_c()
    made: Mentions = module.Mentions(MOST, TERMS, RARER)
    return made


def codes(*terms: int) -> Codes:
    return np.array(terms, np.uint32)


def a_post(*terms: int, weight: float = 1.0) -> tuple[Codes, Weights]:
    """Return the one row of a post with *terms* that weigh the same."""
    rows = np.zeros((1, TERMS), np.uint32), np.zeros((1, TERMS), np.float32)
    rows[0][0, : len(terms)], rows[1][0, : len(terms)] = terms, weight
    return rows


def settled(made: Mentions, *events: Sequence[int]) -> None:
    """Settle *events* that have those terms, one after the other."""
    for event, terms in enumerate(events):
        made.bring(event, codes(*terms))
    made.settle()


def test_a_settled_event_is_found_by_what_its_terms_weigh_together(made: Mentions) -> None:
    settled(made, [1 << 14, 2 << 14], [3 << 14])

    assert made.likely(*a_post(1 << 14, 2 << 14, 3 << 14), 1.0) == [[0]]
    assert made.likely(*a_post(1 << 14, 2 << 14, 3 << 14), 0.5) == [[0, 1]]
    assert made.likely(*a_post(1 << 14), 1.0) == [[]]
    assert made.likely(*a_post(), 0.0) == [[]]


def test_what_many_events_have_weighs_less(made: Mentions) -> None:
    settled(made, [1 << 14], [1 << 14], [1 << 14], [2 << 14])
    terms, weights = a_post(1 << 14, 2 << 14, 3 << 14, weight=8.0)

    assert made.likely(terms, weights, 3.0) == [[3]]
    assert weights.tolist() == [[2.0, 4.0, 8.0, 0.0, 0.0, 0.0]]


def test_of_many_events_those_that_share_most_are_told_the_first_of_equal_ones_first(made: Mentions) -> None:
    settled(made, *[[1]] * CLOSEST, [1, 2 << 14], [1])

    assert made.likely(*a_post(1, 2 << 14), 0.1) == [[CLOSEST, *range(CLOSEST - 1)]]


def test_a_term_forgets_the_oldest_of_its_events(made: Mentions) -> None:
    settled(made, *[[1]] * (WIDTH + 1), [1, 2])

    found = {event for at in range(3) for event in made.likely(*a_post(1), 0.0)[0]}

    assert 0 not in found
    assert found


def test_an_event_of_this_block_is_found_by_two_of_the_heaviest_terms(made: Mentions) -> None:
    made.bring(7, codes(1, 2, 3))
    made.bring(5, codes(4, 5))
    made.bring(9, codes(3))

    assert made.new(codes(4, 1, 5, 2)) == [5, 7]
    assert made.new(codes(2, 3)) == []
    assert made.new(codes(*range(100, 100 + HEAVIEST - 1), 1, 2)) == []
    assert made.likely(*a_post(1, 2), 0.0) == [[]]


def test_what_is_settled_is_not_new(made: Mentions) -> None:
    settled(made, [1, 2])

    assert made.new(codes(1, 2)) == []


POSTS = st.lists(st.tuples(st.lists(st.integers(0, 9) | st.integers(0, 2**32 - 1), max_size=TERMS), st.integers(0, 9)))


@given(st.lists(st.tuples(POSTS, st.lists(st.integers(0, 9), max_size=9)), max_size=5), st.integers(10, MOST))
def test_c_and_python_say_the_same(blocks: list[tuple[list[tuple[list[int], int]], list[int]]], most: int) -> None:
    here, there = Mentions(most, TERMS, RARER), in_c().Mentions(most, TERMS, RARER)
    for posts, asked in blocks:
        terms = np.zeros((len(posts), TERMS), np.uint32)
        weights = np.zeros((len(posts), TERMS), np.float32)
        for row, (own, _) in enumerate(posts):
            terms[row, : len(own)], weights[row, : len(own)] = own, [1.3 + at / 7 for at in range(len(own))]
        theirs = weights.copy()
        assert here.likely(terms, weights, 1.5) == there.likely(terms, theirs, 1.5)
        assert weights.tolist() == theirs.tolist()
        for own, event in posts:
            here.bring(event, codes(*own))
            there.bring(event, codes(*own))
            assert here.new(codes(*asked)) == there.new(codes(*asked))
        here.settle()
        there.settle()


def test_thousands_of_terms_find_room() -> None:
    made = in_c().Mentions(MOST, TERMS, RARER)
    for event in range(MOST):
        made.bring(event, np.arange(event * 100, event * 100 + 100, dtype=np.uint32))

    assert [made.new(codes(event * 100, event * 100 + 99)) for event in range(MOST)] == [[one] for one in range(MOST)]


@pytest.mark.parametrize(
    "misuse",
    [(0, TERMS, RARER), (1 << 31, TERMS, RARER), (MOST, 0, RARER), (MOST, 1 << 20, RARER), (MOST, TERMS, RARER[:0]),
     (MOST, TERMS, RARER.astype(float))],
)  # fmt: skip
def test_what_makes_no_mentions_is_refused_by_c(misuse: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"event|array"):
        in_c().Mentions(*misuse)


def test_what_is_no_post_and_no_event_is_refused_by_c() -> None:
    made = in_c().Mentions(MOST, TERMS, RARER)
    terms, weights = a_post(1)

    for post in ((terms, weights[:, :1]), (terms[0], weights), (terms, weights.astype(float)), (terms[:0], weights),
                 (np.zeros((1, TERMS + 1), np.uint32), np.zeros((1, TERMS + 1), np.float32))):  # fmt: skip
        with pytest.raises(ValueError, match=r"array|term"):
            made.likely(*post, 1.0)
    for event in (-1, MOST, 1 << 40):
        with pytest.raises(IndexError):
            made.bring(event, codes(1))
    for asked in (weights, terms, codes(1).astype(np.uint64)):
        with pytest.raises(ValueError, match="array"):
            made.new(asked)
        with pytest.raises(ValueError, match="array"):
            made.bring(1, asked)
    for nothing in (None, [1], "x"):
        with pytest.raises(TypeError):
            made.new(nothing)
        with pytest.raises(TypeError):
            made.likely(nothing, weights, 1.0)
        with pytest.raises(TypeError):
            made.likely(terms, nothing, 1.0)
    assert made.likely(terms, weights, 0.0) == [[]]


def test_nothing_is_held_longer_than_it_is_needed() -> None:
    rarer, (terms, weights) = RARER.copy(), a_post(1, 2)
    before = [sys.getrefcount(one) for one in (rarer, terms, weights)]

    made = in_c().Mentions(MOST, TERMS, rarer)
    for _ in range(3):
        made.bring(1, terms[0])
        made.new(terms[0])
        made.settle()
        made.likely(terms, weights, 0.0)
        with pytest.raises(ValueError, match="term"):
            made.likely(terms, weights[:0], 0.0)
    del made

    assert [sys.getrefcount(one) for one in (rarer, terms, weights)] == before
