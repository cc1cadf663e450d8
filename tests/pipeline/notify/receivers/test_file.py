from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.notify.notifier import Notifier
from pipeline.notify.receivers.file import FileReceiver
from tests.contracts.notifier import NotifierContract, a_notification


class TestFile(NotifierContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self._home = tmp_path

    @pytest.fixture
    def receiver(self) -> Notifier:
        return FileReceiver().settle(self._home)

    @pytest.fixture
    def broken(self) -> Notifier:
        (self._home / "notices").write_text("a file where the folder should be")
        return FileReceiver().settle(self._home)

    def received(self) -> list[str]:
        written = (self._home / "notices" / "2026-03-11.jsonl").read_text(encoding="utf-8")
        return [json.loads(line)["title"] for line in written.removesuffix("\n").split("\n")]


def test_half_a_line_left_by_a_crash_spoils_no_other(tmp_path: Path) -> None:
    receiver = FileReceiver().settle(tmp_path)
    receiver.send(a_notification(id="one"))
    file = tmp_path / "notices" / "2026-03-11.jsonl"
    with file.open("ab") as out:
        out.write(b'{"schema": "yuqing-notif')

    receiver.send(a_notification(id="two"))

    first, torn, second = file.read_bytes().splitlines()
    assert (json.loads(first)["id"], json.loads(second)["id"]) == ("one", "two")
    assert torn == b'{"schema": "yuqing-notif'


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    FileReceiver().settle(tmp_path).send(a_notification())
    assert (tmp_path / "notices" / "2026-03-11.jsonl").stat().st_mode & 0o077 == 0
