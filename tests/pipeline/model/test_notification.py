"""When two messages to people are one and the same."""

from __future__ import annotations

import itertools

from pipeline.model import NotifyReason, notification_id


def test_a_message_is_another_one_exactly_if_alert_reason_turn_or_receiver_differ() -> None:
    every = itertools.product(("a1", "a11"), (NotifyReason.FIRST, NotifyReason.REPEAT), (1, 11), ("水务群", "控制台"))
    whole = list(every)

    ids = [notification_id(*one) for one in whole]

    assert len(set(ids)) == len(whole)
    assert ids == [notification_id(*one) for one in whole]
    assert all(len(one) <= 64 for one in ids), "the ledger has no more room"
