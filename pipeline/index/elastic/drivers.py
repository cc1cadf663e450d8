"""The two client libraries as wires, and which of them a server needs."""

from __future__ import annotations

import logging
import ssl
import warnings
from collections.abc import Mapping
from typing import Any, Final

import elastic_transport
import elasticsearch
import msgspec
import opensearchpy

from pipeline.errors import Fault, Misconfigured, Unavailable
from pipeline.index.elastic.address import Address
from pipeline.index.elastic.wire import Answer, Method, Wire, answer

for _name in ("elastic_transport", "opensearch"):  # what fails is raised, and told once by whoever waits for it
    logging.getLogger(_name).setLevel(logging.ERROR)

_JSON: Final = "application/json"
_LINES: Final = "application/x-ndjson"


class _FromElasticsearch(elasticsearch.JsonSerializer):
    """Answers are read by msgspec, in a third of the time."""

    def loads(self, data: bytes) -> Any:
        try:
            return msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise elasticsearch.SerializationError("not JSON", (error,)) from error


class _FromOpenSearch(opensearchpy.JSONSerializer):
    def loads(self, s: str) -> Any:
        try:
            return msgspec.json.decode(s)
        except msgspec.DecodeError as error:
            raise opensearchpy.SerializationError("not JSON", error) from error


# Nothing is compressed on the way: it took a third of the time that a post costs us, and more at the server.
class ElasticsearchWire:
    """Requests by elasticsearch-py, which refuses to speak with anything but an Elasticsearch of its own time."""

    def __init__(self, address: Address) -> None:
        self._client = elasticsearch.Elasticsearch(
            list(address.hosts),
            basic_auth=(address.user, address.password) if address.user else None,
            request_timeout=address.timeout_s,
            max_retries=len(address.hosts),
            retry_on_status=(502, 503, 504),
            serializers={_JSON: _FromElasticsearch()},
            connections_per_node=4,
            **_trust(address),
        )

    def ask(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        lines: bool = False,
    ) -> Answer:
        headers = {"accept": _JSON} | ({"content-type": _LINES if lines else _JSON} if body is not None else {})
        try:
            with warnings.catch_warnings():  # of what a later version will do otherwise
                warnings.simplefilter("ignore", elasticsearch.ElasticsearchWarning)
                said = self._client.perform_request(method, path, params=params, headers=headers, body=body)
        except elasticsearch.UnsupportedProductError as error:
            raise Misconfigured([_other_product()]) from error
        except elasticsearch.ApiError as error:
            if error.meta.status == 406:  # it does not know the media type of this client
                raise Misconfigured([_other_product()]) from error
            return answer(error.meta.status, error.body)
        except elastic_transport.TransportError as error:
            raise Unavailable(f"index: {type(error).__name__}: {error}") from error
        return answer(said.meta.status, said.body)

    def close(self) -> None:
        self._client.close()


class OpenSearchWire:
    """Requests by opensearch-py."""

    def __init__(self, address: Address) -> None:
        self._client = opensearchpy.OpenSearch(
            list(address.hosts),
            http_auth=(address.user, address.password) if address.user else None,
            timeout=address.timeout_s,
            max_retries=len(address.hosts),
            serializer=_FromOpenSearch(),
            pool_maxsize=4,
            **_trust(address),
        )

    def ask(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        lines: bool = False,
    ) -> Answer:
        headers = {"content-type": _LINES if lines else _JSON}
        text = None if body is None else body.decode()
        try:
            said = self._client.transport.perform_request(method, path, params=params, body=text, headers=headers)
        except opensearchpy.SerializationError as error:
            raise Unavailable("index: SerializationError: not JSON") from error
        except opensearchpy.ConnectionError as error:
            raise Unavailable(f"index: {type(error).__name__}: {error.error}") from error
        except opensearchpy.TransportError as error:
            return answer(int(error.status_code), error.info or str(error.error))
        return answer(200, said)

    def close(self) -> None:
        self._client.close()


def connected(address: Address) -> Wire:
    """Return the wire that *address* needs; if it does not say, the server is asked. Raises Unavailable."""
    if address.product == "opensearch" or (address.product == "any" and _is_opensearch(address)):
        return OpenSearchWire(address)
    return ElasticsearchWire(address)


def _is_opensearch(address: Address) -> bool:
    wire = OpenSearchWire(address)  # the one client that both answer
    try:
        said = wire.ask("GET", "/").body.get("version")
    finally:
        wire.close()
    return isinstance(said, dict) and said.get("distribution") == "opensearch"


def _trust(address: Address) -> dict[str, Any]:
    """Return what both clients must know of the servers' certificates."""
    if not address.hosts[0].startswith("https:"):
        return {}
    if not address.verify:
        return {"verify_certs": False, "ssl_show_warn": False}
    return {"ssl_context": ssl.create_default_context(cafile=address.ca or None)}


def _other_product() -> Fault:
    return Fault(
        "index.url",
        "服务器不是 Elasticsearch 9；如是 OpenSearch，请写 opensearch://",
        "the server is not Elasticsearch 9; write opensearch:// if it is OpenSearch",
    )
