"""What the others hear when one receiver takes no messages any more."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipeline.model import Notification
from pipeline.notify.trouble import Trouble, tell_others
from tests.pipeline.notify.world import at

WHEN = at("11:20")
REFUSED = Trouble("水务群", "拒收", "机器人已被移除", "重新添加机器人", "【黄·L3】停水集中反映")


def told(
    trouble: Trouble = REFUSED, when: datetime = WHEN, others: tuple[str, ...] = ("控制台",)
) -> list[Notification]:
    return tell_others(trouble, others, when)


def test_each_of_the_others_hears_what_happened_what_was_lost_and_what_to_mend() -> None:
    heard = told(others=("控制台", "短信"))

    assert [one.receiver for one in heard] == ["控制台", "短信"]
    assert len({one.id for one in heard}) == 2
    for words in ("水务群", "机器人已被移除", "重新添加机器人", "停水集中反映", "yuqing dead"):
        assert words in heard[0].text


@pytest.mark.parametrize(
    ("other", "when", "again"),
    [
        (REFUSED, at("11:59:59"), False),
        (REFUSED, at("12:00"), True),
        (Trouble("水务群", "拒收", "签名不对", "改签名"), at("11:21"), True),
        (Trouble("电力群", "拒收", "机器人已被移除", "重新添加机器人"), at("11:21"), True),
        (Trouble("水务群", "拒收", "机器人已被移除", "换一种说法", "另一条预警"), at("11:21"), False),
    ],
)
def test_the_same_answer_of_the_same_receiver_is_one_message_an_hour(
    other: Trouble, when: datetime, again: bool
) -> None:
    assert (told()[0].id != told(other, when)[0].id) is again


def test_nothing_undelivered_is_not_mentioned_and_a_long_answer_is_cut_to_one_line() -> None:
    (heard,) = told(Trouble("水务群" * 40, "拒收", "错\n误" * 500, "看日志"))

    assert "没有送达：" not in heard.text
    assert len(heard.title) <= 80
    assert len(heard.alert) <= 64, "the ledger has no more room"
    assert "\n" not in heard.title + heard.summary
    assert heard.at == WHEN


def test_with_nobody_else_nobody_is_told() -> None:
    assert told(others=()) == []
