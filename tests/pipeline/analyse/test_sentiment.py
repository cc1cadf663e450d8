from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.analyse.sentiment import CITIZEN, MODELS, SOCIAL, LinearSentiment, Sentiment, mocking, model_for
from pipeline.errors import Misconfigured
from pipeline.model import Kind, Polarity, Reason, SentimentFinding, SourceClass
from pipeline.model.post import Source
from tests.build import a_post, an_analysed

LINEAR = Sentiment.open("linear")

# Not the sentences of the public case, nor any that the drill writes: other words, same grammar.
NEGATED = [
    ("保安很和气", "保安很不和气"),
    ("账单看得明白", "账单看不明白"),
    ("水管昨天接通了", "水管到今天都没接通"),
    ("我对调解结果服气", "我对调解结果不服气"),
    ("新来的网格员上心", "新来的网格员不上心"),
    ("路灯亮了", "路灯一直没亮"),
    ("大夫讲得清楚", "大夫讲得不清楚"),
    ("办证挺顺利", "办证一点也不顺利"),
]
SPOKEN = [
    ("天天断水，打了十几个电话没有一个部门管", Polarity.NEG),
    ("垃圾堆了一个星期没人清，臭得开不了窗", Polarity.NEG),
    ("难道非要出了事才有人来看看吗", Polarity.NEG),
    ("点赞 太耐心了", Polarity.POS),
    ("昨晚反映的问题今早就处理完了，为社区工作人员点赞！", Polarity.POS),
    ("再也不用绕远路接孩子了，谢谢街道", Polarity.POS),
    ("请问新生儿医保怎么办理，需要带哪些材料？", Polarity.NEU),
    ("咨询一下图书馆周末几点开门", Polarity.NEU),
]


COMPLAINTS = [
    "我家住青石里小区，最近一个月电梯坏了三次，物业一直不修，老人上下楼非常困难，打了几次电话都没有人来",
    "幸福路夜市的油烟天天往楼上飘，窗户都不敢开，向城管反映多次至今没有解决",
    "楼下工地半夜还在施工，噪音大得整晚睡不着，投诉了三回还是照样施工",
    "孩子学校门口的路坑坑洼洼，下雨全是积水，拖了半年没人管，太不负责任了",
    "公交改线以后要多等四十分钟，站牌也不更新，上班天天迟到，十分不满",
    "自来水发黄有怪味，已经一个星期了，自来水公司互相推诿，居民怨声载道",
]
QUESTIONS = [
    "请问外地户口的孩子今年上小学需要准备哪些材料，什么时候开始报名",
    "想咨询一下公积金贷款提前还款怎么办理，需要到哪个窗口",
    "请问青石里小区什么时候安排加装电梯，申请流程是什么",
    "建议在东湖公园北门增设一处非机动车停放点，方便市民出行",
]
COURTESIES = [
    ("尊敬的领导您好！", ""),
    ("", "，谢谢！"),
    ("您好，", "。感谢您在百忙之中阅读，祝工作顺利"),
    ("领导辛苦了，", "，望回复，非常感谢"),
    ("", "。感谢政府一直以来为我们老百姓办的实事"),
    ("感谢热线工作人员耐心接听。", ""),
    ("社区的同志态度一直很好，", ""),
    ("", "。此致敬礼"),
]


def message(text: str) -> SentimentFinding:
    return LINEAR.analyse([an_analysed(text=text, kind=Kind.MESSAGE)])[0]


def posted(text: str) -> SentimentFinding:
    return LINEAR.analyse([an_analysed(text=text)])[0]


@pytest.mark.parametrize(("plain", "negated"), NEGATED)
def test_a_negation_makes_a_message_more_negative(plain: str, negated: str) -> None:
    assert message(negated).p_neg > message(plain).p_neg


@pytest.mark.parametrize(("text", "label"), SPOKEN)
def test_a_message_has_the_tone_a_reader_hears(text: str, label: Polarity) -> None:
    assert message(text).label is label


@pytest.mark.parametrize("text", [*COMPLAINTS, *QUESTIONS])
def test_courtesy_and_thanks_do_not_turn_the_tone_of_a_message(text: str) -> None:
    polite = [message(f"{before}{text}{after}").label for before, after in COURTESIES]

    assert polite == [message(text).label] * len(COURTESIES)


def test_an_emotion_is_named_where_it_was_asked_for_and_only_of_posts() -> None:
    feeling = Sentiment.open("linear", emotion=True)
    posts = ["太开心了，今天真高兴哈哈", "气死我了，太过分了，混蛋", "好难过，一个人哭了一晚上"]

    told = feeling.analyse([*(an_analysed(text=text) for text in posts), an_analysed(text=" ")])
    [sober] = feeling.analyse([an_analysed(text="气死我了", kind=Kind.MESSAGE)])

    assert [finding.emotion for finding in told] == ["happy", "angry", "sad", None]
    assert sober.emotion is None
    assert [replace(finding, emotion=None) for finding in told[:3]] == [posted(text) for text in posts]


