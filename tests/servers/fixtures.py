"""The servers as fixtures: shared ones that start when a test first asks, and servers of one test's own.

A server that cannot be had skips the test at a desk and fails it in CI. A shared server that a test stopped, killed or
paused runs again before the next test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal, NoReturn, Protocol, TypeVar

import pytest

from tests.servers.kafka import KafkaCluster, SecureKafka
from tests.servers.obtain import Unobtainable
from tests.servers.postgres import Database, Postgres, a_database
from tests.servers.search import Elasticsearch, OpenSearch, SearchServer


class Startable(Protocol):
    def start(self) -> None: ...
    def heal(self) -> None: ...
    def close(self) -> None: ...


Some = TypeVar("Some", bound=Startable)
Product = Literal["elasticsearch", "opensearch"]

_shared: list[Startable] = []


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaCluster]:
    with _shared_by_all(KafkaCluster) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka_three() -> Iterator[KafkaCluster]:
    with _shared_by_all(lambda: KafkaCluster(3)) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka_secure() -> Iterator[SecureKafka]:
    with _shared_by_all(SecureKafka) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[Elasticsearch]:
    with _shared_by_all(Elasticsearch) as server:
        yield server


@pytest.fixture(scope="session")
def opensearch() -> Iterator[OpenSearch]:
    with _shared_by_all(OpenSearch) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with _shared_by_all(Postgres) as server:
        yield server


@pytest.fixture
def postgres(postgres_server: Postgres) -> Iterator[Database]:
    with a_database(postgres_server) as database:
        yield database


@pytest.fixture
def own_kafka() -> Iterator[Callable[[int], KafkaCluster]]:
    """Start clusters that no other test uses: ``own_kafka(3)``."""
    with ExitStack() as running:
        yield lambda nodes: running.enter_context(_started(lambda: KafkaCluster(nodes)))


@pytest.fixture
def own_search() -> Iterator[Callable[[Product], SearchServer]]:
    """Start search servers that no other test uses: ``own_search("elasticsearch")``."""
    kinds: dict[Product, Callable[[], SearchServer]] = {"elasticsearch": Elasticsearch, "opensearch": OpenSearch}
    with ExitStack() as running:
        yield lambda product: running.enter_context(_started(kinds[product]))


@pytest.fixture
def own_postgres() -> Iterator[Callable[[], Database]]:
    """Start servers that no other test uses, with fsync; each call returns an empty database in a new one."""

    def begin() -> Database:
        server = running.enter_context(_started(lambda: Postgres(fsync=True)))
        return Database(server, server.create())

    with ExitStack() as running:
        yield begin


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    for server in _shared:
        server.heal()


@contextmanager
def _shared_by_all(make: Callable[[], Some]) -> Iterator[Some]:
    with _started(make) as server:
        _shared.append(server)
        try:
            yield server
        finally:
            _shared.remove(server)


@contextmanager
def _started(make: Callable[[], Some]) -> Iterator[Some]:
    try:
        server = make()
    except Unobtainable as reason:
        _do_without(str(reason))
    try:
        server.start()
        yield server
    finally:
        server.close()


def _do_without(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
