"""Marks stand where the asked words stand, in the script and width of the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.index import CLOSE, OPEN
from pipeline.index.highlight import BEFORE, LENGTH, Marker, excerpt
from pipeline.index.query import parse
from tests.contracts.index_posts import a_post


def marks(query: str, text: str, title: str = "") -> dict[str, list[str]]:
    doc = a_post(text=text, title=title)
    shown = {"title": title, "text": text}
    return {
        mark.field: [shown[mark.field][start:end] for start, end in mark.spans]
        for mark in Marker(parse(query)).hit(doc).highlights
    }


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("停水 水厂", "停水厂，停水", ["停水厂", "停水"]),  # overlapping marks are one
        ("停 水", "停水了", ["停水"]),  # marks side by side too
        ("停水 -停电", "停水停电", ["停水"]),
        ("wifi6", "ＷｉＦｉ６坏了", ["ＷｉＦｉ６"]),
        ('"8号线 延误"', "８号线，延误", ["８号线，延误"]),
        ("停气", "😡停氣😡", ["停氣"]),
        ("title:停水", "停水", []),
    ],
)
def test_a_mark_covers_the_asked_words_and_no_others(query: str, text: str, marked: list[str]) -> None:
    assert marks(query, text).get("text", []) == marked


def test_an_excerpt_is_of_the_title_only_if_nothing_stands_in_the_text() -> None:
    def shown(title: str, text: str) -> str:
        return Marker(parse("停水")).hit(a_post(title=title, text=text)).excerpt

    assert shown("又停水", "如题") == f"又{OPEN}停水{CLOSE}"
    assert shown("又停水", "停水了") == f"{OPEN}停水{CLOSE}了"
    assert shown("求助", "没有水") == "没有水"
    assert shown("求助", "") == "求助"


@given(st.text(min_size=1, max_size=400).filter(lambda text: not set(text) & set("«»…")), st.data())
def test_an_excerpt_is_a_piece_of_the_text_with_the_first_mark_whole(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=8)))
    spans = tuple(zip(cuts[::2], cuts[1::2], strict=False))

    shown = excerpt(text, spans)

    plain = shown.replace(OPEN, "").replace(CLOSE, "").strip("…")
    first = text[slice(*spans[0])]
    assert plain in text
    assert f"{OPEN}{first}{CLOSE}" in shown
    assert len(plain) <= max(LENGTH, BEFORE + len(first))
    assert shown.count(OPEN) == shown.count(CLOSE)
    assert (not shown.endswith("…")) == text.endswith(plain)
