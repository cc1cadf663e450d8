"""Both search servers, with names of each test's own on them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from pipeline.index.elastic.address import Address
from pipeline.index.elastic.drivers import connected
from pipeline.index.elastic.gateway import Gateway
from pipeline.index.elastic.index import ElasticIndex
from tests.servers.search import SearchServer

PRODUCTS = ("elasticsearch", "opensearch")


@pytest.fixture(params=PRODUCTS)
def server(request: pytest.FixtureRequest) -> SearchServer:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, SearchServer)
    return found


@pytest.fixture
def prefix() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def url(server: SearchServer, prefix: str) -> str:
    return address_of(server, prefix)


@pytest.fixture
def gateway(url: str, prefix: str) -> Iterator[Gateway]:
    """The server itself; what the test left there is gone afterwards."""
    gateway = Gateway(connected(Address.read(url)))
    yield gateway
    clear(gateway, prefix)
    gateway.close()


@pytest.fixture
def index(url: str, gateway: Gateway) -> Iterator[ElasticIndex]:
    index = ElasticIndex.open(url)
    yield index
    index.close()


@pytest.fixture(scope="session")
def shared_prefix() -> str:
    return f"s{uuid.uuid4().hex[:12]}"


@pytest.fixture
def emptied(server: SearchServer, shared_prefix: str) -> Iterator[ElasticIndex]:
    """An index with nothing in it. Its templates are those of the test before: to make them takes most of a second."""
    index = ElasticIndex.open(address_of(server, shared_prefix))
    yield index
    index.close()
    gateway = Gateway(connected(Address.read(address_of(server, shared_prefix))))
    for part in ("posts-v*", "sealed-v*", "register"):
        gateway.drop(info.name for info in gateway.indices(f"{shared_prefix}-{part}"))
    gateway.create(f"{shared_prefix}-register")
    gateway.close()


def address_of(server: SearchServer, prefix: str) -> str:
    return f"{server.product}://127.0.0.1:{server.port}/{prefix}?refresh=true&timeout=120"


def clear(gateway: Gateway, prefix: str) -> None:
    gateway.drop(info.name for info in gateway.indices(f"{prefix}-*"))
    for name in gateway.templates(f"{prefix}-*"):
        gateway.drop_template(name)
