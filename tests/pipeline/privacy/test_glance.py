"""One contract for the first glance at a text, by triggers and compiled."""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.privacy import glance
from pipeline.privacy.looks import CHILD, LOOKS, MASKED, UNSEEN, awake
from pipeline.privacy.minors import about_a_minor
from pipeline.privacy.names import names, records
from pipeline.privacy.numbers import numbers
from pipeline.privacy.patterns import addresses, devices, documents, doors, handles, plates, school_classes
from pipeline.privacy.peoples import other_names
from pipeline.privacy.shadow import spoken
from pipeline.privacy.titles import ADDRESS, KIN, OFFICE, SELF
from pipeline.text.automaton import automaton
from pipeline.text.normal import normal
from tests.live import do_without

TRIGGERS = glance.Glance()
EVERY = (1 << len(LOOKS)) - 1
SEEN = {
    "打13800138000": numbers,
    "一三八零零一三八零零零": numbers,
    "138oo138ooo": numbers,
    "电话号码是:2000000": numbers,
    "宁 z00000": plates,
    "使123456": plates,
    "123456使": plates,
    "wj宁1234a": plates,
    "a@b.cn": addresses,
    "a(at)b.cn": addresses,
    "a at b.cn": addresses,
    "a # b.cn": addresses,
    "微信号同号:是 abc123": handles,
    "q q 1 2 3 4 5 6": handles,
    "v id abc_12345": handles,
    "护照e00000000": documents,
    "192.168.0.1": devices,
    "38.4872,106.2309": devices,
    "00:1a:2b:3c:4d:5e": devices,
    "imei:123456789012345": devices,
    "2 单元501": doors,
    "3栋1-502": doors,
    "5号楼120": doors,
    "5号楼1204号房": doors,
    "3楼三零二": doors,
    "二三二室": doors,
    "3门501": doors,
    "花园3-2-501": doors,
    "四年级(2)班": school_classes,
    "我叫王测试": names,
    "联系人: 欧阳测试": names,
    "王师傅": names,
    "欧阳小测老师": names,
    "户主smith": names,
    "问谢师傅": names,
    "谢谢张师傅": names,
    "李某某局长,主任王xx": names,
    "老王": other_names,
    "阿依·古丽": other_names,
    "欧阳测试": other_names,
    "mr.smith": other_names,
    "王测试,男,": records,
    "我是王测试 电话": records,
    "王测试13800138000": records,
}


@functools.cache
def in_c() -> Any:
    try:
        from pipeline.privacy import _glance
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _glance.Glance(*glance.arguments())


@pytest.fixture(params=["triggers", "c"])
def one(request: pytest.FixtureRequest) -> glance.Glance:
    return TRIGGERS if request.param == "triggers" else in_c()


def bit(find: object) -> int:
    return 1 << next(at for at, look in enumerate(LOOKS) if look.find is find)


@pytest.mark.parametrize("text", SEEN)
def test_what_is_to_be_found_is_seen_wherever_it_stands(one: glance.Glance, text: str) -> None:
    assert list(SEEN[text](spoken(text) or text)) or list(SEEN[text](text))
    for around in ("{}", "停水了,{}", "{}。", "\u200b{}\n", "𠀀 {} 𠀀"):
        assert one.over([around.format(text)])[0] & bit(SEEN[text])


@pytest.mark.parametrize(
    ("look", "text"), [(MASKED, "[姓名]"), (UNSEEN, "停\u200b水"), (CHILD, "8岁的小学生"), (CHILD, "我家孩子在学校")]
)
def test_what_tells_of_the_text_is_seen(one: glance.Glance, look: int, text: str) -> None:
    assert one.over([text])[0] & look


def test_each_text_of_a_batch_has_its_own(one: glance.Glance) -> None:
    assert one.over([]) == []
    assert one.over(["停水", "[", "", "停水"]) == [0, MASKED, 0, 0]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-10停水,业主们都说没人管",
        "5号楼120户停水,3号楼300人",
        "上班路上,单元门坏了",
        "请主任重视,联系方式在群里,电话打不通",
        "微信同号,抖音也有",
        "小学门口堵车,孩子们过马路",
        "水价3.50元",
        "classification of brownsweaters",
        "谢谢师傅,感谢网格员,多谢谢老师",
    ],
)
def test_c_passes_over_what_only_holds_a_trigger(text: str) -> None:
    assert in_c().over([text]) == [0]


PIECES = (
    "1 3 8 0 00 138 13800138000 0951 000 零 八 x × ✕ o l - . · • / ( ) ( , : ; # @ [ ] _ — \n \t 一 a b v q q qq wx vx 微信 薇 ❤ 加 账号 号 号码 群 id 同号 是 为 叫"
    " abc def abc123 12345 东经 imei 00:1a 2b: 使 宁 z wj 京 单元 楼 栋 座 室 号房 门 501 1-2 户 人 房 班 三 十 两 大 年级 岁 孩子 我家 我 的 娃 俺 邻居 小学 三小 学校"
    " 男 女 身份证 手机 电话 拨打 tel 王 李 欧 阳 欧阳 于 谢 感 测 测试 国 某 老 小 扎西 阿不都 阿卜杜 拉 古丽 · mr ms miss smith dot at my name is 外教"
    " \u200b \ufe0f ١ ٣ 𝟘 𠀀 㐀 鿿 \ufffd \0"
).split(" ")
TEXTS = st.lists(st.sampled_from([" ", *PIECES, *OFFICE[:9], *ADDRESS[:9], *SELF[:9], *KIN[:9]]), max_size=25)


@settings(max_examples=1_000)
@given(TEXTS.map("".join).map(normal))
def test_what_c_passes_over_has_nothing_for_any_recogniser(text: str) -> None:
    seen = in_c().over([text])[0]

    for look in awake(text, EVERY & ~seen & TRIGGERS.over([text])[0]):
        assert list(look.find(text)) == []
        assert look.find is not numbers or list(numbers(spoken(text) or "")) == []
    assert bool(seen & MASKED) == ("[" in text)
    assert seen & (CHILD | MASKED) or not about_a_minor(text)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_glanced_at(text: str) -> None:
    assert 0 <= in_c().over([text, text + "王师傅"])[0] <= EVERY


def test_a_very_long_text_is_glanced_at_like_a_short_one() -> None:
    assert in_c().over(["1 " * 2_000_000, "老王" * 100_000, "室" * 1_000_000]) == [
        bit(numbers),
        bit(other_names),
        0,
    ]


def test_what_does_not_fit_and_what_is_no_text_is_refused_by_c() -> None:
    (words, letters, kinds) = glance.arguments()
    make: Any = type(in_c())
    for wrong in (
        (object(), letters, kinds),
        (words, letters[:-1], kinds),
        (words, letters.astype(np.uint64), kinds),
        (words, letters, kinds[:-1]),
        (words, letters, None),
        (automaton(["停"]), letters, kinds),
        (words, letters),
    ):
        with pytest.raises((TypeError, ValueError)):
            make(*wrong)
    one = make(words, letters, kinds)
    for texts in ([b""], ["停", None], ("停",), "停", None):
        with pytest.raises(TypeError):
            one.over(texts)


def test_nothing_is_held_longer_than_it_is_used() -> None:
    make: Any = type(in_c())
    text, given_ = "我叫王测试,打13800138000", glance.arguments()
    before = sys.getrefcount(text), [sys.getrefcount(part) for part in given_]
    for _ in range(50):
        one = make(*given_)
        one.over([text])
        del one
    assert (sys.getrefcount(text), [sys.getrefcount(part) for part in given_]) == before
