"""Counts are exact, however little the shards tell at first."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.index.elastic import counting
from pipeline.index.elastic.counting import groups, most_frequent
from pipeline.index.elastic.dsl import EVERY
from pipeline.index.elastic.index import ElasticIndex
from tests.contracts.index_posts import a_post


def test_shards_are_asked_again_until_what_they_left_out_cannot_matter(
    index: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_FIRST_SHARD_SIZE", 1)
    # Each month has its own favourites; the one that is most frequent in all is second in each.
    index.write(
        [
            a_post(f"{month}-{n}", source=source, at=f"2026-{month:02}-05")
            for month in range(1, 6)
            for n, source in enumerate([f"loud{month}"] * 3 + ["everywhere"] * 2 + [f"rare{month}"])
        ]
    )

    found = [(bucket.key, bucket.count) for bucket in index.aggregate("*", "source.id", most=1)]

    assert found == [("everywhere", 10)]


def test_nothing_is_asked_for_nothing() -> None:
    def never(body: object) -> dict[str, Any]:
        raise AssertionError(body)

    assert most_frequent(never, EVERY, "lang", 0) == []


def test_groups_are_read_page_by_page(index: ElasticIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_PAGE", 3)
    index.write([a_post(f"p{n}", at=f"2026-03-{n + 1:02}") for n in range(10)])

    days = index.aggregate("*", "day")

    assert [(day.key, day.count) for day in days] == [(f"2026-03-{n + 1:02}", 1) for n in range(10)]


def test_an_index_that_is_not_there_has_no_groups() -> None:
    assert list(groups(lambda body: {"hits": {}}, EVERY, [])) == []
    assert most_frequent(lambda body: {"hits": {}}, EVERY, "lang", 5) == []
