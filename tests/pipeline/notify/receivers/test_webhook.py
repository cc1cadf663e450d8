from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.notify.notifier import Limited, Notifier
from pipeline.notify.payload import SCHEMA
from pipeline.notify.receivers.webhook import WebhookReceiver
from tests.contracts.notifier import NASTY, NotifierContract, a_notification
from tests.pipeline.notify.receivers.fake_web import FakeWeb, a_free_port

BODY = """
  {"title": "{{ rule.name }}", "level": "{{ level }}", "content": "{{ summary }}", "list": ["{{ summary }}"],
   "count": {{ count }}, "late": {{ late }}}
"""
ROBOT = {"field": "errcode", "limited": [130101], "permanent": [310000, 300005]}


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as web:
        yield web


def a_receiver(web: FakeWeb, **options: Any) -> WebhookReceiver:
    return WebhookReceiver.model_validate({"url": web.url, "timeout": "2s", **options})


class TestWebhook(NotifierContract):
    @pytest.fixture(autouse=True)
    def _web(self, web: FakeWeb) -> None:
        self._fake = web

    @pytest.fixture
    def receiver(self) -> Notifier:
        return a_receiver(self._fake)

    @pytest.fixture
    def broken(self) -> Notifier:
        return WebhookReceiver(url=f"http://127.0.0.1:{a_free_port()}/hook")

    def received(self) -> list[str]:
        return [str(got["title"]) for got in self._fake.got]


def test_its_own_body_has_every_key_always(web: FakeWeb) -> None:
    a_receiver(web).send(a_notification())
    (got,) = web.got
    assert (got["schema"], got["colour"], got["late"], got["count"]) == (SCHEMA, "yellow", False, 1)


def test_values_in_a_template_are_escaped_once(web: FakeWeb) -> None:
    receiver = a_receiver(web, body=BODY)
    for text in NASTY:
        receiver.send(a_notification(summary=text, count=12))
    assert [got["content"] for got in web.got] == list(NASTY)
    assert [got["list"] for got in web.got] == [[text] for text in NASTY]
    assert all((got["level"], got["count"], got["late"]) == ("yellow", 12, False) for got in web.got)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('{"a": "{{ title }}"', "样例"),
        ("{{ title }}", "样例"),
        ('{"a": "{{ titel }}"}', "titel"),
        ('{"a": "{{ title "}', "模板写法有误"),
        ('{"a": "{{ \'\'.__class__.__mro__ }}"}', "模板写法有误"),
    ],
)
def test_a_template_that_cannot_give_json_is_refused_at_once(body: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        WebhookReceiver(url="https://example.com/", body=body)


@pytest.mark.parametrize(
    "url", ["example.com/hook", "ftp://example.com/", "https://", "http://desk\x07/", "http://xn--/"]
)
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValidationError, match="网址"):
        WebhookReceiver(url=url)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, "Accepted"), (204, "Accepted"), (302, "Permanent"), (400, "Permanent"), (401, "Permanent"),
        (404, "Permanent"), (408, "Transient"), (410, "Permanent"), (429, "Limited"), (500, "Transient"),
        (502, "Ambiguous"), (503, "Transient"),
    ],
)  # fmt: skip
def test_an_http_status_is_judged(web: FakeWeb, status: int, kind: str) -> None:
    web.status, web.body = status, b""
    assert type(a_receiver(web).send(a_notification())).__name__ == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"errcode":0,"errmsg":"ok"}', "Accepted"), (b'{"errcode":"0"}', "Accepted"),
        (b'\xef\xbb\xbf{"errcode":0}', "Accepted"), (b'{"errcode":310000}', "Permanent"),
        (b'{"errcode":300005}', "Permanent"), (b'{"errcode":130101}', "Limited"), (b'{"errcode":-1}', "Transient"),
        (b"", "Transient"), ("<html>请先登录上网认证</html>".encode(), "Transient"), (b'{"success":true}', "Transient"),
        (b'{"errcode":{"a":0}}', "Transient"), (b"[0]", "Transient"), (b"\xff\xfe", "Transient"),
    ],
)  # fmt: skip
def test_a_body_with_http_200_is_judged_by_its_code(web: FakeWeb, body: bytes, kind: str) -> None:
    web.body = body
    assert type(a_receiver(web, accept=ROBOT).send(a_notification())).__name__ == kind


def test_a_lost_answer_is_ambiguous_for_the_message_may_be_there(web: FakeWeb) -> None:
    web.hang_up = True
    assert type(a_receiver(web).send(a_notification())).__name__ == "Ambiguous"
    assert len(web.got) == 1


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "7"}, 7.0),
        # By the other side's own clock, which may be years off.
        ({"Date": "Tue, 10 Mar 2026 11:00:00 GMT", "Retry-After": "Tue, 10 Mar 2026 11:01:30 GMT"}, 90.0),
        ({"Retry-After": "Tue, 10 Mar 2026 11:01:30 GMT"}, 60.0),
        ({"Retry-After": "soon"}, 60.0),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "nan"}, 3600.0),
        ({}, 60.0),
    ],
)
def test_it_waits_as_long_as_it_is_asked_to(web: FakeWeb, headers: dict[str, str], wait_s: float) -> None:
    web.status, web.headers = 429, headers
    answer = a_receiver(web).send(a_notification())
    assert isinstance(answer, Limited)
    assert answer.wait_s == wait_s


def test_the_secret_path_of_the_address_is_in_no_answer(web: FakeWeb) -> None:
    for web.status in (200, 302, 404, 429, 500, 502):
        assert "secret" not in a_receiver(web).send(a_notification()).words


def test_one_message_has_one_idempotency_key(web: FakeWeb) -> None:
    receiver = a_receiver(web, body='{"id": {{ id | tojson }}}')
    receiver.send(a_notification())
    receiver.send(a_notification(resend=True))
    assert web.keys == [a_notification().id] * 2
    assert web.got == [{"id": a_notification().id}] * 2
