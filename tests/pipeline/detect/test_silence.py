"""Silences of those who are expected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline.bus import Delivery
from pipeline.detect.memory import Closing, Memory
from pipeline.detect.stage import DetectStage
from pipeline.ledger import Ledger
from pipeline.model import Level, encode
from pipeline.rulebook.rule import Clock, Expect, Flatline, Rule, RuleType, SilenceStage
from tests.build import NOON, a_match, minute
from tests.pipeline.detect.test_stage import a_rule, read

STAGES = (SilenceStage(Clock(timedelta(minutes=60)), Level.L4), SilenceStage(Clock(timedelta(minutes=90)), Level.L3))


def a_silence(gap: timedelta | None = None, **more: object) -> Rule:
    spec = Flatline(STAGES[-1].after, Expect("directory.accounts", exempt=("closed",)), stages=STAGES, max_gap=gap)
    usual = {"type": RuleType.FLATLINE, "spec": spec, "group_by": ("account.id",), "timeframe": timedelta(0)}
    return a_rule(**{**usual, **more})


class Desk:
    """A desk that expects some accounts, spoken to as the engine would."""

    def __init__(self, folder: Path, rule: Rule, *accounts: dict[str, object]) -> None:
        self.url, self.rule, self.told = f"sqlite:///{folder / 'l.db'}", rule, list[tuple[str, str, str, float]]()
        self.expect(*accounts)

    def expect(self, *accounts: dict[str, object], rule: Rule | None = None) -> Desk:
        self.rule = rule or self.rule
        lists = {"directory.accounts": accounts}
        self.stage = DetectStage({self.rule.id: self.rule}, Ledger.open(self.url), expected=lists)
        return self

    def hear(self, account: str, at: float, known_at: float | None = None, source: str = "gov") -> Desk:
        known = minute(at if known_at is None else known_at)
        match = a_match(f"{account}{at}", at=minute(at), known_at=known, group=(account,), source=source)
        return self._take(self.stage.process([Delivery("matches", 0, 0, match.key, encode(match))], known))

    def wait(self, until: float) -> Desk:
        return self._take(self.stage.tick(minute(until)))

    def _restless(self) -> list[tuple[str, str]]:
        return [(account, turn) for account, turn, *_ in self.told]

    def _take(self, messages: object) -> Desk:
        self.stage.remember({})
        for alert in read(messages):  # type: ignore[arg-type] # messages
            at = (alert.at - NOON) / timedelta(minutes=1)
            self.told.append((alert.group[0], alert.turn.value, alert.level.value, at))
        return self


def test_each_stage_is_told_once_and_a_post_ends_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, a_silence(), {"id": "A"}, {"id": "B", "state": "closed"}).wait(0)

    desk.hear("A", 10).hear("stranger", 20).wait(69).wait(80).wait(200).hear("A", 210).wait(220)

    assert desk.told == [("A", "opened", "L4", 70), ("A", "raised", "L3", 100), ("A", "quiet", "L3", 210)]


def test_who_was_never_heard_counts_from_registration_or_from_when_we_began_to_listen(tmp_path: Path) -> None:
    desk = Desk(tmp_path, a_silence(), {"id": "new", "since": minute(-30)}, {"id": "old", "since": minute(-9999)})

    desk.wait(0).wait(61)

    assert desk.told == [("new", "opened", "L4", 30), ("new", "raised", "L3", 60), ("old", "opened", "L4", 60)]


def test_late_news_of_an_account_ends_a_silence_only_if_it_breaks_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, a_silence(), {"id": "A"}).wait(0).wait(70)

    desk.hear("A", 5, known_at=75).hear("A", 40, known_at=80)

    assert desk.told == [("A", "opened", "L4", 60), ("A", "quiet", "L4", 80)]


def test_an_account_that_is_exempt_from_now_on_is_quiet(tmp_path: Path) -> None:
    desk = Desk(tmp_path, a_silence(), {"id": "A"}).wait(0).wait(61)

    desk.expect({"id": "A", "closed": True}).wait(100)

    assert desk.told == [("A", "opened", "L4", 60), ("A", "quiet", "L4", 90)]


def test_a_shorter_stage_of_a_revised_rule_holds_at_once_and_a_deleted_rule_leaves_nothing_open(tmp_path: Path) -> None:
    desk = Desk(tmp_path, a_silence(), {"id": "A"}).wait(0)
    short = (SilenceStage(Clock(timedelta(minutes=20)), Level.L4),)
    spec = Flatline(short[0].after, Expect("directory.accounts"), stages=short)

    desk.expect({"id": "A"}, rule=a_silence(rev="2", spec=spec)).wait(25)
    desk.expect({"id": "A"}, rule=a_rule(id="another.rule")).wait(30)

    assert desk.told == [("A", "opened", "L4", 25), ("A", "quiet", "L4", 30)]


def test_what_was_heard_is_written_once_a_batch(tmp_path: Path) -> None:
    desk = Desk(tmp_path, a_silence(timedelta(hours=2)), {"id": "A"}, {"id": "B"}).wait(0).hear("A", 1).hear("B", 2)
    statements: list[str] = []
    batch = [
        a_match(f"p{n}", at=minute(3 + n / 10), known_at=minute(3 + n / 10), group=("AB"[n % 2],), source="gov")
        for n in range(100)
    ]

    with counted(statements):
        desk.stage.process([Delivery("matches", 0, n, m.key, encode(m)) for n, m in enumerate(batch)], minute(20))
    desk.stage.remember({})

    assert len(statements) < 10
    assert desk.expect({"id": "A"}, {"id": "B"}).wait(72)._restless() == []
    assert desk.wait(73)._restless() == [("A", "opened"), ("B", "opened")]


def test_a_batch_that_is_given_up_was_never_heard(tmp_path: Path) -> None:
    desk = Desk(tmp_path, a_silence(), {"id": "A"}).wait(0).hear("A", 10)
    lost = a_match("lost", at=minute(30), known_at=minute(30), group=("A",))

    desk.stage.process([Delivery("matches", 0, 0, lost.key, encode(lost))], minute(30))
    desk.stage.forget()

    assert desk.wait(75).told == [("A", "opened", "L4", 70)]


def test_a_timer_that_rings_within_the_batch_that_puts_it_off_stays_silent(tmp_path: Path) -> None:
    desk = Desk(tmp_path, a_silence(), {"id": "A"}).wait(0)
    batch = [a_match(f"p{at}", at=minute(at), known_at=minute(at), group=("A",)) for at in (30, 59, 100, 140, 230)]

    desk._take(
        desk.stage.process([Delivery("matches", 0, n, m.key, encode(m)) for n, m in enumerate(batch)], minute(240))
    )

    assert desk.told == [("A", "opened", "L4", 200), ("A", "raised", "L3", 230), ("A", "quiet", "L3", 230)]


def test_silences_that_go_on_are_not_read_at_every_tick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts: list[dict[str, object]] = [{"id": str(number)} for number in range(40)]
    desk = Desk(tmp_path, a_silence(), *accounts).wait(0).wait(120)
    read, as_before = list[object](), Memory._closing

    def noted(memory: Memory, row: Any) -> Closing:
        read.append(row)
        return as_before(memory, row)

    monkeypatch.setattr(Memory, "_closing", noted)
    desk.wait(121)

    assert len({account for account, *_ in desk.told}) == 40
    assert len(read) < 3


@contextmanager
def counted(statements: list[str]) -> Iterator[None]:
    """Note every statement that is run meanwhile."""

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
