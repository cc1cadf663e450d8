from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.shelves import Shelves

MOST = 50


def holding(pairs: list[tuple[int, int]], cut: int, width: int = 4) -> tuple[Shelves, list[list[int]]]:
    """Return shelves that were filled in two batches, and the row that each hash reads then."""
    shelves = Shelves(64, MOST, width)
    hashes = np.array([hash_ for hash_, _ in pairs], np.uint64)
    numbers = np.array([number for _, number in pairs], np.int64)
    for part in (slice(0, cut), slice(cut, None)):
        shelves.put(*shelves.places(hashes[part]), numbers[part])
    return shelves, shelves.read(*shelves.places(hashes)).tolist()


PAIRS = st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, MOST - 1)), min_size=1, max_size=60)


@given(PAIRS, st.integers(0, 60), st.integers(0, 60))
def test_what_is_read_is_no_matter_of_batches(pairs: list[tuple[int, int]], one: int, other: int) -> None:
    assert holding(pairs, one)[1] == holding(pairs, other)[1]


@given(PAIRS)
def test_what_was_put_last_is_read(pairs: list[tuple[int, int]]) -> None:
    last = dict(pairs)

    _, rows = holding(pairs, 0, width=64)

    for (hash_, _), row in zip(pairs, rows, strict=True):
        assert last[hash_] in row


def test_a_full_shelf_forgets_the_oldest() -> None:
    shelves, rows = holding([(7, number) for number in range(6)], 3)

    assert sorted(rows[0]) == [2, 3, 4, 5]
    assert shelves.read(*shelves.places(np.array([8], np.uint64))).tolist() == [[-1] * 4]


@given(PAIRS, st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_what_is_found_one_by_one_is_what_is_read_in_rows(pairs: list[tuple[int, int]], others: list[int]) -> None:
    shelves, _ = holding(pairs, 1)
    hashes = np.array([*others, *(hash_ for hash_, _ in pairs)], np.uint64)

    which, numbers = shelves.found(hashes)

    rows = shelves.read(*shelves.places(hashes)).tolist()
    expected = [(place, number) for place, row in enumerate(rows) for number in row if number >= 0]
    assert list(zip(which.tolist(), numbers.tolist(), strict=True)) == expected
