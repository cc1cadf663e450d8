from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse import numbers
from pipeline.analyse.numbers import count
from pipeline.model import Numbers
from pipeline.text.normal import normal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三人受伤", Numbers(injured=3, people=3)),
        ("我们38个工友", Numbers(people=38)),
        ("我们三十多个业主", Numbers(people=30)),
        ("死亡2人，受伤１０人", Numbers(deaths=2, injured=10, people=10)),
        ("两人当场死亡", Numbers(deaths=2, people=2)),
        ("一百零五名學生住院", Numbers(injured=105, people=105)),
        ("被骗了2.5万元", Numbers(amount=25_000.0)),
        ("退我三千块钱", Numbers(amount=3000.0)),
        ("3号楼停水两天", Numbers()),
        ("2026年3月10日", Numbers()),
    ],
)
def test_what_a_text_counts(text: str, expected: Numbers) -> None:
    assert count(normal(text)) == expected


@given(st.text(alphabet="0123456789.零一二两十百千万亿人死伤元块个名多 受亡"))
def test_any_row_of_digits_is_survived(text: str) -> None:
    count(normal(text))


@given(
    st.lists(
        st.sampled_from("死亡 三 12 人 名工友 受伤 送医 万 元 。 38 多 几 两 业主 千 当场 9.5 块钱 住院 了".split())
    ).map("".join)
)
def test_a_quick_look_at_all_patterns_changes_no_count(text: str) -> None:
    found = count(text)
    assert (found.deaths is not None) == any(pattern.search(text) for pattern in numbers._DEATHS)
    assert (found.injured is not None) == any(pattern.search(text) for pattern in numbers._INJURED)
    assert (found.people is not None) == any(pattern.search(text) for pattern in numbers._PEOPLE)


@given(
    st.lists(
        st.sampled_from(
            "死亡 死了 身亡 离世 人数 为 达 了 三 12 人 名 位 个 工友 旅客 受伤 中毒 送医 万 亿 元 人民币 块 38 多 几 余 当场 不幸 已 2.5 。".split()
        ),
        max_size=6,
    ).map("".join)
)
def test_what_a_quick_look_passes_over_counts_nothing(text: str) -> None:
    found = any(pattern.search(text) for pattern in numbers._ALL)

    assert not found or numbers._COUNTED.found(text) or numbers._HAPPENED.found(text)
