"""One invented district for all tests of the boards, and live servers that hold its documents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.index.elastic.address import Address
from pipeline.index.elastic.drivers import connected
from pipeline.index.elastic.gateway import Gateway
from pipeline.index.elastic.index import ElasticIndex
from tests.dashboards.boards.district import District, a_district, a_mirror, everything
from tests.servers.search import SearchServer

PREFIX = "boards"


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    with a_district(tmp_path_factory.mktemp("district")) as lived:
        yield lived


@pytest.fixture(scope="session", params=["elasticsearch", "opensearch"])
def filled(
    request: pytest.FixtureRequest, district: District, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """A live search server with the district's posts, and all that the mirror made of it."""
    server: SearchServer = request.getfixturevalue(request.param)
    address = Address.read(f"{request.param}://127.0.0.1:{server.port}/{PREFIX}")
    gateway = Gateway(connected(address))
    index = ElasticIndex(address, "Asia/Shanghai")
    index.write(everything(district.app.index))
    a_mirror(district, gateway, PREFIX, tmp_path_factory.mktemp("frontier")).step(district.clock.now())
    gateway.refresh(f"{PREFIX}-*")
    yield gateway
    gateway.drop([one.name for one in gateway.indices(f"{PREFIX}-*")])
    index.close()
    gateway.close()
