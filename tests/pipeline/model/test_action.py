"""An act of an officer, as it travels beside the alerts."""

from __future__ import annotations

import pytest

from pipeline.errors import Rejected
from pipeline.model import Action, Alert, Reader, Signal, Verb, encode
from tests.build import NOON
from tests.pipeline.notify.world import an_alert


def an_action(id_: str = "x1", verb: Verb = Verb.ACK, case: str = "c1") -> Action:
    return Action(id=id_, verb=verb, case=case, by="值班员", at=NOON)


def test_acts_on_one_case_stay_in_order_whoever_does_them() -> None:
    assert an_action("x1").key == an_action("x2", Verb.CLOSE).key != an_action("x3", case="c2").key


def test_a_signal_says_itself_whether_it_is_an_act_or_an_alert() -> None:
    signals: list[Signal] = [an_action(), an_alert()]
    reader: Reader[Signal] = Reader(Action | Alert)

    assert [reader.read(encode(signal)) for signal in signals] == signals


def test_an_act_that_nobody_knows_is_set_aside() -> None:
    raw = encode(an_action()).replace(b'"ack"', b'"burn"')

    with pytest.raises(Rejected, match=r"\$\.verb"):
        Reader(Action).read(raw)


def test_an_act_of_a_later_program_is_still_understood() -> None:
    raw = encode(an_action()).replace(b"{", b'{"mood":"good",', 1)

    assert Reader(Action).read(raw) == an_action()
