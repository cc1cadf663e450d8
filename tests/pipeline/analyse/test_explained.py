"""Every label says why, and every word it names stands where it says."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analyse.analyst import Analyst
from pipeline.analyse.explained import Because, Pieces, because
from pipeline.directory import Directory
from pipeline.model import AnalysedPost, ClusterFinding, GateFinding, GateStatus, Kind, Reason, SourceClass, excerpted
from pipeline.settings import Analyse
from pipeline.text.normal import folded
from tests.articles import an_article
from tests.build import a_post

ANALYST = Analyst.open(Analyse(), Directory.read(), explain=True)
PIECES_OF = Pieces(Analyse())
PIECES = [
    "锦湖里", "又停水了", "，", "。", "投诉", "谢谢", "海榆市", "湖东街道", "区水务局", "宏远物业", "不管", "煤气味很大", "有人晕倒", "老板欠薪", "煤气xie漏",
    "三小", "怎么办理", "加微信", "贷款秒批", "🚱", " ", "no water in Jinhuli", "東湖花園", "演习", "38个工友", "點讚", "\n",
]  # fmt: skip


def read(text: str, title: str = "") -> AnalysedPost:
    (doc,) = ANALYST.analyse([a_post("p1", text, title=title)])
    return doc


def lines(doc: AnalysedPost) -> dict[str, Because]:
    return {line.field: line for line in because(doc, PIECES_OF)}


def stands(cue: str, said: str) -> bool:
    """Say whether the text *said* holds what the cue names: the word, its two halves, or the word by sound."""
    halves = [folded(half) for half in cue.split("~")]
    there = folded(said)
    return all(half in there for half in halves) or any(letter in there for letter in halves[0])


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join),
    st.sampled_from(["", "求助", "湖东街道停水"]),
)
def test_every_reason_of_every_label_stands_where_it_says(text: str, title: str) -> None:
    doc = read(text, title)

    for line in because(doc, PIECES_OF):
        for reason in line.why:
            assert 0 <= reason.start < reason.end <= len(doc.body())
            assert stands(reason.cue, doc.body()[reason.start : reason.end]), (line.field, reason)


def test_each_label_names_its_own_words() -> None:
    told = lines(read("我要投诉锦湖里又停水了，区水务局不管"))

    assert (told["matter.topic"].label, told["matter.topic"].zh) == ("water", "停水、水务")
    assert told["matter.appeal_type"].why[0].cue == "投诉"
    assert (told["matter.harm"].label, told["place.status"].label) == ("H2", "known")
    assert told["party.name"].label == "区水务局"
    assert told["sentiment.label"].why and "模型" in told["sentiment.label"].zh


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("湖东街道停电两天了", "place.status", "同名"),
        ("海榆市停电了", "place.status", "别的地方"),
        ("停电了", "place.status", "没有本区地名"),
        ("嗯", "gate.status", "文字太少"),
        ("路灯坏了", "matter.harm", ""),
        ("电话13800138000，停水了", "privacy.classes", "已脱敏"),
        ("实名举报：湖东街道办主任收回扣", "matter.accusation", "公职"),
    ],
)
def test_what_no_word_carried_is_said_in_words(text: str, field: str, words: str) -> None:
    assert words in lines(read(text))[field].zh


def test_each_question_to_a_model_has_its_own_pieces() -> None:
    (doc,) = ANALYST.analyse([a_post("p1", "我想请问，锦湖里的公交车什么时候恢复，孩子上学不方便", kind=Kind.MESSAGE)])
    told = lines(doc)

    assert told["matter.department"].why != told["matter.msg_kind"].why
    for field in ("matter.department", "matter.msg_kind", "matter.domain", "sentiment.label"):
        assert "模型" in told[field].zh
        for reason in told[field].why:
            assert doc.body()[reason.start : reason.end] == reason.cue


def test_a_copy_says_how_alike_it_is() -> None:
    doc = msgspec.structs.replace(read("锦湖里停水"), cluster=ClusterFinding("c1", "near", 0.93))
    assert lines(doc)["cluster.id"].zh == "与此前的帖文相似 93%"


def test_a_spam_post_names_the_offer() -> None:
    doc = msgspec.structs.replace(read("锦湖里停水"), gate=GateFinding(GateStatus.SPAM, (Reason("贷款", 1.0, 0, 2),)))
    assert [reason.cue for reason in lines(doc)["gate.status"].why] == ["贷款"]


def test_each_matter_of_an_article_is_told_with_its_place_in_the_text() -> None:
    text = an_article({1200: "改造收费不公开。", 1500: "文桥路道路开挖不围挡。"}, 2000)
    (doc,) = ANALYST.analyse([a_post(text=text, kind=Kind.ARTICLE)])
    market, traffic = [line for line in because(doc, PIECES_OF) if line.field == "parts.topic"]
    assert (market.label, market.zh, market.why[0].cue) == ("market", "第 1200 字起，H1", "收费不公开")
    assert traffic.en == "from character 1500, H1, 文桥街道、文桥路"


def test_an_excerpt_does_not_pretend_to_have_decided() -> None:
    text = an_article({1200: "改造收费不公开。"}, 2000)
    post = a_post(text=text, kind=Kind.ARTICLE)
    post = msgspec.structs.replace(post, source=msgspec.structs.replace(post.source, class_=SourceClass.WECHAT))
    (whole,) = Analyst.open(Analyse(), Directory.read()).analyse([post])
    feeling = {doc.post.text_truncated: lines(doc)["sentiment.label"].why for doc in (whole, excerpted(whole))}
    assert feeling[False]
    assert feeling[True] == ()
