from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.normal import normal_batch
from pipeline.text.segment import Compiled, Jieba, Rjieba, Segmenter, segmenter
from tests.live import do_without

DATA = Path(__file__).parents[4] / "shared" / "data"
WHERE = "锦湖里三期 文桥路口 幼儿园门口 医院停车场 老旧小区 高速公路入口 菜市场旁边 地下车库".split()
WHAT = (
    "又停水了，一点通知都没有 电梯坏了三天没人修，老人上不去下不来 半夜两点还在施工，吵得孩子睡不着 路灯不亮，晚上走路害怕 "
    "垃圾堆了一个星期，苍蝇到处飞 积水很深，希望相关部门尽快处理 感谢工作人员耐心解答，点个赞 收费不透明，请市场监管局查一查"
).split()
POSTS = [f"{where}{what}" for where, what in product(WHERE, WHAT)]


OURS = "锦湖里三期|锦湖里|3-6号|a-b|A座|了|停水了|，|。。|一 二|\r\n||\ud83d水|\U00020000里|%%|龥鿕".split("|")
"""Words of a desk, and what only a hostile one would add."""

ODD = "停水了的一龥鿕鿖\u4dffaZ09+#&._%-*/ \t\r\n\0\x1c\x85\xa0\u2028\u3000，。é²٣\ud83d\udfff\U0001f600\U00020000"
PIECES = [
    *"幼儿园 中国科学院计算所 小明硕士毕业于 一一得一 啊啊啊 5.5% 3.5.1 a.com \r\n PG_ONE iphone 上海自来水来自海上".split(
        " "
    )
]
hostile = st.lists(st.sampled_from([*ODD, *PIECES, *OURS]) | st.characters(exclude_categories=()), max_size=30).map(
    "".join
) | st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=40)


@cache
def compiled(*words: str) -> Compiled:
    if not Compiled.installed():
        do_without("a C compiler when yuqing was installed")
    return Compiled(words)


@cache
def plain(*words: str) -> Jieba:
    return Jieba(words)


@pytest.fixture(scope="module", params=[compiled, Rjieba, Jieba])
def make(request: pytest.FixtureRequest) -> Callable[..., Segmenter]:
    made = request.param
    return made if made is compiled else lambda *words: made(words)


@pytest.fixture(scope="module")
def cutter(make: Callable[..., Segmenter]) -> Segmenter:
    return make()


def test_rjieba_and_jieba_cut_nearly_alike() -> None:
    fast, slow = Rjieba(), plain()
    alike = sum(fast.cut(post) == slow.cut(post) for post in POSTS)
    assert len(POSTS) >= 60
    assert alike / len(POSTS) >= 0.97


@given(text=st.text())
def test_tokens_join_to_the_text(text: str, cutter: Segmenter) -> None:
    assert "".join(cutter.cut(text)) == text


def test_search_also_finds_the_words_inside_a_word(cutter: Segmenter) -> None:
    assert {"幼儿", "幼儿园"} <= set(cutter.cut_for_search("幼儿园食堂"))


def test_terms_are_what_is_found_in_search_without_single_signs(cutter: Segmenter) -> None:
    text = "幼儿园，a座—3层 停水了!!²\r\n"

    found = cutter.cut_for_search(text)

    terms = cutter.terms(text).split(" ")
    assert terms == [token for token in found if token.isalnum() or (len(token) > 1 and not token.isspace())]
    assert {"，", "—", " ", "", "\r\n"}.isdisjoint(terms)
    assert {"幼儿", "幼儿园", "层"} <= set(terms)
    assert cutter.terms("") == cutter.terms("，") == ""


def test_c_tells_every_single_sign_from_a_letter_as_python_does() -> None:
    letters = list(map(chr, [*range(0x10000), 0x1F600, 0x20000]))

    assert [compiled().terms(letter) for letter in letters] == [
        letter if letter.isalnum() else "" for letter in letters
    ]


def test_words_of_ours_stay_whole_and_touch_no_other_segmenter(
    make: Callable[..., Segmenter], cutter: Segmenter
) -> None:
    ours = make("锦湖里二期")
    assert "锦湖里二期" in ours.cut("锦湖里二期停水")
    assert "锦湖里二期" not in cutter.cut("锦湖里二期停水")


def test_other_words_are_another_version_and_the_same_words_in_any_order_are_the_same(
    make: Callable[..., Segmenter], cutter: Segmenter
) -> None:
    ours = make("锦湖里二期", "文桥")
    again = make("文桥", "锦湖里二期", "文桥")
    others = make("锦湖里二期")

    assert ours.version == again.version
    assert len({cutter.version, ours.version, others.version}) == 3
    assert ours.cut(POSTS[0]) == again.cut(POSTS[0])


def test_rjieba_and_jieba_cut_nearly_alike_with_a_district_of_their_own() -> None:
    words = ["锦湖里三期", "文桥路口", "老旧小区", "地下车库"]
    fast, slow = Rjieba(words), plain(*words)

    alike = sum(fast.cut_for_search(post) == slow.cut_for_search(post) for post in POSTS)
    assert alike / len(POSTS) >= 0.97


