"""What people hear of, and when: the stage as the engine drives it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from pipeline.bus import Delivery
from pipeline.directory import Directory
from pipeline.errors import Misconfigured, Rejected
from pipeline.ledger import tables
from pipeline.model import CaseState, Level, Manner, Turn, Verb
from pipeline.notify.stage import NotifyStage
from pipeline.stage import Stateful
from tests.pipeline.notify.world import NotifyDesk, an_act, an_alert, at, deliveries


@pytest.fixture
def desk(ledger_url: str) -> Iterator[NotifyDesk]:
    desk = NotifyDesk(ledger_url)
    yield desk
    desk.ledger.close()


def test_it_keeps_the_contract_of_a_stateful_stage(desk: NotifyDesk) -> None:
    assert isinstance(desk.stage, Stateful)


def test_an_alert_opens_a_case_and_speaks_after_its_group_wait(desk: NotifyDesk) -> None:
    desk.hear(an_alert())
    desk.tick("11:00:29")
    assert desk.said == []

    desk.tick("11:00:30")

    assert desk.said == ["11:00:30 first L3"]
    assert desk.case.units == ("water", "waterco", "st_hd", "h12345")
    assert desk.outbox[0].case_name == desk.case.name


def test_a_message_carries_the_moment_it_was_due_not_the_moment_of_the_tick(desk: NotifyDesk) -> None:
    desk.hear(an_alert())
    desk.tick("11:40")
    assert desk.said == ["11:00:30 first L3"]


@pytest.mark.parametrize("quick", [{"level": Level.L1}, {"manner": Manner(group_wait_s=0)}])
def test_red_or_no_wait_speaks_at_once(desk: NotifyDesk, quick: dict[str, Any]) -> None:
    desk.hear(an_alert(**quick))
    assert [line[:14] for line in desk.said] == ["11:00:00 first"]


def test_a_rise_speaks_at_once_and_growth_only_counts(desk: NotifyDesk) -> None:
    desk.hear(an_alert(), an_alert(Turn.GREW, "11:05", count=20), an_alert(Turn.RAISED, "11:06", level=Level.L2))
    desk.hear(an_alert(Turn.GREW, "11:07", level=Level.L2, count=40))

    assert desk.said == ["11:00:30 first L3", "11:06:00 level_up L2"]
    assert desk.case.level is Level.L2


def test_a_rise_while_waiting_is_the_first_word_and_the_only_one(desk: NotifyDesk) -> None:
    desk.hear(an_alert(), an_alert(Turn.RAISED, "11:00:10", level=Level.L2))
    desk.tick("11:02")
    assert desk.said == ["11:00:10 first L2"]


def test_it_repeats_until_somebody_signs_and_tells_that_somebody_did(desk: NotifyDesk) -> None:
    desk.hear(an_alert())
    desk.tick("13:00:30")
    desk.hear(an_act(Verb.ACK, desk.case, "13:10"))
    desk.tick("30:00")

    assert desk.said == ["11:00:30 first L3", "13:00:30 repeat L3", "13:10:00 ack L3"]
    assert desk.case.acked_by == "值班员甲"


def test_repeats_that_fell_into_a_downtime_leave_one_to_send(desk: NotifyDesk) -> None:
    desk.hear(an_alert())
    desk.tick("11:01")
    desk.tick("17:30")

    pending = [one for one in desk.outbox if desk.states()[one.id] == "pending"]
    assert [f"{one.at:%H:%M} {one.reason.value}" for one in pending] == ["11:00 first", "17:00 repeat"]


def test_the_end_is_told_to_those_who_were_told(desk: NotifyDesk) -> None:
    desk.hear(an_alert(), an_alert(Turn.QUIET, "12:30"))
    desk.tick("30:00")
    assert desk.said == ["11:00:30 first L3", "12:30:00 resolve L3"]
    assert desk.case.quiet and desk.case.open


def test_a_late_post_for_a_spell_that_is_over_may_raise_it_but_not_begin_it_again(desk: NotifyDesk) -> None:
    desk.hear(an_alert(), an_alert(Turn.QUIET, "12:30"), an_alert(Turn.GREW, "12:40"))
    desk.hear(an_alert(Turn.RAISED, "12:50", level=Level.L2, late=True, last_at=at("11:50")))
    desk.tick("30:00")
    assert desk.said == ["11:00:30 first L3", "12:30:00 resolve L3", "12:50:00 level_up L2"]
    assert "迟1小时" in desk.outbox[-1].title
    assert desk.case.quiet


def test_growth_brings_back_no_unit_that_returned_the_case(desk: NotifyDesk) -> None:
    desk.hear(an_alert())
    desk.hear(an_act(Verb.ASSIGN, desk.case, "11:10", unit="waterco"))
    desk.hear(an_act(Verb.RETURN, desk.case, "11:20", reason="不归我管", unit="water"))
    desk.hear(an_alert(Turn.GREW, "11:30", count=20))
    assert desk.case.units == ("water", "st_hd", "h12345")


def test_an_alert_shorter_than_its_group_wait_is_told_all_the_same(desk: NotifyDesk) -> None:
    desk.hear(an_alert(manner=Manner(group_wait_s=9000)), an_alert(Turn.QUIET, "12:30"))
    assert desk.said == ["12:30:00 first L3", "12:30:00 resolve L3"]


def test_closing_is_told_once_and_the_later_quiet_is_no_news(desk: NotifyDesk) -> None:
    desk.hear(an_alert())
    desk.tick("11:01")
    desk.hear(an_act(Verb.CLOSE, desk.case, "12:00", reason="已恢复供水"), an_alert(Turn.QUIET, "12:30"))
    desk.tick("30:00")

    assert desk.said == ["11:00:30 first L3", "12:00:00 resolve L3"]
    assert "已办结" in desk.outbox[1].title and "已恢复供水" in desk.outbox[1].text


def test_a_rise_after_closing_opens_the_case_again(desk: NotifyDesk) -> None:
    desk.hear(an_alert())
    desk.hear(an_act(Verb.CLOSE, desk.case, "12:00", reason="已恢复供水"))
    desk.hear(an_alert(Turn.RAISED, "12:10", level=Level.L1), an_alert(Turn.QUIET, "12:30", level=Level.L1))

    assert desk.case.state is CaseState.OPEN
    assert desk.said[-2:] == ["12:10:00 level_up L1", "12:30:00 resolve L1"]


def test_a_new_alert_joins_the_open_case_of_its_key(desk: NotifyDesk) -> None:
    desk.hear(an_alert(), an_alert(id_="a2", when="11:20"), an_alert(id_="a3", when="11:21", group=("文桥街道",)))
    assert [case.alerts for case in desk.cases] == [("a1", "a2"), ("a3",)]


def test_a_new_alert_on_a_closed_case_opens_a_new_one(desk: NotifyDesk) -> None:
    desk.hear(an_alert())
    desk.hear(an_act(Verb.CLOSE, desk.case, "12:00", reason="已恢复供水"), an_alert(id_="a2", when="12:05"))
    assert [case.alerts for case in desk.cases] == [("a1",), ("a2",)]


def test_a_louder_alert_in_a_signed_case_takes_the_signature_back(desk: NotifyDesk) -> None:
    desk.hear(an_alert())
    desk.hear(an_act(Verb.ACK, desk.case, "11:10"), an_alert(id_="a2", when="11:20"))
    assert desk.case.acked
    desk.hear(an_alert(id_="a3", when="11:30", level=Level.L2))
    assert not desk.case.acked


def test_a_shadow_alert_is_recorded_and_silent(desk: NotifyDesk) -> None:
    desk.hear(an_alert(shadow=True), an_alert(Turn.RAISED, "11:05", shadow=True, level=Level.L1))
    desk.tick("30:00")
    assert (desk.said, desk.cases) == ([], [])


def test_an_alert_without_a_case_is_told_and_repeated_until_quiet(desk: NotifyDesk) -> None:
    manner = Manner(group_wait_s=0, repeat_interval_s=3600, open_case=False)
    desk.hear(an_alert(manner=manner), an_alert(Turn.QUIET, "12:30", manner=manner))
    assert (desk.cases, [line.split()[1] for line in desk.said]) == ([], ["first", "repeat", "resolve"])
    assert desk.outbox[0].case == "" and desk.outbox[0].units[0] == "water"


def test_sealed_alerts_do_not_share_a_case_and_say_nothing(desk: NotifyDesk) -> None:
    for id_ in ("a1", "a2"):
        desk.hear(an_alert(id_=id_, accusation=True, topic="service", level=Level.L1, summary="街道办主任收回扣"))
    assert [case.units for case in desk.cases] == [("liaison",), ("liaison",)]
    assert all(case.sealed for case in desk.cases)
    written = str([msgspec.to_builtins(one) for one in desk.outbox]) + str([case.title for case in desk.cases])
    assert not any(word in written for word in ("主任", "湖东", "锦湖里"))


def test_a_route_goes_to_those_who_want_it_and_one_that_nobody_wants_to_everybody(tmp_path: Path) -> None:
    desk = NotifyDesk(tmp_path, {"水务群": ("民生",), "应急群": ("应急",)})
    desk.hear(
        an_alert(id_="a1", level=Level.L1, manner=Manner(route="民生")),
        an_alert(id_="a2", level=Level.L1, manner=Manner(route="nobody"), when="11:01"),
    )
    told = [(one.alert, one.receiver) for one in desk.outbox]
    assert told == [("a1", "水务群"), ("a2", "应急群"), ("a2", "水务群")]


def test_a_late_alert_says_how_late(desk: NotifyDesk) -> None:
    desk.hear(an_alert(when="13:50", active_at=at("11:00"), level=Level.L1, count=12))
    (told,) = desk.outbox
    assert told.late
    assert told.title == "【红·L1】停水集中反映 湖东街道 计12（补报 迟2小时50分）"


def test_waiting_by_our_own_choice_is_not_lateness(desk: NotifyDesk) -> None:
    desk.hear(an_alert(manner=Manner(group_wait_s=1800)), an_alert(Turn.GREW, "11:20"))
    desk.tick("11:30")
    assert [one.late for one in desk.outbox] == [False]


def test_a_second_click_and_a_click_on_nothing_are_noted_and_change_nothing(desk: NotifyDesk) -> None:
    desk.hear(an_alert())
    nothing = msgspec.structs.replace(an_act(Verb.ACK, desk.case, "11:12"), case="none")
    desk.hear(an_act(Verb.ACK, desk.case, "11:10"), an_act(Verb.ACK, desk.case, "11:11", by="值班员乙"), nothing)
    assert desk.case.acked_by == "值班员甲"
    assert [line.split()[1] for line in desk.said] == ["first", "ack"]


def test_what_is_not_a_signal_is_rejected_before_anything_is_heard(desk: NotifyDesk) -> None:
    good, bad = deliveries([an_alert()])[0], Delivery("signals", 0, 1, "k", b"{}")
    with pytest.raises(Rejected):
        desk.stage.process([good, bad], at("11:00"))
    desk.stage.remember({})
    assert desk.cases == []


@pytest.mark.parametrize(("kept", "day"), [(timedelta(days=7), 90), (timedelta(days=120), 120)])
def test_signals_are_remembered_for_as_long_as_they_may_be_told_again(
    ledger_url: str, kept: timedelta, day: int
) -> None:
    desk = NotifyDesk(ledger_url)
    desk.stage = NotifyStage(desk.ledger, {"控制台": ()}, Directory.read(), kept=kept)
    first, last = an_alert(when="11:00"), an_alert(when=f"{24 * day + 11}:00", id_="a2")
    still = an_alert(when=f"{24 * day + 11}:01", id_="a3")

    def heard() -> set[str]:
        with desk.ledger.transaction() as connection:
            return set(connection.execute(sa.select(tables.heard.c.id)).scalars())

    desk.hear(first)
    desk.hear(last)
    assert heard() == {first.turn_id, last.turn_id}

    desk.hear(still)
    assert heard() == {last.turn_id, still.turn_id}
    desk.ledger.close()


def test_without_receivers_it_does_not_start(desk: NotifyDesk) -> None:
    with pytest.raises(Misconfigured, match="接收方"):
        NotifyStage(desk.ledger, {}, Directory.read())
