from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawlers import Outcome
from crawlers.frontier import Frontier
from crawlers.pace import Standing
from dashboards.console.health import Health
from pipeline.app import STAGES, App
from pipeline.app.health import HealthBook
from pipeline.app.status import SILENT_AFTER, Beat
from pipeline.bus import Message
from pipeline.engine.clock import ManualClock
from pipeline.errors import Unavailable
from pipeline.settings import Settings
from pipeline.topics import ANALYSED
from tests.build import NOON, minute

PARTS = ("analyse", "send")


class Desk:
    """A desk whose parts say what a test makes them say."""

    def __init__(self, home: Path) -> None:
        self.clock = ManualClock(NOON)
        self.app = App(Settings(home=home), self.clock)
        self.frontier = Frontier(home / "frontier.db")
        self._book = HealthBook(self.app, self.frontier, PARTS, ("analyse",))

    def beat(self, part: str, lag: int = 0) -> None:
        Beat(self.app.home, part, self.clock).write(lag=lag)

    def health(self) -> Health:
        return self._book(self.clock.now())

    def part(self, name: str) -> tuple[bool, str]:
        return next((part.ok, part.words) for part in self.health().parts if part.name == name)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_desk_whose_parts_all_speak_is_well(desk: Desk) -> None:
    for part in PARTS:
        desk.beat(part)
    assert desk.health().ok


def test_a_part_that_never_spoke_or_fell_silent_is_told(desk: Desk) -> None:
    desk.beat("analyse")
    assert desk.part("send") == (False, "没有运行 / not running")
    desk.clock.move_to(NOON + SILENT_AFTER + timedelta(seconds=1))
    ok, words = desk.part("analyse")
    assert not ok
    assert "04:00:00" in words
    assert not desk.health().ok


def test_a_stage_far_behind_is_told(desk: Desk) -> None:
    desk.beat("analyse", lag=9_999)
    assert desk.health().stages[0].ok
    desk.beat("analyse", lag=10_000)
    assert not desk.health().stages[0].ok


def test_a_stage_of_several_workers_is_as_far_behind_as_any_of_them_says(desk: Desk) -> None:
    desk.beat("analyse.0", lag=1)
    desk.beat("analyse.1", lag=10_000)
    (stage,) = desk.health().stages
    assert (stage.lag, stage.ok) == (10_000, False)


def test_of_a_stage_that_runs_elsewhere_the_bus_tells_how_far_behind_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    book = HealthBook(desk.app, desk.frontier, ("console",), STAGES)
    desk.app.bus.publish(ANALYSED, [Message("p", b"1"), Message("q", b"2")])
    stages = {stage.name: (stage.lag, stage.ok) for stage in book(NOON).stages}
    assert stages == {name: (2 if name in ("match", "index") else 0, True) for name in STAGES}


def test_of_a_stage_elsewhere_nothing_is_known_while_the_bus_is_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: str) -> int:
        raise Unavailable("no broker answers")

    monkeypatch.setattr(desk.app.bus, "lag", away)
    (stage,) = HealthBook(desk.app, desk.frontier, ("console",), ("match",))(NOON).stages
    assert (stage.lag, stage.ok) == (0, False)


def test_a_store_that_is_away_is_told_in_its_own_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise Unavailable("总线文件 posts.db 不可用")

    monkeypatch.setattr(desk.app, "backlog", away)
    assert desk.part("bus") == (False, "总线文件 posts.db 不可用")
    assert desk.part("ledger")[0]


def test_a_disk_that_is_nearly_full_is_told_before_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    free = {"mb": 201}
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free["mb"] * 2**20}))
    assert desk.part("disk") == (True, "剩余 201 MB")
    free["mb"] = 200
    assert not desk.part("disk")[0]


def test_rules_that_were_not_loaded_are_told_with_the_remedy(tmp_path: Path) -> None:
    from rules import __file__ as shipped

    broken = tmp_path / "broken.yaml"
    broken.write_text("schema: yuqing-rule/v1\nrules: [{id: x}]\n", encoding="utf-8")
    desk = Desk(tmp_path / "data")
    desk.app.settings = Settings(home=tmp_path / "data", rules=[broken, Path(shipped).parent / "water.yaml"])
    ok, words = desk.part("rules")
    assert not ok
    assert "yuqing check" in words
    assert words.startswith("1 条规则")


def test_rules_that_were_changed_for_the_worse_are_told_while_the_old_ones_hold(tmp_path: Path) -> None:
    from rules import __file__ as shipped

    own = tmp_path / "own.yaml"
    own.write_text((Path(shipped).parent / "water.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    desk = Desk(tmp_path / "data")
    desk.app.settings = Settings(home=tmp_path / "data", rules=[own])
    assert desk.part("rules") == (True, "1 条规则")
    live = desk.app.live_rules
    assert live is not None
    own.write_text("schema: yuqing-rule/v1\nrules: [{id: x}]\n", encoding="utf-8")
    live.seek(minute(1))
    live.wait()

    ok, words = desk.part("rules")

    assert not ok
    assert words.startswith("1 条规则；改过的文件有")
    assert "yuqing check" in words
    assert str(own) in words


def test_a_source_is_blind_from_the_last_time_it_was_heard(desk: Desk) -> None:
    failed = Standing(id="a", outcome=Outcome.FAILED, problem="连不上", visited_at=minute(5), good_at=minute(1))
    quiet = Standing(id="b", outcome=Outcome.QUIET, visited_at=minute(5), good_at=minute(5), next_due=minute(10))
    late = Standing(id="c", outcome=Outcome.NEWS, visited_at=minute(5), good_at=minute(5), next_due=minute(6))
    for standing in (failed, quiet, late):
        desk.frontier.record(standing)
    desk.clock.move_to(minute(9))
    told = {source.id: (source.ok, source.blind_s, source.problem) for source in desk.health().sources}
    assert told == {"a": (False, 480.0, "连不上"), "b": (True, 0.0, ""), "c": (True, 240.0, "")}


def test_what_is_odd_about_a_source_that_is_heard_is_told_in_both_languages(desk: Desk) -> None:
    odd = Standing(id="a", outcome=Outcome.NEWS, visited_at=NOON, good_at=NOON, warnings=("feed_gap", "cut", "clock"))
    desk.frontier.record(odd)
    (source,) = desk.health().sources
    zh, _, en = source.problem.partition(" / ")
    assert source.ok and zh.startswith("两次访问之间") and "；时钟异常" in zh
    assert "wrong clock" in en and "more often" in en


def test_a_silent_source_is_worth_a_line_and_not_a_restart(desk: Desk) -> None:
    for part in PARTS:
        desk.beat(part)
    desk.frontier.record(Standing(id="a", outcome=Outcome.FAILED, visited_at=NOON))
    assert desk.health().ok
