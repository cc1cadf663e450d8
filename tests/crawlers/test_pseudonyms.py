from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crawlers.pseudonyms import EPOCH, OVERLAP, Pseudonyms, epoch_of

BOUNDARY = datetime.fromisoformat("2025-01-01T03:00:00+08:00").astimezone(UTC) + 15 * EPOCH
HOUR = timedelta(hours=1)


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def test_one_author_on_one_source_is_one_voice_and_on_two_sources_is_two() -> None:
    names = Pseudonyms.fixed()

    assert names.key("bbs", "1001", BOUNDARY) == names.key("bbs", "1001", BOUNDARY + HOUR)
    assert names.key("bbs", "1001", BOUNDARY) != names.key("weibo", "1001", BOUNDARY)


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_source_and_id_cannot_be_shifted_into_each_other(one: tuple[str, str], other: tuple[str, str]) -> None:
    names = Pseudonyms.fixed()
    clean = [(source.replace("\x1f", "").encode("utf-8", "ignore").decode(), id_) for source, id_ in (one, other)]
    keys = {names.key(source, id_, BOUNDARY) for source, id_ in clean}

    assert len(keys) == len(set(clean))


def test_two_processes_make_the_same_pseudonyms_and_another_installation_does_not(tmp_path: Path) -> None:
    clock = Clock(BOUNDARY + HOUR)
    ours, again = Pseudonyms.open(tmp_path / "a", clock), Pseudonyms.open(tmp_path / "a", clock)
    theirs = Pseudonyms.open(tmp_path / "b", clock)

    key = ours.key("bbs", "1001", clock.now)

    assert again.key("bbs", "1001", clock.now) == key
    assert theirs.key("bbs", "1001", clock.now) != key


def test_only_the_owner_may_read_the_key_and_it_lies_in_a_folder_of_its_own(tmp_path: Path) -> None:
    Pseudonyms.open(tmp_path, Clock(BOUNDARY)).key("bbs", "1001", BOUNDARY)

    [file] = (tmp_path / "keys").iterdir()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_post_collected_again_just_after_the_boundary_keeps_its_author(tmp_path: Path) -> None:
    clock = Clock(BOUNDARY - HOUR)
    names = Pseudonyms.open(tmp_path, clock)
    before = names.key("bbs", "1001", BOUNDARY - 2 * HOUR)

    clock.now = BOUNDARY + OVERLAP - HOUR

    assert names.key("bbs", "1001", BOUNDARY - 2 * HOUR) == before
    assert names.key("bbs", "1001", clock.now) != before


def test_a_day_after_its_epoch_a_key_is_gone_and_nothing_joins_the_epochs(tmp_path: Path) -> None:
    clock = Clock(BOUNDARY - HOUR)
    names = Pseudonyms.open(tmp_path, clock)
    old = names.key("bbs", "1001", clock.now)
    [key_file] = (tmp_path / "keys").iterdir()
    secret = key_file.read_bytes()

    clock.now = BOUNDARY + OVERLAP + HOUR
    new = names.key("bbs", "1001", clock.now)
    late = names.key("bbs", "1001", BOUNDARY - HOUR)

    assert old not in (new, late)
    assert late == new  # what comes too late gets the present key
    assert not key_file.exists()
    assert all(secret not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_date_from_the_future_makes_no_key_of_its_own(tmp_path: Path) -> None:
    names = Pseudonyms.open(tmp_path, Clock(BOUNDARY))

    names.key("bbs", "1001", BOUNDARY + 100 * EPOCH)

    assert [file.name for file in (tmp_path / "keys").iterdir()] == [f"authors-{epoch_of(BOUNDARY)}.key"]
