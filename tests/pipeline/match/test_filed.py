"""One contract for the table of filed rules, in Python and in C."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.match import filed
from pipeline.text import automaton
from pipeline.text.normal import kept
from tests.live import do_without

WRITTEN = ["停水", "小区", "街道", "bus", "已恢复"]
EDGED = bytes([0, 0, 0, 1, 0])


def in_c() -> type[filed.Filed[Any]]:
    try:
        from pipeline.match import _filed
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _filed.Filed


@pytest.fixture(params=["python", "c"])
def make(request: pytest.FixtureRequest) -> type[filed.Filed[Any]]:
    return filed.Filed if request.param == "python" else in_c()


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


Table = filed.Filed[str]
Make = type[filed.Filed[str]]


def a_table(make: Make, ways: Ways, rules: int, written: list[str] = WRITTEN) -> Table:
    """Return a table of *rules* rules that are called a, b and so on."""
    edged, called = bytes([word.isascii() for word in written]), list("abcdef"[:rules])
    return make(an_automaton(make, written), written, edged, kept(), called, *columns(ways, len(written)))


def an_automaton(make: Make, words: list[str]) -> automaton.Automaton:
    return automaton.Borrowed(words) if make is filed.Filed else automaton.automaton(words)


def ask(table: Table, *numbers: int) -> tuple[list[tuple[str, tuple[str, ...]]], list[int]]:
    return table.candidates("，".join(WRITTEN[number] for number in numbers))


def test_a_rule_is_a_candidate_if_every_group_has_a_word(make: Make) -> None:
    table = a_table(make, [(0, [0], [[1, 2]]), (1, [1], [])], 2)

    assert ask(table, 0) == ([], [])
    assert ask(table, 2, 0) == ([], [0])
    assert ask(table, 1, 0) == ([], [0, 1])
    assert ask(table) == ([], [])


def test_a_ready_rule_tells_its_words_in_its_own_order_unless_one_bars_it(make: Make) -> None:
    table = a_table(make, [(0, [0, 1], [])], 1)
    table.make_ready(0, (4,), (2, 1, 0))

    assert ask(table, 0, 1) == ([("a", ("小区", "停水"))], [])
    assert ask(table, 0, 1, 4) == ([], [])
    table.make_ready(0, (), (0,))
    assert ask(table, 0, 1, 4) == ([("a", ("停水",))], [])


def test_a_latin_word_counts_only_where_it_stands_alone(make: Make) -> None:
    table = a_table(make, [(0, [3], [])], 1)

    assert table.candidates("坐bus去") == ([], [0])
    assert table.candidates("a busb") == ([], [])
    assert table.candidates("busy") == ([], [])
    assert table.candidates("mybus") == ([], [])
    assert table.candidates("my bus-y") == ([], [0])


def test_what_people_put_between_letters_hides_no_word(make: Make) -> None:
    table = a_table(make, [(0, [0], [])], 1)

    assert table.candidates("停…*·水") == ([], [0])
    assert table.candidates("停。水") == ([], [])  # a word does not reach over a sentence's end
    assert table.candidates("停" + "…" * 5_000 + "水") == ([], [0])
    assert table.candidates("") == ([], [])


def test_a_rule_found_in_several_ways_is_told_once(make: Make) -> None:
    table = a_table(make, [(1, [0], []), (1, [1], []), (0, [1], [])], 2)

    assert ask(table, 1, 0, 1) == ([], [0, 1])
    table.make_ready(1, (), (1,))
    assert ask(table, 1, 0, 1) == ([("b", ("小区",))], [0])
    table.make_ready(0, (), (0,))
    assert ask(table, 1, 0, 1) == ([("a", ("停水",)), ("b", ("小区",))], [])


@given(st.data())
def test_c_and_python_say_the_same(data: st.DataObject) -> None:
    written = data.draw(
        st.lists(st.text("ab停水\U00020000", min_size=1, max_size=3), min_size=1, max_size=5, unique=True)
    )
    numbers = st.integers(0, len(written) - 1)
    some = st.lists(numbers, max_size=3)
    rules = data.draw(st.integers(1, 4))
    ways = data.draw(
        st.lists(
            st.tuples(st.integers(0, rules - 1), st.lists(numbers, min_size=1, max_size=3), st.lists(some, max_size=3)),
            max_size=6,
        )
    )
    tables = [a_table(filed.Filed, ways, rules, written), a_table(in_c(), ways, rules, written)]
    for rule, barred, spoken in data.draw(st.lists(st.tuples(st.integers(0, rules - 1), some, some), max_size=4)):
        for table in tables:
            table.make_ready(rule, tuple(barred), tuple(spoken))
    for text in data.draw(st.lists(st.text("ab停水\U00020000 ，。"), min_size=1, max_size=5)):
        python, c = (table.candidates(text) for table in tables)
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
    ("kept", b"\1"),
    ("automaton", object()),
    ("automaton", automaton.automaton(["停水"])),
    ("written", ("停水",)),
    ("rules", []),
    ("rules", 1),
]


@pytest.mark.parametrize(("name", "value"), BROKEN, ids=[f"{number}-{name}" for number, (name, _) in enumerate(BROKEN)])
def test_columns_that_do_not_fit_are_refused_by_c(name: str, value: object) -> None:
    names = ("filed", "entries", "way_rule", "ways", "groups", "group_words")
    sound: dict[str, Any] = dict(zip(names, columns([(0, [0], [[1]])], len(WRITTEN)), strict=True))
    sound |= {
        "automaton": automaton.automaton(WRITTEN),
        "written": WRITTEN,
        "edged": EDGED,
        "kept": kept(),
        "rules": ["a"],
    }
    in_c()(**sound)

    with pytest.raises((TypeError, ValueError)):
        in_c()(**(sound | {name: value}))


def test_what_is_no_rule_no_word_and_no_text_is_refused_by_c() -> None:
    table = a_table(in_c(), [(0, [3], [])], 1)
    wrong: Any
    for wrong in (b"", None, 1):
        with pytest.raises(TypeError):
            table.candidates(wrong)
    for wrong in ((1, (), ()), (-1, (), ()), (0, (9,), ()), (0, (), (-1,)), (0, ("x",), ()), (0, [], [])):
        with pytest.raises((TypeError, IndexError)):
            table.make_ready(*wrong)
    assert table.candidates("bus") == ([], [0])


def test_words_that_are_taken_from_the_list_afterwards_are_still_told() -> None:
    written = list(WRITTEN)
    table = a_table(in_c(), [(0, [0], [])], 1, written)
    table.make_ready(0, (), (0,))

    written.clear()

    assert table.candidates(WRITTEN[0]) == ([("a", (WRITTEN[0],))], [])


def test_nothing_is_held_longer_than_its_table() -> None:
    word = "从未有过的词"
    before = sys.getrefcount(word)
    for _ in range(50):
        table = a_table(in_c(), [(0, [0], [])], 1, [word])
        table.make_ready(0, (), (0,))
        assert table.candidates(word) == ([("a", (word,))], [])
        del table
    assert sys.getrefcount(word) == before
