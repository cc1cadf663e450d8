"""What the desk says of itself: one alert a day and rule, that opens no case and is not repeated."""

from __future__ import annotations

from datetime import timedelta

from pipeline.detect.operations import blind_spot, rule_failed, too_many_groups
from pipeline.model import TOO_SLOW
from tests.build import NOON
from tests.pipeline.detect.test_stage import a_rule


def test_the_same_trouble_of_one_day_is_one_alert() -> None:
    morning, noon, tomorrow = (
        too_many_groups(a_rule(), 5, n, NOON + timedelta(hours=h)) for n, h in ((1, -2), (9, 0), (3, 24))
    )

    assert morning.id == noon.id != tomorrow.id
    assert not morning.manner.open_case
    assert morning.manner.repeat_interval_s == 0


def test_a_failure_names_the_rule_and_never_what_it_was_asked_about() -> None:
    told = rule_failed(a_rule(), "KeyError", NOON)

    assert told.why == "规则 water.outage（water.yaml:1）：KeyError"


def test_a_blind_spot_says_which_source_and_since_when() -> None:
    told = blind_spot(a_rule(), "gov", NOON, timedelta(hours=6), NOON + timedelta(hours=6))

    assert (told.group, told.active_at) == (("gov",), NOON + timedelta(hours=6))
    assert "监测盲区" in told.rule_name


def test_a_failure_is_one_alert_an_hour_and_says_whether_the_rule_still_watches() -> None:
    once, again, later = (rule_failed(a_rule(), "ValueError", NOON + timedelta(minutes=m)) for m in (1, 59, 60))

    assert once.id == again.id != later.id
    assert "已跳过该条内容" in once.summary
    assert "已停用" in rule_failed(a_rule(), TOO_SLOW, NOON).summary
