"""Two client libraries, one manner; the server says which it needs where the address does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pipeline.errors import Misconfigured, Unavailable
from pipeline.index.elastic.address import Address
from pipeline.index.elastic.drivers import ElasticsearchWire, OpenSearchWire, connected
from pipeline.index.elastic.gateway import Gateway
from tests.live import free_port
from tests.servers.search import Elasticsearch, OpenSearch, SearchServer


def test_a_bare_address_asks_the_server_what_it_is(elasticsearch: Elasticsearch, opensearch: OpenSearch) -> None:
    wires = [connected(Address.read(server.url)) for server in (elasticsearch, opensearch)]

    assert [type(wire) for wire in wires] == [ElasticsearchWire, OpenSearchWire]
    for wire in wires:
        wire.close()


def test_a_wrong_product_says_what_to_write(opensearch: OpenSearch) -> None:
    wire = connected(Address.read(f"elasticsearch://127.0.0.1:{opensearch.port}"))

    with pytest.raises(Misconfigured, match="opensearch://"):
        wire.ask("GET", "/")
    with pytest.raises(Misconfigured, match="opensearch://"):
        Gateway(wire).count("anything")
    wire.close()


@pytest.mark.parametrize("scheme", ["elasticsearch", "opensearch", "http"])
def test_nobody_there_is_unavailable(scheme: str) -> None:
    with pytest.raises(Unavailable):
        connected(Address.read(f"{scheme}://127.0.0.1:{free_port()}")).ask("GET", "/")


def test_the_next_host_answers_for_one_that_is_away(server: SearchServer) -> None:
    wire = connected(Address.read(f"{server.product}://127.0.0.1:{free_port()},127.0.0.1:{server.port}"))

    assert [wire.ask("GET", "/_cluster/health").status for _ in range(3)] == [200] * 3
    wire.close()


def test_a_server_that_says_nothing_is_unavailable(server: SearchServer) -> None:
    wire = connected(Address.read(f"{server.product}://127.0.0.1:{server.port}?timeout=1"))
    server.pause()

    with pytest.raises(Unavailable):
        wire.ask("GET", "/_cluster/health")

    server.resume()
    wire.close()


@pytest.mark.parametrize("product", ["elasticsearch", "opensearch"])
@pytest.mark.parametrize("verify", ["true", "false"])
def test_a_server_without_tls_cannot_be_spoken_to_in_tls(
    product: str, verify: str, elasticsearch: Elasticsearch
) -> None:
    wire = connected(Address.read(f"{product}+https://me:pw@127.0.0.1:{elasticsearch.port}?verify={verify}"))

    with pytest.raises(Unavailable):
        wire.ask("GET", "/")
    wire.close()


class Broken(BaseHTTPRequestHandler):
    """Says that it speaks JSON, and does not, as a proxy in between may."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("x-elastic-product", "Elasticsearch")
        self.end_headers()
        self.wfile.write(b'{"took": \xff')

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def broken() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Broken)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("scheme", ["elasticsearch", "opensearch"])
def test_an_answer_that_is_not_json_is_unavailable(scheme: str, broken: int) -> None:
    wire = connected(Address.read(f"{scheme}://127.0.0.1:{broken}"))

    with pytest.raises(Unavailable):
        wire.ask("GET", "/_cluster/health")
    wire.close()
