from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.rulebook import Rulebook
from pipeline.rulebook.live import LiveRules, read_elsewhere, signature
from tests.pipeline.match.posts import NOON
from tests.pipeline.rulebook.rules import a_rule, read

LATER = NOON + timedelta(seconds=10)


def here(paths: Sequence[Path], directory: Path | None) -> Rulebook:
    return Rulebook.read(paths)


@pytest.fixture
def live(tmp_path: Path) -> LiveRules:
    return LiveRules(read(tmp_path, a_rule()), [tmp_path], read=here)


def changed(live: LiveRules) -> bool:
    """Look until whatever was begun has come to an end."""
    live.look(LATER)
    live.wait()
    return live.look(LATER)


def test_a_book_that_nobody_touched_stays(live: LiveRules) -> None:
    book = live.book

    assert not changed(live)
    assert live.book is book


def test_a_sound_book_is_prepared_aside_and_taken_over_when_asked(live: LiveRules, tmp_path: Path) -> None:
    told: list[str] = []

    def prepare(book: Rulebook) -> Callable[[], None]:
        told.append(f"prepared {len(book.rules)}, holds {len(live.book.rules)}")
        return lambda: told.append(f"holds {len(live.book.rules)}")

    live.on_change(prepare)
    read(tmp_path, a_rule(), a_rule(id="test.other"))

    assert changed(live)
    assert told == ["prepared 2, holds 1", "holds 2"]
    assert not changed(live)


def test_with_faults_the_old_book_stays_and_the_faults_are_told_until_they_are_mended(
    live: LiveRules, tmp_path: Path
) -> None:
    book = live.book
    read(tmp_path, a_rule(levle="red"), a_rule(id="test.other"))

    assert not changed(live)
    assert live.book is book
    assert [fault.code for fault in live.refused] == ["E02"]

    read(tmp_path, a_rule(), a_rule(id="test.other"))
    live.look(LATER + timedelta(seconds=10))
    live.wait()

    assert live.look(LATER + timedelta(seconds=20))
    assert (len(live.book.rules), live.refused) == (2, ())


@pytest.mark.parametrize("named", [".", "rules.yaml"])
def test_a_word_list_beside_the_rules_counts_as_one_of_them(tmp_path: Path, named: str) -> None:
    (tmp_path / "rules.yaml").touch()
    paths = [tmp_path / named]
    before = signature(paths)
    (tmp_path / "schools.txt").write_text("一中", encoding="utf-8")
    after = signature(paths)
    os.utime(tmp_path / "schools.txt", (1, 1))

    assert before != after != signature(paths)
    assert signature([tmp_path / "no" / "thing"]) == {}


def test_another_process_reads_the_same(tmp_path: Path) -> None:
    book = read(tmp_path, *(a_rule(id=f"test.r{number}", level_if=[{"when": "count > 3", "level": "red"}]) for number in range(150)),
                a_rule(id="test.bad", levle="red"))  # fmt: skip

    assert read_elsewhere([tmp_path], None) == book


def test_who_seeks_does_not_wait_for_the_next_look(live: LiveRules, tmp_path: Path) -> None:
    assert not live.look(LATER)
    assert not live.seek(LATER)
    read(tmp_path, a_rule(), a_rule(id="test.other"))

    assert live.seek(LATER)  # it is being read
    live.wait()
    assert not live.seek(LATER)  # it holds, and there is no newer one
    assert len(live.book.rules) == 2
