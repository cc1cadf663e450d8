from __future__ import annotations

import ssl

import httpx
import pytest

from tests.servers.door import SecureSearch


def client(door: SecureSearch, password: str) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(door.ca))
    return httpx.Client(base_url=door.url, verify=context, auth=(door.user, password), timeout=30)


def test_the_right_user_is_let_through(elasticsearch_secure: SecureSearch) -> None:
    with client(elasticsearch_secure, elasticsearch_secure.password) as asking:
        assert asking.put("/door/_doc/1", json={"text": "停水"}).status_code == 201
        assert asking.get("/door/_doc/1").json()["_source"] == {"text": "停水"}
        assert asking.head("/door").status_code == 200
        assert asking.delete("/door").json() == {"acknowledged": True}


def test_another_is_refused(elasticsearch_secure: SecureSearch) -> None:
    with client(elasticsearch_secure, "guess") as asking:
        assert asking.get("/").status_code == 401


def test_who_does_not_know_the_authority_does_not_trust_the_door(elasticsearch_secure: SecureSearch) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(elasticsearch_secure.url)


def test_an_absent_server_is_a_bad_gateway(elasticsearch_secure: SecureSearch) -> None:
    elasticsearch_secure.server.stop()

    with client(elasticsearch_secure, elasticsearch_secure.password) as asking:
        assert asking.get("/").status_code == 502
