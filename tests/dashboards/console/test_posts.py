"""Posts as the page shows them."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.posts import as_csv, post_row
from pipeline.index import Highlight, Hit
from pipeline.model import AnalysedPost, MatterFinding, Part, Reason
from tests.dashboards.console.district import a_doc


def because(doc: AnalysedPost, cue: str) -> AnalysedPost:
    start = doc.body().index(cue)
    return msgspec.structs.replace(doc, matter=MatterFinding(why=(Reason(cue, 1.0, start, start + len(cue)),)))


@pytest.mark.parametrize("title", ["", "求助", "停水求助😡"])
def test_a_cue_is_marked_where_it_stands_in_the_text(title: str) -> None:
    doc = because(a_doc("p1", "湖东😡没有水", title=title), "没有水")

    ((start, end, kind),) = post_row(Hit(doc)).marks["text"]

    assert doc.post.text[start:end] == "没有水" and kind == "matter"


def test_a_cue_in_the_title_is_marked_there() -> None:
    doc = because(a_doc("p1", "没有通知", title="湖东停水"), "停水")

    assert post_row(Hit(doc)).marks == {"title": [(2, 4, "matter")]}


def test_a_word_of_feeling_does_not_cut_the_matter_in_two() -> None:
    doc = because(a_doc("p1", "这里又停水了，气死人"), "停水")
    feeling = msgspec.structs.replace(doc.sentiment, why=(Reason("又停", 1.0, 2, 4), Reason("气死", 1.0, 7, 9)))  # type: ignore[type-var] # a_doc has one

    row = post_row(Hit(msgspec.structs.replace(doc, sentiment=feeling)))

    assert row.marks == {"text": [(3, 5, "matter"), (7, 9, "feeling")]}


def test_each_matter_of_a_long_article_is_marked_before_what_the_whole_is_about() -> None:
    text = "收费不公开。外墙刷新。"
    part = Part(start=0, end=6, matter=MatterFinding(topic="market", why=(Reason("收费不公开", 3.0, 0, 5),)))
    whole = MatterFinding(topic="housing", why=(Reason("不公开", 1.0, 2, 5), Reason("外墙", 3.0, 6, 8)))
    doc = msgspec.structs.replace(a_doc("p1", text), matter=whole, parts=(part,))
    assert post_row(Hit(doc)).marks == {"text": [(0, 5, "matter"), (6, 8, "matter")]}


def test_what_was_asked_for_is_marked_rather_than_cues() -> None:
    doc = because(a_doc("p1", "湖东停水"), "停水")

    row = post_row(Hit(doc, (Highlight("text", ((0, 2),)),)))

    assert row.marks == {"text": [(0, 2, "found")]}


@given(
    title=st.text(max_size=12),
    text=st.text(min_size=1, max_size=30),
    start=st.integers(-1, 50),
    length=st.integers(0, 9),
)
def test_a_mark_never_leaves_its_field(title: str, text: str, start: int, length: int) -> None:
    doc = a_doc("p1", text, title=title)
    end = min(start + length, len(doc.body()))
    doc = msgspec.structs.replace(doc, matter=MatterFinding(why=(Reason("x", 1.0, start, end),)))

    for field, marks in post_row(Hit(doc)).marks.items():
        words = {"title": title, "text": text}[field]
        assert all(begin >= 0 and stop <= len(words) for begin, stop, _ in marks)


@given(st.one_of(st.text(max_size=40), st.text("=+-@＝＋－＠\t\r\n1", min_size=1, max_size=3)))
def test_no_cell_of_a_csv_can_be_a_formula(text: str) -> None:
    table = as_csv([post_row(Hit(a_doc("p1", text)))]).removeprefix("\ufeff")

    _, row = csv.reader(io.StringIO(table, newline=""))
    assert not row[7].startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"))
