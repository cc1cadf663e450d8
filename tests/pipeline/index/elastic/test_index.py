"""The index on search servers keeps the contract, and what only servers can get wrong."""

from __future__ import annotations

import pytest

from pipeline.index import PostIndex
from pipeline.index.elastic.index import ElasticIndex
from tests.contracts import post_index as contract


class OnServers:
    @pytest.fixture
    def index(self, emptied: ElasticIndex) -> PostIndex:
        return emptied


class TestWords(OnServers, contract.Words): ...


class TestQueries(OnServers, contract.Queries): ...


class TestPages(OnServers, contract.Pages): ...


class TestBuckets(OnServers, contract.Buckets): ...


class TestWrites(OnServers, contract.Writes): ...
