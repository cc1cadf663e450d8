"""Groups that are too many, posts that are late, conditions that must last; all else is in ``test_histories``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pipeline.bus import Delivery
from pipeline.detect.stage import DetectStage
from pipeline.ledger import Ledger
from pipeline.model import Alert, Match, encode
from pipeline.rulebook.rule import Change, LevelIf, NewTerm, Rule, RuleType
from tests.build import a_match, minute
from tests.pipeline.detect.test_stage import a_rule, read


class Failing:
    """Stands for an expression that fails."""

    text = "count >= 1"

    def value(self, names: dict[str, object]) -> bool:
        raise ZeroDivisionError


class Desk:
    def __init__(self, folder: Path, *rules: Rule, most_groups: int = 100) -> None:
        by_id = {rule.id: rule for rule in rules}
        ledger = Ledger.open(f"sqlite:///{folder / 'l.db'}")
        self.stage = DetectStage(by_id, ledger, patient=True, most_groups=most_groups)

    def hear(self, *matches: Match, until: float) -> list[Alert]:
        self.stage.process([Delivery("matches", 0, n, m.key, encode(m)) for n, m in enumerate(matches)], minute(-1))
        self.stage.remember({})
        alerts = read(self.stage.tick(minute(until)))
        self.stage.remember({})
        return alerts


def test_groups_beyond_the_most_are_not_counted_and_the_owner_is_told_of_how_many(tmp_path: Path) -> None:
    posts = [a_match(f"p{n}", at=minute(n), group=(f"街道{n % 4}",), author=f"u{n}") for n in range(12)]

    alerts = Desk(tmp_path, a_rule(num_events=3), most_groups=2).hear(*posts, until=20)

    assert [alert.group[0] for alert in alerts if alert.rule == "water.outage"] == ["街道0", "街道1"]
    [told] = [alert for alert in alerts if alert.rule.startswith("operations.")]
    assert (told.group, told.owner) == (("water.outage",), "值班台")
    assert "已 6 条" in told.summary


def test_groups_too_many_of_a_rule_that_watches_a_change_are_told_too(tmp_path: Path) -> None:
    rule = a_rule(type=RuleType.CHANGE, spec=Change("place.street"), timeframe=timedelta(0))
    posts = [a_match(f"p{n}", at=minute(n), group=(f"街道{n}",), author=f"u{n}") for n in range(5)]

    [told] = Desk(tmp_path, rule, most_groups=2).hear(*posts, until=20)

    assert told.rule.startswith("operations.") and "已 3 条" in told.summary


def test_a_post_23_hours_late_completes_its_own_past_window_and_one_of_eight_days_moves_nothing(tmp_path: Path) -> None:
    day, desk = 24 * 60, Desk(tmp_path, a_rule())
    early = [a_match(f"p{n}", at=minute(n), author=f"u{n}") for n in range(2)]
    late = a_match("late", at=minute(2), known_at=minute(23 * 60), author="u3")
    old = [a_match(f"old{n}", at=minute(n), known_at=minute(8 * day + n), author=f"o{n}") for n in range(5)]

    [opened, _quiet] = desk.hear(*early, late, *old, until=9 * day)

    assert (opened.active_at, opened.late) == (minute(2), True)


def test_a_rule_that_fails_is_set_aside_its_owner_told_and_others_go_on(tmp_path: Path) -> None:
    bad = a_rule(id="bad.rule", num_events=1, level_if=(LevelIf(Failing(), a_rule().level),))  # type: ignore[arg-type] # stands for an expression
    desk = Desk(tmp_path, bad, a_rule(num_events=1))

    alerts = desk.hear(a_match("p", rule="bad.rule"), a_match("q"), until=5)

    assert [(alert.rule, alert.group) for alert in alerts] == [
        ("water.outage", ("湖东街道",)), ("operations.rule_failed", ("bad.rule",)),
    ]  # fmt: skip


def test_a_condition_must_last_and_what_lasts_is_told_when_it_has_and_in_time(tmp_path: Path) -> None:
    rule = a_rule(num_events=2, timeframe=timedelta(minutes=30), hold_for=timedelta(minutes=20))
    posts = [a_match(f"p{n}", at=minute(n), author=f"u{n}") for n in (0, 5)]

    [opened] = Desk(tmp_path, rule).hear(*posts, until=40)

    assert (opened.at, opened.active_at, opened.late) == (minute(25), minute(5), False)
    assert opened.waited_s == 20 * 60


def test_what_does_not_last_is_not_told(tmp_path: Path) -> None:
    rule = a_rule(num_events=2, timeframe=timedelta(minutes=10), hold_for=timedelta(minutes=20))
    posts = [a_match(f"p{n}", at=minute(n), author=f"u{n}") for n in (0, 5)]

    assert Desk(tmp_path, rule).hear(*posts, until=100) == []


def test_two_new_terms_are_two_alerts_though_nothing_groups_them(tmp_path: Path) -> None:
    rule = a_rule(type=RuleType.NEW_TERM, spec=NewTerm("place.street"), group_by=(), timeframe=timedelta(0))
    posts = [a_match(f"p{n}", at=minute(n), street=street, group=()) for n, street in enumerate(("甲", "乙", "甲"))]

    alerts = Desk(tmp_path, rule).hear(*posts, until=10)

    assert [alert.turn.value for alert in alerts] == ["opened", "opened"]
    assert len({alert.id for alert in alerts}) == 2
