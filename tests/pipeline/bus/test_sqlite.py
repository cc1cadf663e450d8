"""The embedded bus keeps the contract, alone and among processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.bus import Bus, Message
from pipeline.bus.sqlite import SqliteBus
from pipeline.errors import Unavailable
from tests.contracts.bus import BusContract, drain, messages, words


class TestSqliteBus(BusContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    @contextmanager
    def open(self) -> Iterator[Bus]:
        bus = SqliteBus(self.folder, clock=lambda: self.now)
        yield bus
        bus.close()

    def test_trimming_keeps_what_a_group_has_still_to_read(self, bus: Bus) -> None:
        bus.publish("t", messages("一", "二"))
        consumer = bus.consumer("g", "t")
        consumer.poll(1, wait_s=0)
        consumer.commit()
        self.now += timedelta(days=8)

        bus.trim("t", self.now)

        assert words(drain(consumer)) == ["二"]


def _write(folder: Path, name: str, times: int) -> None:
    bus = SqliteBus(folder)
    for number in range(times):
        bus.publish("t", [Message(name, f"{name}{number}".encode())])
    bus.close()


def test_several_processes_write_and_nothing_is_lost(tmp_path: Path) -> None:
    writers = [multiprocessing.Process(target=_write, args=(tmp_path, name, 50)) for name in "甲乙丙"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    read = words(drain(SqliteBus(tmp_path).consumer("g", "t"), most=17))

    for name in "甲乙丙":
        assert [word for word in read if word[0] == name] == [f"{name}{number}" for number in range(50)]


def _write_and_tell(folder: Path, told: int) -> None:
    bus = SqliteBus(folder)
    for number in range(100_000):
        bus.publish("t", [Message("k", b"%d" % number)])
        os.write(told, b"%d\n" % number)


def test_what_publish_returned_for_outlives_a_kill(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    writer = multiprocessing.Process(target=_write_and_tell, args=(tmp_path, write_end))
    writer.start()
    os.close(write_end)
    seen = b""
    while seen.count(b"\n") < 20:
        seen += os.read(read_end, 4096)
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join()
    while more := os.read(read_end, 4096):
        seen += more
    os.close(read_end)
    promised = int(seen.rsplit(b"\n", 2)[-2])

    stored = [int(d.value) for d in drain(SqliteBus(tmp_path).consumer("g", "t"), most=1000)]

    assert stored[: promised + 1] == list(range(promised + 1))
    assert len(stored) <= promised + 2


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Unavailable, match="不可用"):
        SqliteBus(tmp_path / "file" / "bus").publish("t", messages("一"))
