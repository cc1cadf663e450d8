from __future__ import annotations

import httpx
import pytest

from dashboards.boards import kibana
from dashboards.boards.importing import Kibana
from dashboards.boards.spec import shipped
from pipeline.errors import Misconfigured, Unavailable
from tests.dashboards.boards.fake_kibana import FakeKibana

LEADERS = kibana.files(shipped())["leader.ndjson"]


class Waiting:
    """A clock that moves while one waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> float:
        return self.now


def reaching(fake: FakeKibana, waiting: Waiting | None = None) -> Kibana:
    waiting = waiting or Waiting()
    http = httpx.Client(
        base_url="http://kibana:5601", headers={"kbn-xsrf": "true"}, transport=httpx.MockTransport(fake)
    )
    return Kibana(http, waiting.pause, waiting.clock)


def test_it_waits_until_kibana_is_ready() -> None:
    waiting = Waiting()

    reaching(FakeKibana(starting=4), waiting).wait(60)

    assert waiting.now == 8.0


def test_a_kibana_that_never_gets_ready_is_not_waited_for_for_ever() -> None:
    with pytest.raises(Unavailable, match=r"10 秒内没有就绪.*503"):
        reaching(FakeKibana(starting=1000)).wait(10)


def test_a_kibana_that_cannot_be_reached_is_waited_for_as_well() -> None:
    fake = FakeKibana()

    def nobody() -> httpx.Response:
        raise httpx.ConnectError("refused")

    fake.instead["/api/status"] = nobody
    with pytest.raises(Unavailable, match="连不上 Kibana"):
        reaching(fake).wait(5)


def test_importing_twice_doubles_nothing() -> None:
    fake = FakeKibana()
    target = reaching(fake)

    counts = [target.bring("leader", LEADERS, "yuqing") for _ in range(2)]

    assert counts == [5, 5]
    assert fake.spaces == {"yuqing-leaders"}
    assert len(fake.objects) == 5


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_password_is_said_at_once(status: int) -> None:
    fake = FakeKibana()
    fake.instead["/api/status"] = lambda: httpx.Response(status)

    with pytest.raises(Misconfigured, match="用户名或口令不对"):
        reaching(fake).wait(60)


def test_what_kibana_refuses_is_named() -> None:
    fake = FakeKibana()
    error = {
        "type": "dashboard",
        "id": "yuqing-cases-leader",
        "error": {"type": "missing_references", "references": ["x"]},
    }
    fake.instead["_import"] = lambda: httpx.Response(200, json={"success": False, "errors": [error]})

    with pytest.raises(Misconfigured, match=r"dashboard yuqing-cases-leader.*missing_references"):
        reaching(fake).bring("leader", LEADERS, "yuqing")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(422, text="belongs to a more recent version"), Misconfigured),
        (httpx.Response(503, text="away"), Unavailable),
        (httpx.Response(200, json={"success": False}), Misconfigured),
    ],
)
def test_an_answer_is_judged_by_whether_asking_again_would_help(answer: httpx.Response, kind: type[Exception]) -> None:
    fake = FakeKibana()
    fake.instead["_import"] = lambda: answer

    with pytest.raises(kind):
        reaching(fake).bring("staff", LEADERS, "yuqing")


def test_a_status_that_is_no_status_is_not_ready() -> None:
    fake = FakeKibana()
    fake.instead["/api/status"] = lambda: httpx.Response(200, text="<html>")

    with pytest.raises(Unavailable, match="HTTP 200"):
        reaching(fake).wait(1)


def test_the_login_may_stand_in_the_address() -> None:
    target = Kibana.at("http://desk:s3cret@kibana:5601/base/")

    assert str(target.http.base_url) == "http://kibana:5601/base/"
    assert target.http.auth is not None
    assert Kibana.at("https://kibana:5601").http.auth is None


@pytest.mark.parametrize("url", ["kibana:5601", "ftp://kibana", "http://", "http://[::1", "http://kibana:port"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(Misconfigured, match="--kibana"):
        Kibana.at(url)


@pytest.mark.parametrize(
    ("url", "user", "password"),
    [
        ("http://desk:p%40ss%2Fw%C3%B6rd@kibana:5601", "desk", "p@ss/wörd"),
        ("http://de%20sk:s3cret@kibana:5601", "de sk", "s3cret"),
    ],
)
def test_a_login_in_the_address_is_read_as_addresses_are_written(url: str, user: str, password: str) -> None:
    target = Kibana.at(url)

    assert isinstance(target.http.auth, httpx.BasicAuth)
    assert target.http.auth._auth_header == httpx.BasicAuth(user, password)._auth_header
