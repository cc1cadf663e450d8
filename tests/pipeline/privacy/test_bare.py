from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.privacy.bare import bare
from pipeline.text.normal import normal

PIECES = st.sampled_from(
    ["王建国", "李秀英", "昨天", "和", "、", "停水", "高兴", "\n", "a1", "街道", "说", "张", "[姓名]"]
)


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in bare([text])[0]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王建国和李秀英昨天去了街道", ["王建国", "李秀英"]),
        ("把钱转给赵铁柱了", ["赵铁柱"]),
        ("请尽快处理。刘海燕 2026年3月1日", ["刘海燕"]),
        ("、张静、李娜、来过", ["张静", "李娜"]),
    ],
)
def test_names_that_nothing_announces_are_found(text: str, names: list[str]) -> None:
    assert sorted(found(text)) == sorted(names)


@pytest.mark.parametrize(
    "text",
    [
        "高兴得很,张贴的告示没人看,马上就要交房了,方便的话回个话",
        "安全隐患多,康复中心的白天晚上都吵,周末常常停电,于是去问物业",
        "王府井大街堵车,黄河边的垃圾没人清,江苏路封了,梅溪湖路口积水",
        "李家庄王家湾村赵家沟的路没修,和平路小学门口堵",
    ],
)
def test_words_and_places_are_no_names(text: str) -> None:
    assert found(text) == []


@given(st.lists(st.lists(PIECES).map("".join)))
def test_a_text_says_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    assert bare(texts) == [bare([text])[0] for text in texts]


@given(st.text())
def test_in_any_text_names_lie_inside_it(text: str) -> None:
    folded = normal(text)

    assert all(0 <= start < end <= len(folded) for start, end in bare([folded])[0])
