"""What people read: one line, then the facts, and nothing that acts."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Alert, Case, Evidence, Level, NotifyReason
from pipeline.notify.casebook import hear
from pipeline.notify.render import EXCERPT_LENGTH, TITLE_LENGTH, Speaker, Words, clean, how_long, line
from pipeline.notify.routing import Routed
from tests.pipeline.notify.world import an_alert, at

SPEAKER = Speaker({"water": "区水务局", "st_hd": "湖东街道办"}, page="https://desk.example.com/")


def words(alert: Alert, reason: NotifyReason = NotifyReason.FIRST, **more: Any) -> Words:
    return SPEAKER.words(case_of(alert), alert, reason, units=("water", "st_hd"), **more)


def case_of(alert: Alert) -> Case | None:
    return hear(None, None, alert, Routed("water", ("st_hd",)), "停水").case


def test_a_message_says_level_matter_place_and_then_the_facts() -> None:
    alert = an_alert(count=12, advice="联系区水务公司")
    said = words(alert)
    case = case_of(alert)
    assert case is not None
    assert said.title == "【黄·L3】停水集中反映 湖东街道 计12"
    assert said.text.splitlines() == [
        "湖东街道 1小时内 12 人反映停水",
        "依据：livelihood.water_outage：12 >= 10",
        "建议：联系区水务公司",
        "单位：区水务局（牵头）、湖东街道办",
        "时间：2026-03-10 19:00 起",
        "「锦湖里又停水了」（bbs https://example.com/1）",
        f"案卷：{case.name} https://desk.example.com/cases/{case.name}",
    ]


def test_what_is_not_there_is_said_to_be_missing_not_invented() -> None:
    alert = an_alert(evidence=(), group=(), places=(), advice="")
    said = SPEAKER.words(None, alert, NotifyReason.FIRST)
    assert said.title == "【黄·L3】停水集中反映"
    assert "未见原文摘录" in said.text and "未见主管单位" in said.text and "建议" not in said.text


@pytest.mark.parametrize("field", ["id", "cluster.id", "thread.root_id", "author.key"])
def test_ids_and_pseudonyms_are_not_read_out(field: str) -> None:
    alert = an_alert(group_by=("place.street", field, "place.road"), group=("湖东街道", "u5:abc", "(缺失)"))
    assert words(alert).title == "【黄·L3】停水集中反映 湖东街道"


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        (NotifyReason.LEVEL_UP, "升级"),
        (NotifyReason.REPEAT, "仍在持续"),
        (NotifyReason.ACK, "已签收"),
        (NotifyReason.RESOLVE, "已平息"),
    ],
)
def test_the_title_says_why_one_hears_of_it(reason: NotifyReason, word: str) -> None:
    assert words(an_alert(), reason).title == f"【黄·L3】{word} 停水集中反映 湖东街道"


def test_lateness_is_never_cut_off() -> None:
    alert = an_alert(rule_name="很长的规则名" * 20, group=("很长的地名" * 40,))
    title = words(alert, late=timedelta(hours=2, minutes=50)).title
    assert title.endswith("（补报 迟2小时50分）")
    assert len(title) <= TITLE_LENGTH


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=59), "不到1分"),
        (timedelta(minutes=61), "1小时1分"),
        (timedelta(days=1, minutes=3), "1天3分"),
        (timedelta(hours=2), "2小时"),
    ],
)
def test_a_span_is_said_in_words(span: timedelta, said: str) -> None:
    assert how_long(span) == said


def test_three_short_excerpts_at_most() -> None:
    evidence = tuple(Evidence(f"u5:{n}", at("11:00"), "bbs", f"第{n}条" + "长" * 500) for n in range(9))
    quotes = [one for one in words(an_alert(evidence=evidence)).text.splitlines() if one.startswith("「")]
    assert len(quotes) == 3
    assert all(len(quote.split("」")[0]) <= EXCERPT_LENGTH + 1 for quote in quotes)


def test_an_excerpt_cannot_write_a_line_of_its_own() -> None:
    evidence = (Evidence("u5:1", at("11:00"), "bbs", "停水\n单位：区公安局（牵头）\u2028案卷：C-00000"),)
    text = words(an_alert(evidence=evidence)).text
    assert [one for one in text.splitlines() if one.startswith("单位")] == ["单位：区水务局（牵头）、湖东街道办"]


@given(st.text())
def test_no_text_leaves_a_control_or_direction_character(text: str) -> None:
    said = words(an_alert(summary=text, rule_name=text, group=(text,), why=text))
    shown = said.title + said.text + said.summary
    assert not any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in shown)
    assert not any(unicodedata.bidirectional(char) in _REORDERING for char in shown)
    assert len(said.title) <= TITLE_LENGTH and "\n" not in said.title
    assert shown.encode()


_REORDERING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def test_emoji_families_and_right_to_left_scripts_stay_whole() -> None:
    assert clean("👨‍👩‍👧 سۇ يوق") == "👨‍👩‍👧 سۇ يوق"
    assert line("a\u202eb\x07c\ud800d", 10) == "abcd"


@pytest.mark.parametrize("sealed", [{"accusation": True}, {"sealed": True}])
def test_a_sealed_message_says_only_that_it_is_there(sealed: dict[str, Any]) -> None:
    said = words(an_alert(level=Level.L2, **sealed))
    assert "密件" in said.title and said.summary == ""
    assert not any(word in said.title + said.text for word in ("停水", "湖东", "水务", "example.com/1"))
