from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.app.status import SILENT_AFTER, Beat, clear, silent, statuses
from pipeline.engine.clock import ManualClock
from tests.build import NOON, minute


def test_the_last_word_of_each_part_is_heard(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    match, send = Beat(tmp_path, "match", clock), Beat(tmp_path, "send", clock)
    match.write(lag=5)
    send.write()
    clock.move_to(minute(1))
    match.write(lag=2)
    heard = statuses(tmp_path)
    assert {name: (status.lag, status.at) for name, status in heard.items()} == {
        "match": (2, minute(1)),
        "send": (0, NOON),
    }
    assert heard["match"].pid == os.getpid()


def test_a_beat_is_due_at_first_and_not_again_at_once(tmp_path: Path) -> None:
    beat = Beat(tmp_path, "match", ManualClock(NOON))
    assert beat.due()
    beat.write()
    assert not beat.due()


def test_a_part_is_silent_when_it_said_nothing_for_long(tmp_path: Path) -> None:
    Beat(tmp_path, "match", ManualClock(NOON)).write()
    status = statuses(tmp_path)["match"]
    assert not silent(status, NOON + SILENT_AFTER)
    assert silent(status, NOON + SILENT_AFTER + timedelta(seconds=1))


def test_a_word_cut_off_by_a_full_disk_is_no_word(tmp_path: Path) -> None:
    Beat(tmp_path, "match", ManualClock(NOON)).write()
    (tmp_path / "run" / "status" / "send.json").write_bytes(b'{"part": "se')
    assert list(statuses(tmp_path)) == ["match"]


def test_where_nothing_can_be_written_the_part_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    Beat(tmp_path, "match", ManualClock(NOON)).write()
    assert statuses(tmp_path) == {}


def test_a_new_run_does_not_inherit_the_words_of_the_last(tmp_path: Path) -> None:
    Beat(tmp_path, "match", ManualClock(NOON)).write()
    clear(tmp_path)
    assert statuses(tmp_path) == {}