def test_numbers_and_addresses_fall_into_the_same_parts() -> None:
    text = "每月3-6号，2022.10.6起，见a-b.example.com.cn，0.8m宽，涨5.5%，编号GB12523-2011，8:30-9:30"

    assert Rjieba().cut(text) == plain().cut(text)
    assert "3-6号" in Rjieba(["3-6号"]).cut(text)


def test_half_a_character_does_not_stop_it(cutter: Segmenter) -> None:
    assert cutter.cut("停\ud83d水")


@given(text=hostile)
def test_c_cuts_just_as_jieba_does(text: str) -> None:
    for words in ((), OURS):
        c, python = compiled(*words), plain(*words)
        assert c.cut(text) == python.cut(text)
        assert c.cut_for_search(text) == python.cut_for_search(text)
        assert c.terms(text) == python.terms(text)


@pytest.mark.skipif(not DATA.is_dir(), reason="没有真实的标注数据 / the labelled sets are not here")
def test_c_cuts_what_people_wrote_just_as_jieba_does() -> None:
    for file in sorted(DATA.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in islice(lines, 40)]
        texts = [value for row in rows for value in row.values() if isinstance(value, str)]
        for text in (*texts, *normal_batch(texts)):
            assert compiled(*OURS).cut_for_search(text) == plain(*OURS).cut_for_search(text)


def test_c_and_python_are_one_segmenter_to_whoever_stored_tokens() -> None:
    assert compiled().name == plain().name
    assert compiled(*OURS).version == plain(*OURS).version


def test_a_text_of_ten_million_bytes_is_cut_like_its_parts() -> None:
    line = "幼儿园停水了,3.5%啊啊啊\r\n"
    many = 10_000_000 // len(line.encode())

    tokens = compiled().cut_for_search(line * many)

    assert len(tokens) == many * len(compiled().cut_for_search(line))
    assert set(tokens) == set(compiled().cut_for_search(line))
    singles = "龘" * 3_000_000
    assert "".join(compiled().cut(singles)) == singles


def test_what_is_no_text_and_no_word_list_is_refused_by_c() -> None:
    compiled()
    from pipeline.text._jieba import Cutter

    make: Any = Cutter
    states: dict[str, dict[str, float]] = {state: {} for state in "BEMS"}
    good: tuple[Any, ...] = ("停水 3 n\n水 1".encode(), {}, states, states, [])

    assert make(*good).cut("停水") == ["停水"]
    for listed in ("", "\n", "停水", "停水 ", "停水 x", " 3", "停水 -3", "停水 3x", "停水 99999999999", "停水 0"):
        with pytest.raises(ValueError, match="word"):
            make(listed.encode(), *good[1:])
    for raw in (b"\xff 3", b"\xe5\x81 3", b"\xed\xa0\x80 3", b"\xc0\x80 3", b"\xf4\x90\x80\x80 3", b"\xe5"):
        with pytest.raises(ValueError, match="word"):
            make(raw, *good[1:])
    wrong: Any
    for place, wrong in ((0, "停水 3"), (0, None), (1, []), (2, {}), (2, dict.fromkeys("BEMS", 1)), (3, {"B": {}})):
        with pytest.raises((TypeError, ValueError)):
            make(*good[:place], wrong, *good[place + 1 :])
    for emit in ({"停": 1}, {"停水": 1.0}, {1: 1.0}):
        with pytest.raises(TypeError):
            make(*good[:3], dict.fromkeys("BEMS", emit), [])
    for words in (("停水",), [b"x"], None):
        with pytest.raises(TypeError):
            make(*good[:4], words)
    for wrong in (b"", 1, None):
        for cut in (compiled().cut, compiled().cut_for_search):
            with pytest.raises(TypeError):
                cut(wrong)


def test_c_holds_no_text_that_it_cut() -> None:
    text = "".join(["锦湖里三期", "停水了，", "3.5%"])
    for cut in (compiled().cut, compiled().cut_for_search):
        held = sys.getrefcount(text)
        parts = cut(text)
        assert sys.getrefcount(parts) == 2
        assert [sys.getrefcount(part) for part in parts if part > "一"] == [3] * sum(part > "一" for part in parts)
        del parts
        assert sys.getrefcount(text) == held


def test_the_next_best_is_taken_where_one_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Compiled, "installed", lambda: False)
    assert isinstance(segmenter(), Rjieba)
    monkeypatch.setattr(Rjieba, "installed", lambda: False)
    assert isinstance(segmenter(), Jieba)
    assert isinstance(segmenter("rjieba"), Jieba)


def test_jieba_is_cut_in_c_where_it_was_compiled_and_rjieba_where_it_is_asked_for() -> None:
    compiled()
    assert isinstance(segmenter(), Compiled)
    assert isinstance(segmenter("rjieba"), Rjieba)


def test_an_unknown_segmenter_is_refused() -> None:
    with pytest.raises(KeyError):
        segmenter("thulac")
