from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from prometheus_client import REGISTRY

from crawlers import Outcome, RawPost, SourceCard, Visit
from crawlers.collector import PRESSED_S, Collector
from crawlers.crawl import Crawl
from crawlers.frontier import Frontier
from crawlers.sources import OpenSource, open_sources
from pipeline.errors import Unavailable
from pipeline.model import Access, Published
from pipeline.settings import SourceSettings
from tests.crawlers.site import NOON, Clock, Site, item, rss


class Script:
    """A connector that counts: each visit brings the next post, or does what it was told."""

    name: ClassVar[str] = "script"
    access: ClassVar[Access] = Access.PUBLIC

    def __init__(self, act: Callable[[], Visit | None] = lambda: None) -> None:
        self.cursors: list[str] = []
        self._act = act

    def fetch(self, cursor: str, now: datetime) -> Visit:
        self.cursors.append(cursor)
        if told := self._act():
            return told
        number = int(cursor or 0) + 1
        post = RawPost(native_id=str(number), published=Published(now), fetched_at=now)
        return Visit(outcome=Outcome.NEWS, posts=[post], cursor=str(number))


class Door:
    def __init__(self) -> None:
        self.posts: list[tuple[str, str]] = []
        self.shut = False

    def accept(self, card: SourceCard, raw: Sequence[RawPost]) -> int:
        if self.shut:
            raise Unavailable("disk full")
        self.posts += [(card.id, post.native_id) for post in raw]
        return len(raw)


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    frontier = Frontier(tmp_path / "frontier.db")
    yield frontier
    frontier.close()


Building = Callable[..., Collector]


@pytest.fixture
def collect(frontier: Frontier, clock: Clock) -> Iterator[Building]:
    built: list[Collector] = []

    def build(
        door: Door, pressure: Callable[[], bool] = lambda: False, fingerprint: str = "f", **connectors: Script
    ) -> Collector:
        sources = [
            OpenSource(SourceCard(id_, "script"), connector, fingerprint) for id_, connector in connectors.items()
        ]
        built.append(Collector(sources, frontier, door, clock, pressure, jitter=lambda: 1.0))
        return built[-1]

    yield build
    for collector in built:
        collector.close()


def test_what_is_due_is_visited_and_nothing_else(collect: Building, clock: Clock) -> None:
    door, a = Door(), Script()
    collector = collect(door, a=a)
    assert collector.step() == 60.0  # 150 s away, and no sleep is longer
    assert collector.step() == 60.0
    clock.wait(seconds=149)
    assert collector.step() == 1.0
    clock.wait(seconds=1)
    collector.step()
    assert door.posts == [("a", "1"), ("a", "2")] and a.cursors == ["", "1"]


def test_the_cursor_moves_only_when_intake_has_the_posts(collect: Building, clock: Clock, frontier: Frontier) -> None:
    door, a = Door(), Script()
    collector = collect(door, a=a)
    door.shut = True
    assert collector.step() == 5.0
    assert frontier.standings() == []
    clock.wait(seconds=5)
    door.shut = False
    collector.step()
    assert (a.cursors, door.posts) == (["", ""], [("a", "1")])
    assert frontier.standing("a").cursor == "1"


def test_whoever_watches_the_metrics_sees_that_nothing_can_be_kept(collect: Building, clock: Clock) -> None:
    def waits() -> float:
        return REGISTRY.get_sample_value("yuqing_stage_unavailable_total", {"stage": "crawl"}) or 0.0

    door, before = Door(), waits()
    collector = collect(door, a=Script(), b=Script(), c=Script())
    door.shut = True
    collector.step()
    assert waits() == before + 1  # once a moment: three sources are no greater trouble than one
    door.shut = False
    clock.wait(seconds=5)
    collector.step()
    assert waits() == before + 1 and len(door.posts) == 3


def test_a_clock_that_is_wrong_is_told_until_the_source_brings_posts_with_times_that_can_be_true(
    collect: Building, clock: Clock, frontier: Frontier
) -> None:
    def at(published: datetime | None) -> Visit:
        posts = [RawPost(native_id="1", published=Published(published), fetched_at=clock())] if published else []
        return Visit(outcome=Outcome.NEWS if posts else Outcome.QUIET, posts=posts)

    told = []
    times = iter([clock() + timedelta(hours=8), clock().replace(year=1970), None, clock()])
    collector = collect(Door(), a=Script(lambda: at(next(times))))
    for _ in range(4):
        collector.step()
        told.append(frontier.standing("a").warnings)
        clock.wait(hours=12)
    assert told == [("clock",), ("clock",), ("clock",), ()]


def test_posts_that_intake_stumbles_over_cost_their_own_source_a_visit(
    collect: Building, clock: Clock, frontier: Frontier
) -> None:
    class Stumbles(Door):
        def accept(self, card: SourceCard, raw: Sequence[RawPost]) -> int:
            if card.id == "a":
                raise KeyError("of nobody's making")
            return super().accept(card, raw)

    door = Stumbles()
    collector = collect(door, a=Script(), b=Script())
    while len(frontier.standings()) < 2:
        collector.step()

    assert door.posts == [("b", "1")]
    told = frontier.standing("a")
    assert (told.outcome, told.cursor, "KeyError" in told.problem) == (Outcome.FAILED, "", True)


