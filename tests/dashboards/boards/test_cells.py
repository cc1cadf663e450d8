"""Held by an attacker who knows the rule, the total and every number that is told."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from dashboards.boards.cells import LEAST, SMALL, WITHHELD, Cell, alone, protected


def attacked(told: dict[str, Cell], total: int) -> dict[str, set[int]]:
    """Return the numbers that each small cell may be, by all that is told."""
    hidden = [key for key, cell in told.items() if cell.n is None]
    left = total - sum(cell.n for cell in told.values() if cell.n is not None)
    largest = min((cell.n for cell in told.values() if cell.n is not None and cell.n >= LEAST), default=left)
    can: dict[str, set[int]] = {key: set() for key in hidden if told[key].small}
    ranges = [range(1, LEAST) if told[key].small else range(LEAST, largest + 1) for key in hidden]
    for guess in _sums(ranges, left):
        for key, n in zip(hidden, guess, strict=True):
            if key in can:
                can[key].add(n)
    return can


def _sums(ranges: list[range], left: int) -> Iterator[tuple[int, ...]]:
    *firsts, last = ranges
    for guess in itertools.product(*firsts):
        if left - sum(guess) in last:
            yield (*guess, left - sum(guess))


def test_large_numbers_and_noughts_are_told() -> None:
    assert protected({"a": 12, "b": 5, "c": 0}) == {"a": Cell(12, "12"), "b": Cell(5, "5"), "c": Cell(0, "0")}


def test_one_small_cell_takes_the_smallest_of_the_others_with_it() -> None:
    told = protected({"water": 40, "gas": 9, "noise": 2})

    assert told == {"water": Cell(40, "40"), "gas": Cell(None, WITHHELD), "noise": Cell(None, SMALL)}


def test_many_small_cells_hide_each_other() -> None:
    told = protected({"water": 40, "a": 1, "b": 4, "c": 3, "d": 2})

    assert [cell.shown for cell in told.values()] == ["40", SMALL, SMALL, SMALL, SMALL]


def test_two_ones_beside_a_total_would_be_seen_through() -> None:
    told = protected({"water": 40, "a": 1, "b": 1})

    assert told["water"].shown == WITHHELD


def test_a_table_that_cannot_be_protected_is_not_told_at_all() -> None:
    assert {cell.shown for cell in protected({"a": 1, "b": 0}).values()} == {WITHHELD}


def test_a_total_is_told_unless_it_is_small() -> None:
    assert [alone(n).shown for n in (0, 1, 4, 5)] == ["0", SMALL, SMALL, "5"]


@given(st.dictionaries(st.sampled_from("abcdef"), st.one_of(st.integers(0, 7), st.integers(0, 30)), min_size=1))
def test_no_small_number_is_read_or_worked_out(counts: dict[str, int]) -> None:
    told = protected(counts)

    assert all(cell.n is None for key, cell in told.items() if 0 < counts[key] < LEAST)
    assert all(cell.n in (None, counts[key]) for key, cell in told.items())
    for possible in attacked(told, sum(counts.values())).values() if any(c.small for c in told.values()) else ():
        assert possible == {1, 2, 3, 4}
