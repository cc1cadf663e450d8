from __future__ import annotations

import pytest

from pipeline.analyse.analyst import Analyst
from pipeline.model import GateStatus
from tests.build import a_post


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("#青湖停水# 急用钱➕薇❤信 办证贷款 秒批", GateStatus.SPAM),
        ("#青湖停水# 无抵押贷款，不看征信，当天放款", GateStatus.SPAM),
        ("#青湖停水# 我家也停水了，青湖路这边", GateStatus.RELEVANT),  # the same tag, a resident
        ("青湖停水，谁家有水加我一下，帮忙接两桶", GateStatus.RELEVANT),
        ("天天收到贷款办证的骚扰电话，加微信的小广告贴满楼道", GateStatus.RELEVANT),
        ("被刷单兼职骗了三万，扫码付的，求帮忙", GateStatus.RELEVANT),
        ("😡😡😡🚱🚱", GateStatus.INSUFFICIENT_TEXT),
        ("……！！！", GateStatus.INSUFFICIENT_TEXT),
        ("顶", GateStatus.INSUFFICIENT_TEXT),
        ("停水", GateStatus.RELEVANT),
        ("演唱会太好听了，青湖区的朋友冲", GateStatus.IRRELEVANT),
        ("今天心情不错去逛街", GateStatus.IRRELEVANT),
        ("演唱会散场青湖路堵了三小时，救护车进不来", GateStatus.RELEVANT),
        ("文化馆漏雨没人修", GateStatus.RELEVANT),
        ("<img onerror=alert(1)> 路灯坏了", GateStatus.RELEVANT),
    ],
)
def test_the_gate_lets_matters_through(analyst: Analyst, text: str, status: GateStatus) -> None:
    gate = analyst.analyse([a_post(text=text)])[0].gate
    assert gate and gate.status is status
