"""Who is quiet because of whom: merged, downgraded or held back, and told in the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.bus import Delivery
from pipeline.detect.stage import DetectStage
from pipeline.detect.suppress import ranks
from pipeline.ledger import Ledger
from pipeline.model import MISSING, Level, Manner, Match, encode
from pipeline.rulebook.rule import Rule, RuleType, Suppress
from tests.build import a_match, minute
from tests.pipeline.detect.test_stage import a_rule, read

HOUR = timedelta(hours=1)
Told = list[tuple[str, str, str, datetime]]


def single(id_: str, **more: object) -> Rule:
    usual = {"type": RuleType.ANY, "timeframe": timedelta(0), "num_events": 1, "resolve_after": HOUR}
    return a_rule(id=id_, **{**usual, **more})


class Desk:
    """Two rules: ``main`` inhibits ``other`` by the street."""

    def __init__(self, folder: Path, step: Suppress, **more: object) -> None:
        rules = [single("main"), single("other", suppress=(step,), **more)]
        self.stage = DetectStage({rule.id: rule for rule in rules}, Ledger.open(f"sqlite:///{folder / 'l.db'}"))
        self.told: Told = []

    def hear(self, rule: str, at: float, street: str = "湖东街道", name: str = "") -> Desk:
        match: Match = a_match(name or f"{rule}{at}", rule=rule, at=minute(at), known_at=minute(at), group=(street,))
        self._take(read(self.stage.process([Delivery("matches", 0, 0, match.key, encode(match))], minute(at))))
        return self

    def wait(self, until: float) -> Desk:
        self._take(read(self.stage.tick(minute(until))))
        return self

    def _take(self, alerts: list) -> None:  # type: ignore[type-arg] # alerts
        self.stage.remember({})
        self.told += [(a.rule, a.turn.value, a.level.value, a.at) for a in alerts]


def step(action: str, **more: object) -> Suppress:
    return Suppress(action=action, inhibited_by="main", equal=("place.street",), **more)  # type: ignore[arg-type]


def test_a_downgraded_alert_is_told_at_the_level_it_is_let_and_without_the_other_at_its_own(tmp_path: Path) -> None:
    desk = Desk(tmp_path, step("downgrade", to=Level.L4)).hear("main", 0).hear("other", 1).hear("other", 2, "文桥街道")

    assert [one[:3] for one in desk.told] == [
        ("main", "opened", "L3"), ("other", "opened", "L4"), ("other", "opened", "L3"),
    ]  # fmt: skip


def test_a_merged_alert_is_told_with_the_other_and_by_itself_once_that_is_over(tmp_path: Path) -> None:
    desk = Desk(tmp_path, step("merge")).hear("main", 0).hear("other", 1)
    assert [one[:2] for one in desk.told] == [("main", "opened"), ("main", "grew")]

    desk.hear("other", 50).wait(61 + 1)

    assert [one[:2] for one in desk.told[2:]] == [("main", "quiet"), ("other", "opened")]


def test_what_has_all_been_told_with_the_other_is_not_told_again_when_that_is_over(tmp_path: Path) -> None:
    desk = Desk(tmp_path, step("merge"), resolve_after=12 * HOUR).hear("main", 0).hear("other", 0).wait(300)
    assert [one[:2] for one in desk.told] == [("main", "opened"), ("main", "grew"), ("main", "quiet")]

    desk.hear("other", 301)

    assert [one[:2] for one in desk.told[3:]] == [("other", "opened")], "it goes on without the other"


def test_a_request_that_joins_an_alarm_is_no_news_of_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, step("merge"), level=Level.L4, manner=Manner(queue=True)).hear("main", 0).hear("other", 0)

    assert [one[:2] for one in desk.wait(65).told] == [("main", "opened"), ("main", "quiet")]


def test_a_held_alert_is_told_when_the_other_is_over_and_never_lost(tmp_path: Path) -> None:
    desk = Desk(tmp_path, step("hold", max=24 * HOUR), resolve_after=timedelta(minutes=10))
    desk.hear("main", 0).hear("other", 1).wait(30)
    assert [one[:2] for one in desk.told] == [("main", "opened")]

    desk.wait(200)

    assert [one[:2] for one in desk.told[1:]] == [("main", "quiet"), ("other", "opened"), ("other", "quiet")]


def test_a_held_alert_is_told_after_the_longest_time_though_the_other_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path, step("hold", max=timedelta(minutes=30))).hear("main", 0).hear("other", 1)
    desk.hear("main", 25).wait(40)

    assert desk.told[-1] == ("other", "opened", "L3", minute(31))


def test_nothing_red_is_held_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path, step("hold", max=HOUR), level=Level.L1).hear("main", 0).hear("other", 1)

    assert desk.told[-1][:3] == ("other", "opened", "L1")


@pytest.mark.parametrize("action", ["merge", "hold", "downgrade"])
def test_a_missing_value_silences_nobody(tmp_path: Path, action: str) -> None:
    limits = {"to": Level.L4} if action == "downgrade" else {"max": HOUR} if action == "hold" else {}
    desk = Desk(tmp_path, step(action, **limits)).hear("main", 0, MISSING).hear("other", 1, MISSING)

    assert [one[:3] for one in desk.told] == [("main", "opened", "L3"), ("other", "opened", "L3")]


@pytest.mark.parametrize("action", ["merge", "hold"])
def test_a_silent_alert_speaks_with_the_first_post_that_nothing_silences(tmp_path: Path, action: str) -> None:
    by_post = Suppress(action, inhibited_by="main", equal=("id",), max=24 * HOUR if action == "hold" else None)
    desk = Desk(tmp_path, by_post).hear("main", 0, name="poison").hear("other", 1, name="poison")
    silent = [one for one in desk.told if one[0] == "other"]
    desk.hear("main", 2, name="more").hear("other", 3, name="more")  # joins what is silent, and is silenced itself

    assert silent == [one for one in desk.told if one[0] == "other"] == []
    desk.hear("other", 4, name="drowning").hear("other", 5, name="drowning too").wait(6)

    assert [(turn, at) for rule, turn, _, at in desk.told if rule == "other"] == [
        ("opened", minute(4)), ("grew", minute(5)),
    ]  # fmt: skip


def test_a_notice_is_the_open_alert_of_the_rule_of_that_name(tmp_path: Path) -> None:
    notice = Suppress(action="downgrade", notice="停水集中反映", equal=("place.street",), to=Level.L4)
    desk = Desk(tmp_path, notice)
    desk.hear("main", 0).hear("other", 1)

    assert desk.told[-1][:3] == ("other", "opened", "L4")


def test_of_one_post_the_inhibitor_is_heard_first_whatever_the_hits_are_called(tmp_path: Path) -> None:
    step = Suppress("merge", inhibited_by="main", equal=("place.street",))
    stage = Desk(tmp_path, step).stage
    for number in range(8):  # ids are hashes: of eight posts, some sort one way and some the other
        street = (f"街道{number}",)
        hits = [
            a_match(f"p{number}", rule=rule, at=minute(0), known_at=minute(0), group=street)
            for rule in ("other", "main")
        ]
        batch = [Delivery("matches", 0, place, hit.key, encode(hit)) for place, hit in enumerate(hits)]
        told = read(stage.process(batch, minute(0)))
        assert [alert.rule for alert in told if alert.turn.value == "opened"] == ["main"]


def test_ranks_follow_who_inhibits_whom() -> None:
    def quiet(id_: str, *by: str) -> Rule:
        return single(id_, suppress=tuple(Suppress("merge", inhibited_by=one, equal=("id",)) for one in by))

    rules = {rule.id: rule for rule in (quiet("c", "b", "a"), quiet("b", "a"), quiet("a"), quiet("d", "nosuch"))}
    assert ranks(rules) == {"a": 0, "b": 1, "c": 2, "d": 0}
