from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.segment import Jieba, Rjieba, Segmenter, segmenter

WHERE = "锦湖里三期 文桥路口 幼儿园门口 医院停车场 老旧小区 高速公路入口 菜市场旁边 地下车库".split()
WHAT = (
    "又停水了，一点通知都没有 电梯坏了三天没人修，老人上不去下不来 半夜两点还在施工，吵得孩子睡不着 路灯不亮，晚上走路害怕 "
    "垃圾堆了一个星期，苍蝇到处飞 积水很深，希望相关部门尽快处理 感谢工作人员耐心解答，点个赞 收费不透明，请市场监管局查一查"
).split()
POSTS = [f"{where}{what}" for where, what in product(WHERE, WHAT)]


@pytest.fixture(scope="module", params=["rjieba", "jieba"])
def cutter(request: pytest.FixtureRequest) -> Segmenter:
    return segmenter(request.param)


def test_the_fast_and_the_plain_one_cut_alike() -> None:
    fast, plain = Rjieba(), Jieba()
    alike = sum(fast.cut(post) == plain.cut(post) for post in POSTS)
    assert len(POSTS) >= 60
    assert alike / len(POSTS) >= 0.97


@given(text=st.text())
def test_tokens_join_to_the_text(text: str, cutter: Segmenter) -> None:
    assert "".join(cutter.cut(text)) == text


def test_search_also_finds_the_words_inside_a_word(cutter: Segmenter) -> None:
    assert {"幼儿", "幼儿园"} <= set(cutter.cut_for_search("幼儿园食堂"))


def test_words_of_ours_stay_whole_and_touch_no_other_segmenter(cutter: Segmenter) -> None:
    ours = segmenter(cutter.name, ["锦湖里二期"])
    assert "锦湖里二期" in ours.cut("锦湖里二期停水")
    assert "锦湖里二期" not in cutter.cut("锦湖里二期停水")


def test_other_words_are_another_version_and_the_same_words_in_any_order_are_the_same(cutter: Segmenter) -> None:
    ours = segmenter(cutter.name, ["锦湖里二期", "文桥"])
    again = segmenter(cutter.name, ["文桥", "锦湖里二期", "文桥"])
    others = segmenter(cutter.name, ["锦湖里二期"])

    assert ours.version == again.version
    assert len({cutter.version, ours.version, others.version}) == 3
    assert ours.cut(POSTS[0]) == again.cut(POSTS[0])


def test_both_cut_alike_with_a_district_of_their_own() -> None:
    words = ["锦湖里三期", "文桥路口", "老旧小区", "地下车库"]
    fast, plain = Rjieba(words), Jieba(words)

    alike = sum(fast.cut_for_search(post) == plain.cut_for_search(post) for post in POSTS)
    assert alike / len(POSTS) >= 0.97


def test_numbers_and_addresses_fall_into_the_same_parts() -> None:
    text = "每月3-6号，2022.10.6起，见a-b.example.com.cn，0.8m宽，涨5.5%，编号GB12523-2011，8:30-9:30"

    assert Rjieba().cut(text) == Jieba().cut(text)
    assert "3-6号" in Rjieba(["3-6号"]).cut(text)


def test_half_a_character_does_not_stop_it(cutter: Segmenter) -> None:
    assert cutter.cut("停\ud83d水")


def test_an_unknown_segmenter_is_refused() -> None:
    with pytest.raises(KeyError):
        segmenter("thulac")
