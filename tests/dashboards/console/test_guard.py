"""Who may ask."""

from __future__ import annotations

import pytest

from tests.dashboards.console.district import District, an_alert


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8642", "[::1]:8642", "10.1.2.3", "DESK.qinghu.example"])
def test_addresses_localhost_and_our_own_names_are_answered(district: District, host: str) -> None:
    client = district.client(hosts=["desk.qinghu.example"])

    assert client.get("/api/cases", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "",
        "evil.example:8642",
        "[::1",
        "[x]",
        "::1]",
    ],
)
def test_a_name_that_was_made_to_point_here_is_not_answered(district: District, host: str) -> None:
    answer = district.client().get("/api/cases", headers={"host": host})

    assert answer.status_code == 421
    assert "cases" not in answer.json()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Yuqing": "0"},
        {"X-Yuqing": "1", "origin": "https://evil.example"},
        {"X-Yuqing": "1", "origin": "null"},
        {"X-Yuqing": "1", "origin": "http://[::1"},
    ],
)
def test_a_form_of_another_site_cannot_act(district: District, headers: dict[str, str]) -> None:
    district.warn(an_alert())
    client = district.client()
    name = client.get("/api/cases").json()["cases"][0]["name"]

    answer = client.post(f"/api/cases/{name}/ack", json={"by": "x"}, headers=headers)
    district.settle()

    assert answer.status_code == 403
    assert client.get("/api/cases").json()["cases"][0]["state"] == "open"


def test_our_own_page_may_act(district: District) -> None:
    district.warn(an_alert())
    client = district.client()
    name = client.get("/api/cases").json()["cases"][0]["name"]
    ours = {"X-Yuqing": "1", "origin": "http://127.0.0.1:8642"}

    assert client.post(f"/api/cases/{name}/ack", json={"by": "王敏"}, headers=ours).status_code == 202


def test_an_act_cannot_be_a_link(district: District) -> None:
    assert district.client().get("/api/cases/C-1/ack").status_code == 405


@pytest.mark.parametrize("path", ["/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2fserver.py"])
def test_only_the_pages_own_files_are_served(district: District, path: str) -> None:
    assert district.client().get(path).status_code == 404