def test_dying_between_the_door_and_the_cursor_repeats_and_never_loses(
    collect: Building, clock: Clock, frontier: Frontier
) -> None:
    class Dies(Door):
        def accept(self, card: SourceCard, raw: Sequence[RawPost]) -> int:
            super().accept(card, raw)
            raise KeyboardInterrupt

    first = Dies()
    with pytest.raises(KeyboardInterrupt):
        collect(first, a=Script()).step()
    second = Door()
    collect(second, a=Script()).step()
    assert first.posts == second.posts == [("a", "1")]


def test_a_restart_goes_on_where_the_last_one_stopped(collect: Building, clock: Clock) -> None:
    collect(Door(), a=Script()).step()
    again = Script()
    collector = collect(Door(), a=again)
    collector.step()
    clock.wait(seconds=150)
    collector.step()
    assert again.cursors == ["1"]


def test_the_trouble_of_one_source_stops_no_other(collect: Building, frontier: Frontier) -> None:
    def bug() -> Visit:
        raise ZeroDivisionError("13812345678")

    def away() -> Visit:
        raise Unavailable("数据库未启动")

    door = Door()
    collect(door, bug=Script(bug), away=Script(away), good=Script()).step()
    assert door.posts == [("good", "1")]
    bad = frontier.standing("bug")
    assert (bad.outcome, bad.fails) == (Outcome.FAILED, 1) and "ZeroDivisionError" in bad.problem
    assert "13812345678" not in bad.problem
    assert frontier.standing("away").problem == "数据库未启动"


def test_a_slow_source_keeps_nobody_waiting(collect: Building, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.collector.PATIENCE_S", 0.05)
    release = threading.Event()
    door, slow = Door(), Script(lambda: None if release.wait(10) else Visit(outcome=Outcome.FAILED))
    collector = collect(door, slow=slow, quick=Script())
    assert collector.step() == 0.0
    assert door.posts == [("quick", "1")]
    collector.step()
    assert len(slow.cursors) == 1  # not asked again while it is being asked
    release.set()
    monkeypatch.setattr("crawlers.collector.PATIENCE_S", 10)
    collector.step()
    assert ("slow", "1") in door.posts


def test_under_pressure_nothing_new_is_begun(collect: Building) -> None:
    behind = [True]
    door = Door()
    collector = collect(door, pressure=lambda: behind[0], a=Script())
    assert collector.step() == PRESSED_S and door.posts == []
    behind[0] = False
    collector.step()
    assert door.posts == [("a", "1")]


def test_a_source_that_waits_for_a_person_is_tried_again_when_somebody_changes_it(
    collect: Building, clock: Clock
) -> None:
    refuse = lambda: Visit(outcome=Outcome.FORBIDDEN, problem="403")  # noqa: E731 (shorter than a def, and said once)
    first = Script(refuse)
    collector = collect(Door(), a=first)
    collector.step()
    clock.wait(days=30)
    assert collector.step() == 60.0 and len(first.cursors) == 1
    same, changed = Script(), Script()
    collect(Door(), a=same).step()
    collect(Door(), fingerprint="other", a=changed).step()
    assert (same.cursors, changed.cursors) == ([], [""])


def test_a_day_with_a_check_shows_its_gap_and_what_was_missed_comes_once(
    frontier: Frontier, site: Site, clock: Clock, crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From nine in the morning until noon of the next day, with a browser check from ten on."""
    monkeypatch.setattr("crawlers.options.shared", lambda: crawl)
    clock.now = NOON - timedelta(hours=3)
    options = {"id": "sq", "connector": "feed", "url": site.url("/rss"), "allow_private": True, "gap": "0s"}
    door = Door()
    collector = Collector(
        open_sources([SourceSettings.model_validate(options)]), frontier, door, clock, jitter=lambda: 1.0
    )

    def until(end: datetime) -> None:
        while clock.now < end:
            clock.wait(seconds=max(collector.step(), 1.0))

    site.say("/rss", rss(item("s1", "菜场搬迁"), item("s2", "暖气不热")), ETag='"v1"')
    until(NOON - timedelta(hours=2))
    before = len(site.asked)
    site.say("/rss", "<html><body>正在检查您的浏览器，请稍候</body></html>", ETag='"zz"', Set_Cookie="k=1")
    until(NOON + timedelta(hours=21, minutes=30))
    standing = frontier.standing("sq")
    assert (standing.outcome, len(site.asked) - before) == (Outcome.BLOCKED, 1)
    site.say("/rss", rss(item("s3", "停水", "2026-05-12 15:00:00"), item("s1", "菜场搬迁")), ETag='"v2"')
    until(NOON + timedelta(hours=24))
    collector.close()
    assert door.posts == [("sq", "s1"), ("sq", "s2"), ("sq", "s3")]
    covered = frontier.coverage("sq", NOON.date())
    assert 50 < covered.covered_min < 90 and covered.watched_min - covered.covered_min > 700
    assert "zz" not in str([asked.headers for asked in site.asked])
