from __future__ import annotations

from collections.abc import Hashable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse.bcubed import b_cubed

LABELS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), min_size=1, max_size=20)


def one_by_one(labels: Sequence[Hashable], groups: Sequence[Hashable]) -> float:
    """Return the precision as the paper defines it."""
    shares = []
    for label, group in zip(labels, groups, strict=True):
        beside = [other for other, its in zip(labels, groups, strict=True) if its == group]
        shares.append(beside.count(label) / len(beside))
    return sum(shares) / len(shares)


@given(LABELS)
def test_it_is_what_counting_thing_by_thing_gives(pairs: list[tuple[str, int]]) -> None:
    labels, groups = [label for label, _ in pairs], [group for _, group in pairs]

    found = b_cubed(labels, groups)

    assert found.precision == pytest.approx(one_by_one(labels, groups))
    assert found.recall == pytest.approx(one_by_one(groups, labels))
    assert min(found) <= found.f1 + 1e-9 <= max(found) + 2e-9
    assert b_cubed(labels, labels).f1 == pytest.approx(1)


def test_all_in_one_group_is_all_recall() -> None:
    assert list(b_cubed("aab", "xxx")) == [pytest.approx(5 / 9), 1]
