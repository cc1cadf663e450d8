"""What every receiver promises. A receiver's tests subclass ``NotifierContract`` and play the other side."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.model import Level, Notification, NotifyReason
from pipeline.notify.notifier import Accepted, Notifier, Permanent
from pipeline.notify.render import resent

NASTY = (
    '他说"今晚修好"，结果又停水',
    r"路径 C:\new\table 打不开",
    "第一行停水\n第二行\t缩进\r\n第三行",
    '停水"}],"level":"blue","x":[{"y":"',
    "停水 {{ 7*7 }} ${HOME} {% for x in y %}",
    "换段\u2028再换\u2029",
    "</script><img src=x onerror=alert(1)> [bold]停水[/bold]",
    "停水 😡👨‍👩‍👧 ＂全角引号＂",
    "سۇ يوق",
)


def a_notification(**more: Any) -> Notification:
    values: dict[str, Any] = {
        "id": "0123456789abcdef0123456789abcdef",
        "alert": "a1",
        "case": "c1",
        "case_name": "C-3F7KQ",
        "receiver": "值班",
        "reason": NotifyReason.FIRST,
        "seq": 1,
        "at": datetime(2026, 3, 10, 17, 30, tzinfo=UTC),  # the next day already in Shanghai
        "level": Level.L3,
        "rule": "livelihood.water_outage",
        "rule_name": "停水集中反映",
        "group": ("湖东街道",),
        "active_at": datetime(2026, 3, 10, 17, 29, tzinfo=UTC),
        "title": "【黄·L3】停水集中反映 湖东街道",
        "text": "依据：12 人\n单位：区水务局（牵头）",
        "summary": "湖东街道 12 人反映停水",
        "units": ("water", "st_hd"),
    }
    return Notification(**{**values, **more})


class NotifierContract:
    """Subclass, and provide a receiver, a broken one, and what the other side has got."""

    @pytest.fixture
    def receiver(self) -> Notifier:
        raise NotImplementedError

    @pytest.fixture
    def broken(self) -> Notifier:
        """A receiver whose other side is not there."""
        raise NotImplementedError

    def received(self) -> list[str]:
        """Return each message that arrived, as one text that holds its title."""
        raise NotImplementedError

    def test_an_accepted_message_has_arrived(self, receiver: Notifier) -> None:
        assert isinstance(receiver.send(a_notification()), Accepted)
        (arrived,) = self.received()
        assert "【黄·L3】停水集中反映 湖东街道" in arrived

    def test_a_second_copy_is_marked(self, receiver: Notifier) -> None:
        receiver.send(a_notification())
        receiver.send(resent(a_notification()))
        assert ["〔重发〕" in arrived for arrived in self.received()] == [False, True]

    def test_text_is_data_whatever_stands_in_it(self, receiver: Notifier) -> None:
        for text in NASTY:
            assert isinstance(receiver.send(a_notification(text=text, summary=text)), Accepted)
        assert len(self.received()) == len(NASTY)
        assert not any("49" in arrived for arrived in self.received())

    def test_a_missing_other_side_is_an_answer_and_may_come_back(self, broken: Notifier) -> None:
        answer = broken.send(a_notification())
        assert not isinstance(answer, Accepted | Permanent)
        assert answer.words

    def test_its_words_are_for_a_chinese_reader(self, receiver: Notifier) -> None:
        kind = type(receiver)
        assert re.search("[一-鿿]", kind.__doc__ or "")
        assert all(re.search("[一-鿿]", field.description or "") for field in kind.model_fields.values())
