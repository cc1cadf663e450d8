"""A turn of an alert on its way from detect to notify."""

from __future__ import annotations

from pipeline.model import Alert, Manner, Reader, Turn, encode
from tests.pipeline.notify.world import an_alert


def test_the_turns_of_one_alert_stay_in_order() -> None:
    turns = [an_alert(turn, f"11:0{minute}") for minute, turn in enumerate(Turn)]

    assert {turn.key for turn in turns} == {"a1"}
    assert len({turn.turn_id for turn in turns}) == len(Turn)


def test_an_alert_of_a_rule_that_says_nothing_of_manners_opens_a_case_and_repeats() -> None:
    raw = encode(an_alert(manner=Manner()))

    manner = Reader(Alert).read(raw).manner

    assert b'"manner":{}' in raw
    assert (manner.route, manner.open_case, manner.repeat_interval_s) == ("root", True, 14_400.0)


def test_an_alert_is_neither_late_nor_silent_nor_sealed_unless_it_says_so() -> None:
    raw = encode(an_alert())

    assert not [word for word in (b"late", b"shadow", b"sealed", b"minor") if b'"' + word + b'"' in raw]
    assert Reader(Alert).read(encode(an_alert(late=True, sealed=True))).late
