from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rulebook.fairness import person
from tests.pipeline.rulebook.rules import a_rule, codes, read

BAD = "维吾尔族 藏族群众 回族 穆斯林 清真寺聚集 基督教 教堂 佛教徒 道观 喇嘛 做礼拜 古尔邦节 藏语 维语 粤语 领导无能 官僚 狗官 骂政府 宗教活动".split()
GOOD = "停水 断水 居民族谱 水族馆漏水 民族路停电 马路塌陷 高空坠物 白酒 石油泄漏 江水倒灌 外语学校 和尚桥 黄泥水 安全出口 领导批示 方便面 金属异味 钱塘路 贾汪停气 陆家嘴".split()


@pytest.mark.parametrize("word", BAD)
def test_no_creed_people_tongue_or_criticism_sets_off_a_rule(tmp_path: Path, word: str) -> None:
    book = read(tmp_path, a_rule(match={"text": {"any": [word]}}, examples={"match": [word], "no_match": ["无事"]}))

    assert "P-02" in codes(book)
    assert book.rules == ()


@pytest.mark.parametrize("word", GOOD)
def test_plain_matters_do(tmp_path: Path, word: str) -> None:
    book = read(tmp_path, a_rule(match={"text": {"any": [word]}}, examples={"match": [word], "no_match": ["无事"]}))

    assert book.errors == ()


@pytest.mark.parametrize("word", ["王建国", "张伟", "李小明"])
def test_a_name_alone_is_a_person(tmp_path: Path, word: str) -> None:
    assert person(word)
    assert "P-01" in codes(read(tmp_path, a_rule(match={"text": {"any": [word]}})))


def test_a_share_may_be_of_no_creed_and_of_no_person(tmp_path: Path) -> None:
    share = {"type": "percentage", "timeframe": "1h", "gte": 50}

    assert "P-02" in codes(read(tmp_path, a_rule(**share, of={"text": {"any": ["清真寺"]}})))
    assert "P-01" in codes(read(tmp_path, a_rule(**share, of={"where": {"author.key": "u5:abc"}})))
    assert codes(read(tmp_path, a_rule(**share, of={"where": {"matter.topic": "water"}}))) == []


def test_such_words_may_exclude(tmp_path: Path) -> None:
    match = {"text": {"any": ["停水"], "none": ["古尔邦节"]}}

    assert codes(read(tmp_path, a_rule(match=match))) == []


def test_praise_would_set_off_a_loud_rule_without_a_danger(tmp_path: Path) -> None:
    kind = {"text": {"any": ["路灯"]}}
    proof = {"match": ["路灯"], "no_match": ["无事"]}

    assert codes(read(tmp_path, a_rule(match=kind, examples=proof))) == ["W10"]
    assert codes(read(tmp_path, a_rule(match={**kind, "where": {"matter.topic": "city"}}, examples=proof))) == []
