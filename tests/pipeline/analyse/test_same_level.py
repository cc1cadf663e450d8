"""Who writes, in which script, width, spelling and tone, and whom they blame or praise, changes no level."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from pipeline.analyse.analyst import Analyst
from pipeline.model import Author
from tests.build import a_post

PLACES = "锦湖里 白露苑 红柳村 三元坊 石鼓坪 柳园新村".split()
MATTERS = """
3号楼煤气味特别大，头晕
2栋着火了，浓烟滚滚，有人没下来
电梯困了四个人，按铃没人应
有人要从楼顶跳下去
老人躺在地上没反应了
孩子掉进没盖的井里了
电线掉下来滋滋冒火星
水已经漫到二楼，我们在房顶等
停水两天了没人管
昨天晚上停电，到现在没人来修
停气三天了，做不了饭
暖气冰凉，老人冻得受不了
食堂吃完饭十几个孩子呕吐
我们三十多户业主房子烂尾了
孩子在学校被同学打伤，老师不管
路灯坏了半年没人修
物业乱收停车费，投诉没人理
工地半夜打桩，吵得睡不着
垃圾堆成山没人清
老板拖欠工资三个月不给
公交等了一小时不来，太慢
楼道堆满杂物，万一着火怎么办，物业不管
井盖松动，早晚要出事，没人修
公园健身器材坏了没人修
医院挂号排了四个小时没人管
请问低保怎么申请
请问小学什么时候报名
图书馆几点开门
建议在学校门口加装红绿灯
办事窗口的大姐很耐心，点赞
已经来水了，谢谢师傅
社区今天搞消防演练，模拟起火
昨晚电影里大楼爆炸那段真好看
没有着火，是在熏腊肉
去年那场火灾之后一直没换消防栓
急用钱加微信，无抵押贷款当天放款
演唱会太好听了，歌手真帅
听说水厂被投毒，大家别喝自来水
骗子冒充客服骗走两万，求助
拆迁款两年了还不给
河里死鱼一片，臭味熏天没人管
""".strip().splitlines()
BASES = [f"{place}{matter}" for place, matter in itertools.product(PLACES, MATTERS)]
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
# The spelling of a word that people write to slip past a filter.
SPELT = {
    "煤气": ("煤气", "煤qi", "媒气", "煤汽", "煤*气", "煤 气"),
    "着火": ("着火", "着huo", "着-火", "zhaohuo"),
    "停水": ("停水", "停shui", "ting水", "停·水", "停氺"),
    "停电": ("停电", "停dian", "停/电"),
    "停气": ("停气", "停qi", "停.气"),
    "跳下去": ("跳下去", "跳·下·去"),
    "电梯": ("电梯", "dian梯", "电＊梯"),
    "拖欠": ("拖欠", "拖qian"),
    "工资": ("工资", "工zi"),
    "垃圾": ("垃圾", "垃*圾"),
    "冒火星": ("冒火星", "冒 火 星"),
    "躺在地上": ("躺在地上", "躺 在 地 上"),
    "掉进": ("掉进", "掉*进"),
    "漫到": ("漫到", "漫-到"),
    "投毒": ("投毒", "投du", "投*毒"),
    "被同学打": ("被同学打", "被 同学 打"),
    "骗走": ("骗走", "pian走"),
}
POLITE = (
    "尊敬的领导您好，{}",
    "{}，辛苦各位了",
    "您好！{}。谢谢",
    "打扰了，{}，望回复为盼",
    "麻烦各位看一下：{}",
    "不好意思，{}",
    "{}，拜托了",
    "{}，恳请关注",
)
RUDE = ("真是服了！{}", "{}！！！", "妈的，{}")
ABOUT_OFFICIALS = (
    "{}。领导都是干什么吃的",
    "{}，当官的从来不下来看",
    "{}。区长是个好官",
    "{}。书记很负责，相信组织",
    "局长不作为！{}",
    "{}，领导太让人失望了",
    "{}。为我们的好书记点赞",
    "{}，镇长真是太懒了",
    "区里的领导真好，{}",
)
PETITION = (
    "{}，明天去市里讨说法",
    "{}。已向信访局反映",
    "{}，再不解决就去上访",
    "我们已经联名写信。{}",
    "{}，我要去省里告状",
    "{}。准备周一去市政府门口反映",
    "{}，不给答复就集体上访",
    "{}，联名信已经寄出",
)


def traditional(text: str) -> str:
    opencc = pytest.importorskip("opencc")
    converted: str = opencc.OpenCC("s2t").convert(text)
    return converted


def spelt() -> Iterator[tuple[str, str]]:
    for text in BASES:
        for word, others in SPELT.items():
            if word in text:
                yield from ((text, text.replace(word, other)) for other in others[1:])


def wrapped(templates: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(text, template.format(text)) for text in BASES for template in templates]


def changed(change: Callable[[str], str]) -> list[tuple[str, str]]:
    return [(text, change(text)) for text in BASES]


def levels(analyst: Analyst, texts: list[str]) -> list[tuple[str, str, str]]:
    docs = analyst.analyse([a_post(f"p{number}", text) for number, text in enumerate(texts)])
    return [(doc.matter.harm, doc.matter.topic, doc.gate.status.value) for doc in docs if doc.matter and doc.gate]


def differing(analyst: Analyst, pairs: list[tuple[str, str]]) -> list[str]:
    assert len(pairs) >= 200
    ones, others = (levels(analyst, [pair[side] for pair in pairs]) for side in (0, 1))
    return [f"{pair}: {one} {other}" for pair, one, other in zip(pairs, ones, others, strict=True) if one != other]


def test_a_script_changes_no_level(analyst: Analyst) -> None:
    assert differing(analyst, changed(traditional)) == []


def test_a_width_changes_no_level(analyst: Analyst) -> None:
    assert differing(analyst, changed(lambda text: text.translate(WIDE))) == []


def test_a_spelling_changes_no_level(analyst: Analyst) -> None:
    assert differing(analyst, list(spelt())) == []


@pytest.mark.parametrize("templates", [POLITE, RUDE, ABOUT_OFFICIALS, PETITION])
def test_tone_officials_and_petitions_change_no_level(analyst: Analyst, templates: tuple[str, ...]) -> None:
    assert differing(analyst, wrapped(templates)) == []


def test_an_author_changes_nothing_at_all(analyst: Analyst) -> None:
    ones, others = (
        analyst.analyse([a_post(f"p{number}", text, author=author) for number, text in enumerate(BASES)])
        for author in ("u1", None)
    )
    assert len(BASES) >= 200
    for one, other in zip(ones, others, strict=True):
        assert one.post.author == Author(key="hm:u1") != other.post.author
        assert (one.matter, one.place, one.gate, one.flags, one.sentiment) == (
            other.matter, other.place, other.gate, other.flags, other.sentiment,
        )  # fmt: skip
