"""What the terminal and the page see, and what happens when an officer clicks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.bus import Bus
from pipeline.bus.open import open_bus
from pipeline.errors import Rejected
from pipeline.model import CaseState, Level, NotifyReason, Verb
from pipeline.notify.desk import Desk
from pipeline.notify.notifier import Permanent
from pipeline.notify.records import RowState
from pipeline.notify.sender import Sender
from pipeline.topics import SIGNALS
from tests.pipeline.notify.test_sender import Fake
from tests.pipeline.notify.world import NotifyDesk, an_alert, at


@pytest.fixture
def flow(ledger_url: str) -> Iterator[NotifyDesk]:
    flow = NotifyDesk(ledger_url)
    yield flow
    flow.ledger.close()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    bus = open_bus(f"sqlite:///{tmp_path / 'bus'}")
    yield bus
    bus.close()


@pytest.fixture
def desk(flow: NotifyDesk, bus: Bus) -> Desk:
    return Desk(flow.ledger, bus)


def carry(flow: NotifyDesk, bus: Bus) -> None:
    """Let the stage read what was published, as the engine would."""
    consumer = bus.consumer("notify", SIGNALS)
    while batch := consumer.poll(100, 0.0):
        flow.stage.process(batch, at("12:00"))
        flow.stage.remember(consumer.positions)
        consumer.commit()
    consumer.close()


def test_an_act_travels_as_a_message_and_the_case_changes_when_it_arrives(
    flow: NotifyDesk, bus: Bus, desk: Desk
) -> None:
    flow.hear(an_alert(level=Level.L1))
    action = desk.act(Verb.ACK, flow.case.name, by="值班员甲", at=at("11:05"))
    assert action.case == flow.case.id and not flow.case.acked

    carry(flow, bus)

    assert flow.case.acked_by == "值班员甲"
    assert [sent.notification.reason for sent in desk.case(flow.case.name).messages] == [
        NotifyReason.FIRST,
        NotifyReason.ACK,
    ]


def test_what_is_not_allowed_is_refused_before_it_is_published(flow: NotifyDesk, bus: Bus, desk: Desk) -> None:
    flow.hear(an_alert())
    with pytest.raises(Rejected, match="结果"):
        desk.act(Verb.CLOSE, flow.case.id, by="值班员甲", at=at("11:05"))
    with pytest.raises(Rejected, match="没有案卷"):
        desk.act(Verb.ACK, "C-22222", by="值班员甲", at=at("11:05"))
    assert bus.lag("notify", SIGNALS) == 0


def test_a_telephone_number_in_an_officers_words_is_masked(flow: NotifyDesk, bus: Bus, desk: Desk) -> None:
    flow.hear(an_alert())
    action = desk.act(Verb.NOTE, flow.case.id, by="值班员甲", at=at("11:05"), reason="回电 13800138000 未接")
    assert "13800138000" not in action.reason and "未接" in action.reason


def test_cases_are_listed_newest_first_and_filtered(flow: NotifyDesk, bus: Bus, desk: Desk) -> None:
    for minute, level in enumerate((Level.L3, Level.L1, Level.L3)):
        flow.hear(an_alert(id_=f"a{minute}", when=f"11:0{minute}", level=level, group=(f"街道{minute}",)))
    desk.act(Verb.CLOSE, flow.cases[0].id, by="值班员甲", at=at("11:10"), reason="好了")
    carry(flow, bus)
    assert [case.alerts for case in desk.cases()] == [("a2",), ("a1",), ("a0",)]
    assert [case.alerts for case in desk.cases(state=CaseState.OPEN, level=Level.L3)] == [("a2",)]
    assert len(desk.cases(most=1)) == 1


def test_cases_of_one_article_find_one_another(flow: NotifyDesk, desk: Desk) -> None:
    flow.hear(
        an_alert(id_="a0", group=("housing",), topic="housing", part_of="u5:article"),
        an_alert(id_="a1", group=("market",), topic="market", part_of="u5:article"),
        an_alert(id_="a2", group=("traffic",), topic="traffic", part_of="u5:another"),
        an_alert(id_="a3", group=("water",)),
    )
    housing, market, traffic, water = sorted(desk.cases(), key=lambda case: case.alerts)
    assert (housing.part_of, water.part_of) == ("u5:article", "")
    assert [other.id for other in desk.case(housing.id).others] == [market.id]
    assert desk.case(traffic.id).others == desk.case(water.id).others == ()
    assert {housing.lead_unit, market.lead_unit} == {"housing", "market"}


def test_sealed_alerts_show_their_text_only_to_those_who_ask_for_it(flow: NotifyDesk, desk: Desk) -> None:
    flow.hear(an_alert(accusation=True, summary="街道办主任收回扣", group=("湖东街道",)))
    assert not any(word in str(desk.case(flow.case.name)) for word in ("回扣", "湖东", "锦湖里"))
    assert "回扣" not in str(desk.alerts_of([flow.case.id]))
    assert "回扣" in str(desk.case(flow.case.name, sealed=True).notices)


def test_a_dead_message_is_shown_and_sent_again_on_request(flow: NotifyDesk, desk: Desk) -> None:
    flow.hear(an_alert(level=Level.L1))
    fake = Fake().then(Permanent("HTTP 404", "换网址"))
    sender = Sender(flow.ledger, "控制台", fake, (), lambda: at("11:02"), random.Random(1))
    sender.step()
    (dead,) = desk.dead()
    assert (dead.last_answer, desk.health().by_state[RowState.DEAD]) == ("HTTP 404", 1)

    desk.revive(dead.notification.id, by="系统员", at=at("11:01"))

    assert desk.health().waiting == {"控制台": 1}
    assert desk.health().oldest == at("11:00")
    sender.step()
    assert (desk.dead(), desk.health().by_state[RowState.ACCEPTED]) == ([], 1)
    with pytest.raises(Rejected):
        desk.revive(dead.notification.id, by="系统员", at=at("11:01"))
