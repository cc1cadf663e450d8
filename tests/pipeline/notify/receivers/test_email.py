from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from pydantic import ValidationError

from pipeline.notify.notifier import Accepted, Notifier
from pipeline.notify.receivers.email import EmailReceiver
from tests.contracts.notifier import NotifierContract, a_notification
from tests.pipeline.notify.receivers.fake_web import a_free_port


class Mailbox:
    """The handler of a real SMTP server; it answers as it is told."""

    def __init__(self) -> None:
        self.to_recipient = "250 OK"
        self.to_text = "250 OK"
        self.got: list[Envelope] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: Any, _session: Any, envelope: Envelope) -> str:
        if self.to_text == "hang up":
            self.got.append(envelope)
            server.transport.abort()
            return "250 never heard"
        if self.to_text.startswith("250"):
            self.got.append(envelope)
        return self.to_text


def mail_in(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content, policy=default)


def only_the_desk(_server: Any, _session: Any, _envelope: Any, _mechanism: str, auth: Any) -> AuthResult:
    return AuthResult(success=auth.login == b"desk" and auth.password == b"right", handled=False)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=a_free_port(), authenticator=only_the_desk, auth_require_tls=False
    )
    controller.start()
    yield controller
    controller.stop()


def a_receiver(server: Controller, **options: Any) -> EmailReceiver:
    base = {"host": "127.0.0.1", "port": server.port, "tls": "none", "sender": "desk@example.com", "timeout": "3s"}
    return EmailReceiver.model_validate({**base, "to": "duty@example.com", **options})


class TestEmail(NotifierContract):
    @pytest.fixture(autouse=True)
    def _mailbox(self, mailbox: Mailbox) -> None:
        self._box = mailbox

    @pytest.fixture
    def receiver(self, server: Controller) -> Notifier:
        return a_receiver(server)

    @pytest.fixture
    def broken(self) -> Notifier:
        return EmailReceiver(
            host="127.0.0.1", port=a_free_port(), tls="none", sender="desk@example.com", to="duty@example.com"
        )

    def received(self) -> list[str]:
        return [str(mail_in(one)["subject"]) for one in self._box.got]


def test_the_mail_says_what_the_notification_says(server: Controller, mailbox: Mailbox) -> None:
    a_receiver(server, user="desk", password="right").send(a_notification())
    (envelope,) = mailbox.got
    mail = mail_in(envelope)
    assert mail.get_content().splitlines() == ["依据：12 人", "单位：区水务局（牵头）"]
    assert (envelope.rcpt_tos, mail["auto-submitted"]) == (["duty@example.com"], "auto-generated")


def test_a_title_with_line_breaks_adds_no_header(server: Controller, mailbox: Mailbox) -> None:
    a_receiver(server).send(a_notification(title="停水\r\nBcc: everyone@example.com"))
    mail = mail_in(mailbox.got[0])
    assert mail["bcc"] is None
    assert mail["subject"] == "停水 Bcc: everyone@example.com"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("250 OK", "Accepted"),
        ("421 closing", "Transient"),
        ("450 busy", "Transient"),
        ("550 no such mailbox", "Permanent"),
    ],
)
def test_an_answer_to_the_recipient_is_judged(server: Controller, mailbox: Mailbox, answer: str, kind: str) -> None:
    mailbox.to_recipient = answer
    assert type(a_receiver(server).send(a_notification())).__name__ == kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("451 later", "Transient"), ("554 refused as spam", "Permanent"), ("hang up", "Ambiguous")],
)
def test_an_answer_to_the_text_is_judged(server: Controller, mailbox: Mailbox, answer: str, kind: str) -> None:
    mailbox.to_text = answer
    assert type(a_receiver(server).send(a_notification())).__name__ == kind


@pytest.mark.parametrize(
    "options",
    [{"user": "desk", "password": "wrong"}, {"tls": "starttls"}],
)
def test_what_a_person_must_mend_is_permanent(server: Controller, options: dict[str, str]) -> None:
    answer = a_receiver(server, **options).send(a_notification())
    assert type(answer).__name__ == "Permanent"


def test_the_password_is_in_no_words(server: Controller) -> None:
    receiver = a_receiver(server, user="desk", password="right")
    assert isinstance(receiver.send(a_notification()), Accepted)
    assert "right" not in repr(receiver)


@pytest.mark.parametrize("to", ["nobody", "a@example.com, b@example.com", "a@example.com\nb@example.com"])
def test_one_receiver_is_one_mailbox(to: str) -> None:
    with pytest.raises(ValidationError):
        EmailReceiver(host="mail.example.com", sender="desk@example.com", to=to)


@pytest.mark.parametrize("changed", [{"to": "张三@example.com"}, {"user": "值班室"}, {"password": "密码"}])
def test_what_a_mail_server_cannot_be_told_is_refused_at_once(changed: dict[str, str]) -> None:
    options = {"host": "mail.example.com", "sender": "desk@example.com", "to": "a@example.com", **changed}
    with pytest.raises(ValidationError, match="只能用英文字符"):
        EmailReceiver.model_validate(options)
