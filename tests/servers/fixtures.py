"""The servers as fixtures: shared ones that start when a test first asks, and servers of one test's own.

A server that cannot be had skips the test at a desk and fails it in CI. A shared server that a test stopped, killed or
paused runs again before the next test.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal, Protocol, TypeVar

import pytest

from tests.live import do_without
from tests.servers.door import SecureSearch, a_door
from tests.servers.kafka import KafkaCluster, SecureKafka
from tests.servers.obtain import Unobtainable
from tests.servers.postgres import Database, Postgres, a_database
from tests.servers.search import Elasticsearch, OpenSearch, SearchServer
from tests.servers.server import Restartable

Some = TypeVar("Some", bound=Restartable)
Product = Literal["elasticsearch", "opensearch"]

_running: list[tuple[str, Restartable]] = []
"""The servers of now, each with the name of its fixture."""


class OwnKafka(Protocol):
    def __call__(self, nodes: int = 1) -> KafkaCluster: ...


class OwnSearch(Protocol):
    def __call__(self, product: Product) -> SearchServer: ...


class OwnPostgres(Protocol):
    def __call__(self) -> Database: ...


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaCluster]:
    with _started("kafka", KafkaCluster) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka_three() -> Iterator[KafkaCluster]:
    with _started("kafka_three", lambda: KafkaCluster(3)) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka_secure() -> Iterator[SecureKafka]:
    with _started("kafka_secure", SecureKafka) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[Elasticsearch]:
    with _started("elasticsearch", Elasticsearch) as server:
        yield server


@pytest.fixture(scope="session")
def opensearch() -> Iterator[OpenSearch]:
    with _started("opensearch", OpenSearch) as server:
        yield server


@pytest.fixture(scope="session")
def elasticsearch_secure(elasticsearch: Elasticsearch) -> Iterator[SecureSearch]:
    with a_door(elasticsearch) as door:
        yield door


@pytest.fixture(scope="session")
def opensearch_secure(opensearch: OpenSearch) -> Iterator[SecureSearch]:
    with a_door(opensearch) as door:
        yield door


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with _started("postgres_server", Postgres) as server:
        yield server


@pytest.fixture
def postgres(postgres_server: Postgres) -> Iterator[Database]:
    with a_database(postgres_server) as database:
        yield database


@pytest.fixture
def own_kafka() -> Iterator[OwnKafka]:
    """Start clusters that no other test uses."""

    def begin(nodes: int = 1) -> KafkaCluster:
        return running.enter_context(_started("own_kafka", lambda: KafkaCluster(nodes)))

    with ExitStack() as running:
        yield begin


@pytest.fixture
def own_search() -> Iterator[OwnSearch]:
    """Start search servers that no other test uses."""
    kinds: dict[Product, Callable[[], SearchServer]] = {"elasticsearch": Elasticsearch, "opensearch": OpenSearch}
    with ExitStack() as running:
        yield lambda product: running.enter_context(_started("own_search", kinds[product]))


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    """Start servers that no other test uses, with fsync; each call returns an empty database in a new one."""

    def begin() -> Database:
        server = running.enter_context(_started("own_postgres", lambda: Postgres(fsync=True)))
        return Database(server, server.create())

    with ExitStack() as running:
        yield begin


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Leave every server running that the next test may ask for."""
    for _, server in _running:
        server.heal()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failed test what its servers said last."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        used = [(name, server) for name, server in _running if name in item.fixturenames]
        report.sections += [(f"log of {name}", server.said()) for name, server in used]
    return report


@contextmanager
def _started(fixture: str, make: Callable[[], Some]) -> Iterator[Some]:
    try:
        server = make()
    except Unobtainable as reason:
        do_without(str(reason))
    try:
        server.start()
        _running.append((fixture, server))
        yield server
    finally:
        _running[:] = [one for one in _running if one[1] is not server]
        server.close()
