"""A source whose clock is wrong: its posts count by the hour of collection, and nobody else's window moves (SC-16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawlers import RawPost, SourceCard
from pipeline.app import App
from pipeline.engine.clock import ManualClock
from pipeline.model import Published
from pipeline.settings import Settings
from tests.crawlers.door import BBS, NOON, a_raw_post

WRONG = SourceCard(id="wrong-clock", connector="feed")
MINUTE = timedelta(minutes=1)
AHEAD, UNSET = timedelta(hours=8), NOON.replace(year=1970)


class Desk:
    """A desk that hears what is collected, minute by minute."""

    def __init__(self, home: Path) -> None:
        self.clock = ManualClock(NOON)
        self.app = App(Settings(home=home), self.clock)
        self.workers = self.app.workers()

    def hear(self, card: SourceCard, *posts: RawPost) -> None:
        self.app.intake.accept(card, posts)
        self.wait(0)

    def wait(self, minutes: float) -> None:
        self.clock.move_to(self.clock.now() + minutes * MINUTE)
        while sum(worker.step().read for worker in self.workers):
            pass

    def said(self, name: str, text: str, published: datetime | None = None) -> RawPost:
        now = self.clock.now()
        return a_raw_post(text, native_id=name, author=name, published=Published(at=published or now), fetched_at=now)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    for worker in desk.workers:
        worker.close()
    desk.app.close()


def test_a_clock_eight_hours_ahead_and_one_never_set_move_nobody_elses_window(desk: Desk) -> None:
    for minute in range(10):
        now = desk.clock.now()
        desk.hear(BBS, desk.said(f"r{minute}", f"湖东停水了，{minute}号楼没人管"))
        desk.hear(
            WRONG,
            desk.said(f"a{minute}", f"文桥路的桂花开了{minute}", now + AHEAD),
            desk.said(f"b{minute}", f"文桥停水了，{minute}号楼没人管", UNSET if minute % 2 else now + AHEAD),
        )
        desk.wait(1)

    alarms = [case for case in desk.app.desk.cases() if case.level.value == "L3"]
    assert {case.places[0]: case.opened_at for case in alarms} == {
        "湖东街道": NOON + 9 * MINUTE, "文桥街道": NOON + 9 * MINUTE,
    }  # fmt: skip
    suspect = desk.app.index.search("flags:clock_suspect", most=50)
    assert suspect.total == 20
    assert {hit.post.post.at - hit.post.post.fetched_at for hit in suspect.hits} == {timedelta(0)}

    desk.wait(180)

    quiet = [entry.at for case in desk.app.desk.cases() for entry in case.history if entry.what == "quiet"]
    assert NOON + 9 * MINUTE + timedelta(hours=2) in quiet, "windows end by the clock of the desk"
    assert all(case.opened_at <= desk.clock.now() for case in desk.app.desk.cases())