def test_a_sober_question_is_angry_only_on_the_net() -> None:
    question = "我想咨询一下，小区二次供水改造什么时候开始施工，谢谢"

    assert message(question).label is Polarity.NEU
    assert message(question).model != posted(question).model


@pytest.mark.parametrize(
    ("kind", "class_", "model"),
    [
        (Kind.MESSAGE, SourceClass.OTHER, CITIZEN),
        (Kind.WORKORDER, SourceClass.OTHER, CITIZEN),
        (Kind.POST, SourceClass.HOTLINE, CITIZEN),
        (Kind.POST, SourceClass.MAILBOX, CITIZEN),
        (Kind.POST, SourceClass.WEIBO, SOCIAL),
        (Kind.COMMENT, SourceClass.OTHER, SOCIAL),
        (Kind.ANSWER, SourceClass.OFFICIAL, SOCIAL),
    ],
)
def test_the_model_follows_kind_and_class_of_the_source(kind: Kind, class_: SourceClass, model: str) -> None:
    post = msgspec.structs.replace(a_post(kind=kind), source=Source(id="s", class_=class_))

    assert model_for(post) == model


@given(st.lists(st.text(max_size=40), max_size=12), st.integers(0, 5))
def test_a_finding_does_not_depend_on_the_batch(texts: list[str], cut: int) -> None:
    docs = [an_analysed(f"p{n}", text, kind=Kind.MESSAGE if n % 3 else Kind.POST) for n, text in enumerate(texts)]

    assert LINEAR.analyse(docs[:cut]) + LINEAR.analyse(docs[cut:]) == LINEAR.analyse(docs)


def test_a_batch_longer_than_a_chunk_keeps_its_order() -> None:
    docs = [an_analysed(f"p{n}", "太差了" if n % 2 else "真好，满意") for n in range(300)]

    labels = [finding.label for finding in LINEAR.analyse(docs)]

    assert labels == [Polarity.NEG if n % 2 else Polarity.POS for n in range(300)]


@given(st.text())
def test_probabilities_are_probabilities(text: str) -> None:
    found = posted(text)
    assert found.p_neg >= 0 and found.p_pos >= 0 and found.p_neg + found.p_pos <= 1.0001


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_nothing_said_is_neutral(text: str) -> None:
    assert posted(text) == SentimentFinding(Polarity.NEU, 0.0, 0.0)


def test_an_enormous_text_is_judged_by_its_beginning() -> None:
    assert posted("气死了，太差劲" * 3_000).label is Polarity.NEG


def test_traditional_and_full_width_writing_feel_the_same() -> None:
    assert message("對辦理結果很不滿意！") == message("对办理结果很不满意!")


def test_an_explanation_points_into_the_text() -> None:
    text = "物業服務真差，我很不满意"

    reasons = LINEAR.explain(text)

    assert all(text[reason.start : reason.end] == reason.cue for reason in reasons)
    assert min(reasons, key=lambda reason: reason.weight).cue in "真差，我很不满意"
    assert abs(reasons[0].weight) == max(abs(reason.weight) for reason in reasons)


def test_an_unknown_analyser_is_named_with_the_known_ones() -> None:
    with pytest.raises(Misconfigured, match="linear"):
        Sentiment.open("bert")


def test_a_missing_model_stops_the_start() -> None:
    with pytest.raises(Misconfigured, match=r"sentiment\.json"):
        LinearSentiment.read(MODELS / "nowhere")


def test_snownlp_can_be_had_for_comparison() -> None:
    good, nothing = Sentiment.open("snownlp").analyse([an_analysed(text="质量很好，喜欢"), an_analysed(text=" ")])

    assert good.label is Polarity.POS
    assert nothing.label is Polarity.NEU


def test_praise_that_mocks_speaks_against_and_names_the_words_that_mock() -> None:
    why = (Reason("五星好评", 1.0, 0, 4),)
    praise = SentimentFinding(Polarity.POS, 0.1, 0.8, emotion="joy", model="m")
    assert mocking(praise, why) == SentimentFinding(Polarity.NEG, 0.8, 0.1, emotion="joy", model="m", why=why)
    for other in (SentimentFinding(Polarity.NEG, 0.8, 0.1), SentimentFinding(Polarity.NEU, 0.1, 0.1)):
        assert mocking(other, why) is other
