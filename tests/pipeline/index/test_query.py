"""The query language: what is understood, what is refused, and where it says so."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import Fault, Misconfigured
from pipeline.index.query import parse
from pipeline.index.tree import (
    AllOf,
    AnyOf,
    Between,
    Contains,
    Equals,
    Everything,
    Node,
    Not,
    Present,
    StartsWith,
    wanted_words,
)


def word(words: str, *fields: str) -> Contains:
    return Contains(fields or ("title", "text"), words)


def refused(query: str) -> Fault:
    with pytest.raises(Misconfigured) as caught:
        parse(query)
    (fault,) = caught.value.faults
    return fault


DAY = 86_400_000
MARCH_10 = 1_773_072_000_000  # midnight in Shanghai, in milliseconds


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("停水", word("停水")),
        ("停水 停电", AllOf((word("停水"), word("停电")))),
        ("停水 AND 停电 && 停气", AllOf((word("停水"), word("停电"), word("停气")))),
        ("a OR b c", AnyOf((word("a"), AllOf((word("b"), word("c")))))),
        ("(a || b) c", AllOf((AnyOf((word("a"), word("b"))), word("c")))),
        ("+a -b !c NOT d", AllOf((word("a"), Not(word("b")), Not(word("c")), Not(word("d"))))),
        ("NOT NOT a", word("a")),
        ("-(a b)", Not(AllOf((word("a"), word("b"))))),
        ('"停水 通知"', word("停水 通知")),
        ("“停水 通知”（二期）", AllOf((word("停水 通知"), word("二期")))),
        ('"a \\" b"', word('a " b')),
        ("停水 - 通知", AllOf((word("停水"), word("通知")))),
        ("停水 ！？", word("停水")),
        ("停水通知：明日", word("停水通知：明日")),
        ("matter.topic：water", Equals("matter.topic", "water")),
        ("and or not", AllOf((word("and"), word("or"), word("not")))),
        ("ORANGE ANDROID NOTE", AllOf((word("ORANGE"), word("ANDROID"), word("NOTE")))),
        ("8:30 G25 K126+300", AllOf((word("8:30"), word("G25"), word("K126+300")))),
        ("*", Everything()),
        ("  ", Everything()),
        ("* AND (* a)", word("a")),
        ("* *", Everything()),
        ("a OR *", AnyOf((word("a"), Everything()))),
        ("text:a title:(b OR c)", AllOf((word("a", "text"), AnyOf((word("b", "title"), word("c", "title")))))),
        ("text:(a source.id:b) c", AllOf((word("a", "text"), Equals("source.id", "b"), word("c")))),
        ("matter.topic:wat*", StartsWith("matter.topic", "wat")),
        (r"url:a\*", Equals("url", "a*")),
        ("url:https://a.cn/?b=1", Equals("url", "https://a.cn/?b=1")),
        ('order.unit:"城管 局"', Equals("order.unit", "城管 局")),
        ("place.street:*", Present("place.street")),
        ("numbers.deaths:3", Equals("numbers.deaths", 3.0)),
        ("numbers.deaths:>=3", Between("numbers.deaths", 3.0, None)),
        ("numbers.deaths:(>=3 AND <5)", AllOf((Between("numbers.deaths", 3, None), Between("numbers.deaths", None, 5, True, False)))),
        ("numbers.deaths:{1 TO 5]", Between("numbers.deaths", 1.0, 5.0, False, True)),
        ("numbers.deaths:[* TO 5]", Between("numbers.deaths", None, 5.0)),
        ("matter.harm:[H1 TO H3]", Between("matter.harm", "H1", "H3")),
        ("privacy.minor:true", Equals("privacy.minor", True)),
        ("privacy.minor:否", Equals("privacy.minor", False)),
        ("at:2026-03-10", Between("at", MARCH_10, MARCH_10 + DAY, with_high=False)),
        ("@timestamp:2026-03-10", Between("at", MARCH_10, MARCH_10 + DAY, with_high=False)),
        ("at:2026-03", Between("at", MARCH_10 - 9 * DAY, MARCH_10 + 22 * DAY, with_high=False)),
        ("at:>2026-03-10", Between("at", MARCH_10 + DAY, None, with_high=False)),
        ("at:<=2026-03-10", Between("at", None, MARCH_10 + DAY, with_high=False)),
        ("at:[2026-03-10 TO 2026-03-11}", Between("at", MARCH_10, MARCH_10 + DAY, with_high=False)),
        ("at:2026-03-10T08:00", Between("at", MARCH_10 + DAY // 3, MARCH_10 + DAY // 3 + 60_000, with_high=False)),
        ("at:>=2026-03-10T00:00:00Z", Between("at", MARCH_10 + DAY // 3, None, with_high=False)),
    ],
)  # fmt: skip
def test_a_query_means(query: str, tree: Node) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "column", "remedy"),
    [
        ("停水 (停电", 4, "没有配对的右括号"),
        ("停水) 停电", 3, "多出一个右括号"),
        ('停水 "停电', 4, "引号没有配对"),
        ("停水 AND", 7, "缺少一个词"),
        ("OR 停水", 1, "缺少一个词"),
        ("a OR AND b", 6, "缺少一个词"),
        ("()", 2, "缺少一个词"),
        ("source.id:", 11, "后面缺少值"),
        ("？！", 3, "没有可检索的文字"),
        ("sentiment.lable:neg", 1, "是不是想写 sentiment.label"),
        ("http://a.cn", 1, "请加引号"),
        ("sentiment.label:negative", 17, "可用：neg neu pos"),
        ("numbers.deaths:many", 16, "是数字"),
        ("numbers.deaths:>many", 16, "是数字"),
        ("privacy.minor:maybe", 15, "true 或 false"),
        ("text:>5", 6, "不能用范围"),
        ("watch:[a TO b]", 7, "不能用范围"),
        ("at:昨天", 4, "2026-03-10"),
        ("at:2026-13-40", 4, "2026-03-10"),
        ("at:9999-12-31", 4, "2026-03-10"),
        ("url:a*b", 5, "只能放在词尾"),
        ("(" * 21 + "a" + ")" * 21, 21, "套得太深"),
        ("a " * 201, 401, "条件超过"),
        ("长" * 20_001, 0, "超过"),
    ],
)
def test_a_wrong_query_says_where_and_how_to_mend_it(query: str, column: int, remedy: str) -> None:
    fault = refused(query)

    assert fault.place == (f"query:1:{column}" if column else "query")
    assert remedy in fault.zh
    assert fault.en != fault.zh


def test_days_are_those_of_the_given_zone() -> None:
    assert parse("at:2026-03-10", "UTC") == Between(
        "at", MARCH_10 + DAY // 3, MARCH_10 + DAY // 3 + DAY, with_high=False
    )


def test_denied_words_are_not_wanted() -> None:
    assert wanted_words(parse("a -b (c OR -(d e)) source.id:f")) == [word("a"), word("c")]


@given(st.text(st.sampled_from('停水ab:*()[]{}"“”-+!<>=&|.\\ ANDORTO5：（）') | st.characters(), max_size=60))
@example("\ud800 \x00")
@example("at:٣")
def test_garbage_is_a_tree_or_a_fault(query: str) -> None:
    try:
        parse(query)
    except Misconfigured as wrong:
        assert wrong.faults[0].place.startswith("query:1:")


@pytest.mark.parametrize(
    "piece", ["(", ")", "-", "!", "NOT ", "a OR ", "text:(", '"', "[", "\\", "a:", "+", "“", "(a ", "&&", "at:>"]
)
def test_ten_thousand_of_anything_neither_crash_nor_hang(piece: str) -> None:
    try:
        parse(piece * (10_000 // len(piece)))
    except Misconfigured as wrong:
        assert wrong.faults


def test_nobody_can_search_or_list_authors() -> None:
    for query in ("author.key:hm*", "author.key:*", "NOT author.key:hm1"):
        with pytest.raises(Misconfigured, match="只在规则里用来数人数"):
            parse(query, "Asia/Shanghai")
