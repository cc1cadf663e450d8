"""Sources that are silent themselves: a blind spot, in which nobody is said to be silent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pipeline.detect.operations import BLIND_SPOT
from tests.build import minute
from tests.pipeline.detect.test_silence import Desk, a_silence
from tests.pipeline.detect.test_stage import a_rule

GUARDED = a_silence(timedelta(minutes=30))


def test_while_its_source_is_silent_nobody_is_and_that_is_told_once(tmp_path: Path) -> None:
    rule = a_silence(timedelta(minutes=30))
    desk = Desk(tmp_path, rule, {"id": "A"}, {"id": "D"}).wait(0).hear("D", 0).hear("A", 1)

    desk.wait(200).hear("A", 150, known_at=300).hear("A", 299, known_at=300).hear("A", 320).wait(331)

    assert desk.told == [("gov", "opened", "L3", 31), ("gov", "quiet", "L3", 300), ("D", "opened", "L3", 330)]


def test_a_source_in_which_nobody_is_expected_is_not_watched(tmp_path: Path) -> None:
    desk = Desk(tmp_path, GUARDED, {"id": "A", "since": minute(-1)}).wait(0)

    assert desk.hear("stranger", 1, source="bbs").wait(50).told == []


def test_a_source_that_went_silent_before_a_restart_ends_its_blind_spot_after_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, GUARDED, {"id": "A"}).wait(0).hear("A", 1).wait(40)

    desk.expect({"id": "A"}).wait(45).hear("A", 50).wait(51)

    assert desk.told == [("gov", "opened", "L3", 31), ("gov", "quiet", "L3", 50)]


def test_a_blind_spot_that_no_rule_watches_any_more_is_over(tmp_path: Path) -> None:
    desk = Desk(tmp_path, GUARDED, {"id": "A"}).wait(0).hear("A", 1).wait(40)

    desk.expect({"id": "A"}, rule=a_rule(id="another.rule")).wait(50)

    assert desk.told == [("gov", "opened", "L3", 31), ("gov", "quiet", "L3", 50)]


def test_who_was_held_is_judged_once_the_rule_guards_no_source_any_more(tmp_path: Path) -> None:
    desk = Desk(tmp_path, GUARDED, {"id": "A"}).wait(0).hear("A", 1).wait(100)

    desk.expect({"id": "A"}, rule=a_silence(rev="2")).wait(120)

    assert desk.told[1:] == [("A", "opened", "L3", 120), ("gov", "quiet", "L3", 120)]


def test_a_blind_spot_is_an_alert_of_the_desk_itself() -> None:
    assert BLIND_SPOT.startswith("operations.")
