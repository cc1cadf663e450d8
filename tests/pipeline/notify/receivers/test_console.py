from __future__ import annotations

import contextlib
import io

import pytest

from pipeline.model import Notification
from pipeline.notify.notifier import Accepted, Answer, Notifier
from pipeline.notify.receivers.console import ConsoleReceiver
from tests.contracts.notifier import NotifierContract, a_notification


class Full(io.StringIO):
    """A terminal that is gone."""

    def write(self, _: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


class Unplugged(ConsoleReceiver):
    def send(self, notification: Notification) -> Answer:
        with contextlib.redirect_stdout(Full()):
            return super().send(notification)


class TestConsole(NotifierContract):
    @pytest.fixture(autouse=True)
    def _terminal(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._seen = ""

    @pytest.fixture
    def receiver(self) -> Notifier:
        return ConsoleReceiver()

    @pytest.fixture
    def broken(self) -> Notifier:
        return Unplugged()

    def received(self) -> list[str]:
        self._seen += self._capsys.readouterr().out
        return self._seen.splitlines()


def test_a_message_is_one_plain_line_with_local_time(capsys: pytest.CaptureFixture[str]) -> None:
    title = "【黄·L3】[bold]停水[/bold] " + "很长" * 80
    assert isinstance(ConsoleReceiver().send(a_notification(title=title)), Accepted)
    (shown,) = capsys.readouterr().out.splitlines()
    assert shown.startswith("03-11 01:30:00 【黄·L3】[bold]停水[/bold] 很长")
    assert shown.endswith(" C-3F7KQ")
