from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crawlers import Outcome
from crawlers.frontier import Coverage
from crawlers.pace import Standing
from dashboards.boards.documents import as_tree
from dashboards.boards.items import SEALED, alert_doc, case_doc, heard_doc, source_doc
from dashboards.boards.reading import Delivered
from pipeline.notify.casebook import Notice
from tests.build import NOON, minute
from tests.dashboards.boards.test_clocks import a_case
from tests.dashboards.console.district import an_alert

SECRET = "某小学学生称被老师打"


def a_notice(**more: Any) -> Notice:
    return Notice(alert=an_alert(**more), heard_at=minute(1))


def test_an_alert_says_how_fast_it_was_decided_and_delivered() -> None:
    doc = alert_doc(a_notice(), None, Delivered(accepted=2, waiting=1, first_at=minute(4)))

    assert (doc.decide_s, doc.accept_s, doc.accepted) == (60.0, 180.0, "5m")
    assert (doc.messages_accepted, doc.messages_waiting, doc.messages_dead) == (2, 1, 0)
    assert as_tree(doc)["delay"] == {"decide": 60.0, "accept": 180.0}


@pytest.mark.parametrize(("minutes", "name"), [(1.5, "1m"), (20, "more"), (10, "15m")])
def test_delivery_is_sorted_by_how_long_it_took(minutes: float, name: str) -> None:
    assert alert_doc(a_notice(), None, Delivered(accepted=1, first_at=minute(minutes))).accepted == name


def test_an_alert_that_nobody_got_says_so() -> None:
    doc = alert_doc(a_notice(), None, Delivered(dead=1))

    assert (doc.accepted, doc.accept_s, doc.messages_dead) == ("none", None, 1)


@pytest.mark.parametrize("why", ["sealed", "minor", "accusation"])
def test_of_a_sealed_alert_only_level_and_clock_are_shown(why: str) -> None:
    notice = a_notice(summary=SECRET, why=SECRET, places=(SECRET,), topic="education", **{why: True})

    doc = alert_doc(notice, None, Delivered())

    assert SECRET not in str(as_tree(doc))
    assert (doc.sealed, doc.summary, doc.topic, doc.places) == (True, SEALED, "other", ())


def test_an_alert_in_a_sealed_case_is_sealed_too() -> None:
    assert alert_doc(a_notice(summary=SECRET), a_case(sealed=True), Delivered()).sealed


def test_a_case_names_its_units_and_nobody_who_clicked() -> None:
    case = a_case(lead_unit="water", co_units=("st_hd", "?"), acked_at=minute(3), acked_by="张三")

    doc = case_doc(case, minute(5), {"water": "区水务局", "st_hd": "湖东街道办"})

    assert (doc.lead_unit, doc.co_units) == ("区水务局", ("湖东街道办", "?"))
    assert (doc.ack_state, doc.ack_s) == ("in_time", 180.0)
    assert "张三" not in str(as_tree(doc))


@pytest.mark.parametrize("minor", [False, True])
def test_of_a_sealed_case_only_level_state_and_clocks_are_shown(minor: bool) -> None:
    case = a_case(sealed=not minor, title=SECRET, outcome=SECRET, places=(SECRET,), closed_at=minute(90))

    doc = case_doc(case, minute(100), minor=minor)

    assert SECRET not in str(as_tree(doc))
    assert (doc.sealed, doc.title, doc.close_s) == (True, SEALED, 5400.0)


def a_standing(outcome: Outcome | None, **more: Any) -> Standing:
    return Standing(id="qh-bbs", outcome=outcome, **more)


def test_a_source_that_answers_on_time_is_not_blind() -> None:
    standing = a_standing(Outcome.NEWS, visited_at=NOON, good_at=NOON, next_due=minute(5))

    doc = source_doc(standing, "forum", minute(3))

    assert (doc.ok, doc.outcome, doc.blind_min, doc.source_class) == (True, "news", 0, "forum")


@pytest.mark.parametrize(
    "standing",
    [
        a_standing(Outcome.FAILED, visited_at=minute(30), good_at=NOON, next_due=minute(90), problem="超时"),
        a_standing(Outcome.NEWS, visited_at=NOON, good_at=NOON, next_due=minute(5)),  # our own crawler stands still
    ],
)
def test_blind_is_who_has_not_been_heard_for_too_long(standing: Standing) -> None:
    assert source_doc(standing, "forum", minute(60)).blind_min == 60


def test_a_source_never_visited_is_neither_well_nor_ill() -> None:
    doc = source_doc(a_standing(None), "forum", NOON)

    assert (doc.outcome, doc.ok, doc.blind_min, doc.at) == ("never", True, 0, NOON)


def test_a_day_says_which_share_was_heard() -> None:
    doc = heard_doc("qh-bbs", "forum", NOON, Coverage(1080.4, 1440.0))

    assert doc is not None
    assert (doc.covered_min, doc.watched_min, doc.coverage) == (1080, 1440, 75.0)
    assert doc.key != source_doc(a_standing(None), "forum", NOON).key
    assert heard_doc("qh-bbs", "forum", NOON + timedelta(days=1), Coverage()) is None
