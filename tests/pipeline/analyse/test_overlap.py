"""One contract for what posts and events share, in Python and in C."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse import overlap
from pipeline.analyse.overlap import Kept
from tests.live import do_without

WIDTH, ROWS = 6, 3


def in_c() -> ModuleType:
    try:
        from pipeline.analyse import _overlap
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _overlap


@pytest.fixture(params=["python", "c"])
def loops(request: pytest.FixtureRequest) -> Any:
    return overlap if request.param == "python" else in_c()


def codes(*values: int) -> overlap.Codes:
    return np.array(values, np.uint32)


def weights(*values: float) -> overlap.Weights:
    return np.array(values, np.float32)


def kept(*rows: dict[int, int], posts: int = 1) -> Kept:
    """Return events with the terms of each row, and how many of its posts have each."""
    made = Kept(np.zeros((ROWS, WIDTH), np.uint32), np.zeros((ROWS, WIDTH), np.uint16), np.full(ROWS, posts, np.uint32))
    for at, row in enumerate(rows):
        made.terms[at, : len(row)], made.times[at, : len(row)] = list(row), list(row.values())
    return made


def terms_of(found: Kept, slot: int) -> dict[int, int]:
    return {
        int(term): int(times)
        for term, times in zip(found.terms[slot], found.times[slot], strict=True)
        if times
    }  # fmt: skip


def test_what_all_posts_of_an_event_have_weighs_whole_and_what_one_of_four_has_half(loops: Any) -> None:
    events = kept({7: 4, 8: 1, 9: 4}, {8: 4}, posts=4)

    found = loops.shared(codes(7, 8, 5), weights(3.0, 2.0, 9.0), [0, 1, 2], events)

    assert found == [3.0 + 2.0 * 0.5, 2.0, 0.0]
    assert loops.shared(codes(), weights(), [0], events) == [0.0]
    assert loops.shared(codes(7), weights(1.0), [], events) == []


def test_a_new_event_has_the_terms_of_its_post_and_nothing_of_the_one_before(loops: Any) -> None:
    events = kept({7: 9, 8: 9, 9: 9}, {7: 2}, posts=9)

    loops.begin(codes(1, 2), 0, events)

    assert terms_of(events, 0) == {1: 1, 2: 1}
    assert terms_of(events, 1) == {7: 2}
    assert events.posts.tolist() == [1, 9, 9]
    assert events.terms[0].tolist() == [1, 2, 0, 0, 0, 0]


def test_a_post_that_joins_is_counted_and_brings_its_terms_where_there_is_room(loops: Any) -> None:
    events = kept({7: 1, 8: 1})

    taken = loops.join(codes(8, 1, 2), 0, events, 9)

    assert taken == [1, 2]
    assert terms_of(events, 0) == {7: 1, 8: 2, 1: 1, 2: 1}
    assert events.posts.tolist() == [2, 1, 1]


def test_a_term_that_nobody_repeats_gives_way_and_one_that_others_have_does_not(loops: Any) -> None:
    events = kept({1: 2, 2: 1, 3: 2, 4: 2, 5: 1, 6: 2}, posts=2)

    taken = loops.join(codes(11, 12, 13), 0, events, 9)

    assert taken == [11, 12]
    assert terms_of(events, 0) == {1: 2, 12: 1, 3: 2, 4: 2, 11: 1, 6: 2}


def test_a_settled_event_takes_up_no_more(loops: Any) -> None:
    events = kept({7: 9}, posts=9)

    assert loops.join(codes(7, 8), 0, events, 9) == []
    assert terms_of(events, 0) == {7: 10}


def test_a_count_ends_where_it_has_no_room(loops: Any) -> None:
    events = kept({7: 65_535}, posts=70_000)

    loops.join(codes(7), 0, events, 9)

    assert terms_of(events, 0) == {7: 65_535}


@pytest.mark.parametrize("slot", [-4, ROWS, 2**40])
def test_an_event_that_is_not_there_is_refused(loops: Any, slot: int) -> None:
    with pytest.raises(IndexError):
        loops.join(codes(7), slot, kept(), 9)
    with pytest.raises(IndexError):
        loops.begin(codes(7), slot, kept())
    with pytest.raises(IndexError):
        loops.shared(codes(7), weights(1.0), [slot], kept())


def test_no_event_begins_with_more_terms_than_it_can_have(loops: Any) -> None:
    with pytest.raises(ValueError, match=r"terms|broadcast"):
        loops.begin(codes(*range(WIDTH + 1)), 0, kept())


@pytest.mark.parametrize("misuse", [(weights(1.0)[:, None], 0, kept()), (codes(1), 0, kept()[:2]), (None, 0, kept())])
def test_what_begins_no_event_is_refused_in_c(misuse: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, ValueError)):
        in_c().begin(*misuse)


@pytest.mark.parametrize(
    "misuse",
    [
        (codes(1), weights(1.0, 2.0), [0], kept()),
        (np.zeros((1, 1), np.uint32), weights(1.0), [0], kept()),
        (np.zeros(1, np.uint64), weights(1.0), [0], kept()),
        (codes(1), weights(1.0), [0], Kept(codes(1), kept().times, kept().posts)),
        (codes(1), weights(1.0), [0], Kept(kept().terms, kept().times[:1], kept().posts)),
    ],
)
def test_arrays_of_another_kind_are_refused_in_c(misuse: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"array|weight|events"):
        in_c().shared(*misuse)


@pytest.mark.parametrize("misuse", [(codes(1), weights(1.0), (0,), kept()), (codes(1), weights(1.0), [0], [1, 2, 3]),
                                    (codes(1), weights(1.0), ["x"], kept()), (1, 2, [], kept())])  # fmt: skip
def test_what_is_no_array_is_refused_in_c(misuse: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        in_c().shared(*misuse)


numbers = st.integers(0, 12)


@given(
    st.lists(
        st.tuples(st.lists(numbers, unique=True, max_size=WIDTH), st.integers(0, ROWS - 1), st.booleans()), max_size=20
    ),
    st.integers(1, 6),
)
def test_c_and_python_say_the_same(posts: list[tuple[list[int], int, bool]], settled: int) -> None:
    here, there = kept({1: 1, 2: 1}), kept({1: 1, 2: 1})
    for terms, slot, new in posts:
        ours = codes(*terms)
        weigh = weights(*(1 / (term + 1) for term in terms))
        assert in_c().shared(ours, weigh, [0, 1, 2], there) == overlap.shared(ours, weigh, [0, 1, 2], here)
        if new:
            in_c().begin(ours, slot, there)
            overlap.begin(ours, slot, here)
        assert in_c().join(ours, slot, there, settled) == overlap.join(ours, slot, here, settled)
        assert [rows.tolist() for rows in there] == [rows.tolist() for rows in here]
