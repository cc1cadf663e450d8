"""The decisions alone: keys, and what people are told of an alert."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Case, Level, Manner, NotifyReason, Turn
from pipeline.notify.casebook import Notice, after_act, case_key, hear, reason_to_speak, ring
from pipeline.notify.routing import Routed
from tests.pipeline.notify.world import an_alert, at

UNITS = Routed("water", ("waterco", "st_hd"))


def a_case() -> Case:
    case = hear(None, None, an_alert(), UNITS, "停水").case
    assert case is not None
    return case


def test_the_key_is_the_rule_and_the_chosen_values() -> None:
    by_street = Manner(case_key=("place.street",))
    here = an_alert(group_by=("place.street", "cluster.id"), group=("湖东街道", "c1"), manner=by_street)
    same = an_alert(group_by=("cluster.id", "place.street"), group=("c2", "湖东街道"), manner=by_street)
    elsewhere = an_alert(group=("文桥街道",), manner=by_street)
    other_rule = an_alert(rule="livelihood.power_outage", manner=by_street)
    assert case_key(here) == case_key(same)
    assert len({case_key(one) for one in (here, elsewhere, other_rule)}) == 3


def test_without_a_chosen_key_the_whole_group_counts() -> None:
    manner = Manner()
    assert case_key(an_alert(manner=manner)) != case_key(an_alert(group=("文桥街道",), manner=manner))


def test_a_key_field_that_the_rule_does_not_group_by_joins_all_its_alerts() -> None:
    manner = Manner(case_key=("place.road",))
    assert case_key(an_alert(manner=manner)) == case_key(an_alert(group=("文桥街道",), manner=manner))


def test_a_case_has_the_same_id_on_every_machine() -> None:
    assert (a_case().id, a_case().name) == ("582dc7ba33883c20e353696a86436421", "C-T6LPF")


def test_the_manner_of_an_alert_is_that_of_its_opening() -> None:
    first = hear(None, None, an_alert(), UNITS, "停水")
    slower = an_alert(Turn.GREW, "11:05", manner=Manner(repeat_interval_s=9))
    assert hear(first.case, first.notice, slower, UNITS, "停水").notice.alert.manner == an_alert().manner


@given(
    level=st.sampled_from(Level),
    wait_s=st.sampled_from([0.0, 30.0, 900.0]),
    turns=st.lists(
        st.tuples(st.sampled_from([Turn.RAISED, Turn.GREW, Turn.QUIET]), st.sampled_from(Level)), max_size=8
    ),
)
def test_whatever_happens_every_alert_is_told_first_once_and_before_anything_else(
    level: Level, wait_s: float, turns: list[tuple[Turn, Level]]
) -> None:
    manner = Manner(group_wait_s=wait_s, repeat_interval_s=0)
    heard = hear(None, None, an_alert(level=level, manner=manner), UNITS, "停水")
    reasons = [speech.reason for speech in heard.speeches]
    for minute, (turn, louder) in enumerate(turns, 1):
        if heard.notice.due is not None and heard.notice.due <= at(f"11:{minute:02}"):
            heard = ring(heard.notice, heard.case, heard.notice.due)
            reasons += [speech.reason for speech in heard.speeches]
        heard = hear(heard.case, heard.notice, an_alert(turn, f"11:{minute:02}", level=louder), UNITS, "停水")
        reasons += [speech.reason for speech in heard.speeches]
    if heard.notice.due is not None:
        reasons += [speech.reason for speech in ring(heard.notice, heard.case, heard.notice.due).speeches]
    assert reasons[0] is NotifyReason.FIRST
    assert reasons.count(NotifyReason.FIRST) == 1


QUEUE = Manner(queue=True, group_wait_s=0)


def test_what_only_queues_opens_its_case_and_is_never_spoken_of() -> None:
    opened = hear(None, None, an_alert(level=Level.L4, manner=QUEUE), UNITS, "路灯不亮")
    grown = hear(opened.case, opened.notice, an_alert(Turn.GREW, "11:05", level=Level.L4), UNITS, "路灯不亮")
    quiet = hear(grown.case, grown.notice, an_alert(Turn.QUIET, "12:00", level=Level.L4), UNITS, "路灯不亮")

    assert opened.case and opened.case.open and opened.case.lead_unit == "water"
    assert [heard.speeches for heard in (opened, grown, quiet)] == [(), (), ()]
    assert [heard.notice.due for heard in (opened, grown, quiet)] == [None, None, None]
    assert quiet.case and quiet.case.open, "somebody has to answer it"


def test_what_queued_and_grows_louder_is_told_as_something_new() -> None:
    opened = hear(None, None, an_alert(level=Level.L4, manner=QUEUE), UNITS, "路灯不亮")
    raised = hear(opened.case, opened.notice, an_alert(Turn.RAISED, "11:05", level=Level.L3), UNITS, "十人反映路灯")

    assert [speech.reason for speech in raised.speeches] == [NotifyReason.FIRST]
    assert raised.case and opened.case and raised.case.id == opened.case.id


def test_an_act_on_a_case_in_the_queue_tells_nobody() -> None:
    opened = hear(None, None, an_alert(level=Level.L4, manner=QUEUE), UNITS, "路灯不亮")
    assert opened.case
    assert after_act(opened.notice, opened.case, at("11:30")).due is None


def test_silence_is_none() -> None:
    notice = Notice(alert=an_alert(Turn.GREW), heard_at=at("11:00"))
    assert reason_to_speak(notice, notice) is None


def test_the_title_of_a_case_follows_the_alert_that_opened_it() -> None:
    opened = hear(None, None, an_alert(), UNITS, "1小时内 10 人反映停水")
    grown = hear(opened.case, opened.notice, an_alert(Turn.RAISED, "11:05", level=Level.L2), UNITS, "38 人反映停水")
    joined = hear(grown.case, None, an_alert(id="other"), UNITS, "另一件")
    quiet = hear(joined.case, grown.notice, an_alert(Turn.QUIET, "13:05"), UNITS, "平息时的话")

    assert [heard.case.title for heard in (grown, joined, quiet) if heard.case] == ["38 人反映停水"] * 3
