"""One contract for the table of filed rules, in Python and in C."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.match import filed
from tests.live import do_without

WRITTEN = ["停水", "小区", "街道", "bus", "已恢复"]
EDGED = bytes([0, 0, 0, 1, 0])


def in_c() -> type[filed.Filed]:
    try:
        from pipeline.match import _filed
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _filed.Filed  # type: ignore[return-value]


@pytest.fixture(params=["python", "c"])
def make(request: pytest.FixtureRequest) -> type[filed.Filed]:
    return filed.Filed if request.param == "python" else in_c()


def places(*numbers: int) -> Any:
    """Return where letters stood, as ``squeeze`` tells it."""
    return np.array(numbers, np.int64).data


def rows(rows: Sequence[Sequence[int]]) -> tuple[filed.Column, filed.Column]:
    starts = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    return starts, np.array([one for row in rows for one in row], np.int32)


Ways = Sequence[tuple[int, Sequence[int], Sequence[Sequence[int]]]]


def columns(ways: Ways, words: int) -> tuple[filed.Column, ...]:
    """Return the columns of *ways*: whose each is, under which words it is filed, which groups it needs besides."""
    under = [[way for way, (_, anchor, _) in enumerate(ways) if word in anchor] for word in range(words)]
    groups = [group for _, _, others in ways for group in others]
    needs = np.cumsum([0, *(len(others) for _, _, others in ways)], dtype=np.int32)
    return (*rows(under), np.array([rule for rule, _, _ in ways], np.int32), needs, *rows(groups))


def a_table(make: type[filed.Filed], ways: Ways, rules: int) -> filed.Filed:
    return make(WRITTEN, EDGED, rules, *columns(ways, len(WRITTEN)))


def hits(*numbers: int) -> list[tuple[int, int, int]]:
    return [(0, 1, number) for number in numbers]


def ask(table: filed.Filed, *numbers: int) -> list[filed.Candidate]:
    return table.candidates(hits(*numbers), "一", places(0))


def test_a_rule_is_a_candidate_if_every_group_has_a_word(make: type[filed.Filed]) -> None:
    table = a_table(make, [(0, [0], [[1, 2]]), (1, [1], [])], 2)

    assert ask(table, 0) == []
    assert ask(table, 2, 0) == [(0, None)]
    assert ask(table, 1, 0) == [(0, None), (1, None)]
    assert ask(table) == []


def test_a_ready_rule_tells_its_words_in_its_own_order_unless_one_bars_it(make: type[filed.Filed]) -> None:
    table = a_table(make, [(0, [0, 1], [])], 1)
    table.make_ready(0, (4,), (2, 1, 0))

    assert ask(table, 0, 1) == [(0, ("小区", "停水"))]
    assert ask(table, 0, 1, 4) == []
    table.make_ready(0, (), (0,))
    assert ask(table, 0, 1, 4) == [(0, ("停水",))]


def test_a_latin_word_counts_only_where_it_stands_alone(make: type[filed.Filed]) -> None:
    table = a_table(make, [(0, [3], [])], 1)

    def found(squeezed: str, start: int, offsets: Sequence[int]) -> list[filed.Candidate]:
        return table.candidates([(start, start + 3, 3)], squeezed, places(*offsets))

    assert found("坐bus去", 1, range(5)) == [(0, None)]
    assert found("abusb", 1, range(5)) == []
    assert found("busy", 0, range(4)) == []
    assert found("mybus", 2, [0, 1, 3, 4, 5]) == [(0, None)]  # my bus


def test_a_rule_found_in_several_ways_is_told_once(make: type[filed.Filed]) -> None:
    table = a_table(make, [(1, [0], []), (1, [1], []), (0, [1], [])], 2)

    assert ask(table, 1, 0, 1) == [(0, None), (1, None)]


@given(st.data())
def test_c_and_python_say_the_same(data: st.DataObject) -> None:
    numbers = st.integers(0, len(WRITTEN) - 1)
    some = st.lists(numbers, max_size=3)
    rules = data.draw(st.integers(1, 4))
    ways = data.draw(
        st.lists(
            st.tuples(st.integers(0, rules - 1), st.lists(numbers, min_size=1, max_size=3), st.lists(some, max_size=3)),
            max_size=6,
        )
    )
    tables = [a_table(make, ways, rules) for make in (filed.Filed, in_c())]
    for rule, barred, spoken in data.draw(st.lists(st.tuples(st.integers(0, rules - 1), some, some), max_size=4)):
        for table in tables:
            table.make_ready(rule, tuple(barred), tuple(spoken))
    texts = st.text("ab停 ", min_size=3, max_size=8)
    for text in data.draw(st.lists(texts, min_size=1, max_size=5)):
        offsets = places(*sorted(data.draw(st.sets(st.integers(0, 20), min_size=len(text), max_size=len(text)))))
        at = st.tuples(st.integers(0, len(text) - 1), numbers)
        found = [(start, start + 1, number) for start, number in data.draw(st.lists(at, max_size=6))]
        python, c = (table.candidates(found, text, offsets) for table in tables)
        assert python == c


BROKEN: list[tuple[str, Any]] = [
    ("filed", np.zeros(3, np.int32)),
    ("filed", np.array([0, 2, 1, 1, 1, 1], np.int32)),
    ("filed", np.zeros(6, np.int64)),
    ("entries", np.array([7], np.int32)),
    ("entries", np.array([-1], np.int32)),
    ("way_rule", np.array([9], np.int32)),
    ("ways", np.array([0, 5], np.int32)),
    ("groups", np.array([0, 99], np.int32)),
    ("group_words", np.array([5], np.int32)),
    ("edged", b""),
    ("written", ("停水",)),
    ("rules", -1),
]


@pytest.mark.parametrize(("name", "value"), BROKEN, ids=[f"{number}-{name}" for number, (name, _) in enumerate(BROKEN)])
def test_columns_that_do_not_fit_are_refused_by_c(name: str, value: object) -> None:
    names = ("filed", "entries", "way_rule", "ways", "groups", "group_words")
    sound: dict[str, Any] = dict(zip(names, columns([(0, [0], [[1]])], len(WRITTEN)), strict=True))
    sound |= {"written": WRITTEN, "edged": EDGED, "rules": 1}
    in_c()(**sound)

    with pytest.raises((TypeError, ValueError)):
        in_c()(**(sound | {name: value}))


@pytest.mark.parametrize(
    "asked",
    [
        ([(0, 1, 5)], "一", places(0)),
        ([(0, 1, -1)], "一", places(0)),
        ([(0, 9, 3)], "一", places(0)),
        ([(0, 1)], "一", places(0)),
        ([(0, 1, "x")], "一", places(0)),
        ([], "一", places(0, 1)),
        ([], "一", np.array([0], np.int32).data),
        ([], b"", places(0)),
    ],
    ids=["no-word", "minus", "outside", "short", "type", "length", "width", "bytes"],
)
def test_what_is_no_text_with_hits_is_refused_by_c(asked: Any) -> None:
    table = in_c()(WRITTEN, EDGED, 1, *columns([(0, [3], [])], len(WRITTEN)))

    with pytest.raises((TypeError, IndexError)):
        table.candidates(*asked)
    for wrong in ((1, (), ()), (-1, (), ()), (0, (9,), ()), (0, (), (-1,)), (0, ("x",), ())):
        with pytest.raises((TypeError, IndexError)):
            table.make_ready(*wrong)
    assert table.candidates([(0, 1, 3)], "一", places(0)) == [(0, None)]


def test_nothing_is_held_longer_than_its_table() -> None:
    before = len(gc.get_objects())
    for _ in range(50):
        table = in_c()(list(WRITTEN), EDGED, 1, *columns([(0, [0], [[1]])], len(WRITTEN)))
        table.make_ready(0, (4,), (0, 1))
        ask(table, 0, 1)
        del table
    gc.collect()
    assert len(gc.get_objects()) - before < 50
