"""The embedded index keeps the contract, and what only a file can get wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.index import PostIndex, open_index
from tests.contracts import post_index as contract


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PostIndex]:
    index = open_index(f"sqlite:///{tmp_path / 'new' / 'index.db'}")
    yield index
    index.close()


class TestWords(contract.Words): ...


class TestQueries(contract.Queries): ...


class TestPages(contract.Pages): ...


class TestBuckets(contract.Buckets): ...


class TestWrites(contract.Writes): ...
