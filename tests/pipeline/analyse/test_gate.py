from __future__ import annotations

import random

import pytest

from crawlers.world.arcs import ARCS, Stage
from crawlers.world.grammar import Grammar
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


@pytest.mark.parametrize(
    "text",
    [
        "#青湖停水# 手头紧？➕❤薇，无抵押，三分钟到账",
        "#青湖停水# 手 头 紧 ➕ V，黑白户都可",
        "日结三百，宝妈在家能做，加 扣 扣了解",
        "专业疏通管道，24小时上门，附近十分钟到",
    ],
)
def test_a_contact_that_is_drawn_is_one(analyst: Analyst, text: str) -> None:
    gate = analyst.analyse([a_post(text=text)])[0].gate
    assert gate and gate.status is GateStatus.SPAM and gate.why


@pytest.mark.parametrize(
    "text",
    [
        "#青湖停水# 消防车十分钟到现场，想了解的进群",
        "小区业主加微信群，停水了互相通知一声，低价矿泉水在北门",
        "物业说扫码领红包才给开门，投诉也没人管，垃圾没人清",
        "建议银行放宽贷款，扫码开户排队太久，老人不会用",
    ],
)
def test_a_resident_who_mentions_an_offer_is_heard(analyst: Analyst, text: str) -> None:
    gate = analyst.analyse([a_post(text=text)])[0].gate
    assert gate and gate.status is GateStatus.RELEVANT


@pytest.mark.parametrize("seed", range(4))
def test_the_spam_of_the_invented_district_is_caught_and_its_residents_are_heard(analyst: Analyst, seed: int) -> None:
    rng, grammar = random.Random(seed), Grammar()
    stage = Stage(rng, grammar, grammar.scene(rng))
    beats = [beat for name, arc in ARCS.items() for beat in arc(stage) if name != "rumour"]
    docs = analyst.analyse([a_post(f"p{number}", beat.text) for number, beat in enumerate(beats)])
    called = [doc.gate is not None and doc.gate.status is GateStatus.SPAM for doc in docs]
    advert = [beat.author.startswith("s") and beat.author != "sarcasm0" for beat in beats]
    assert called == advert
