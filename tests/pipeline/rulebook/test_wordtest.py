from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import body
from pipeline.rulebook.rule import Near, TextCondition
from pipeline.rulebook.wordtest import Reading, WordTest, all_words, positive_words, requirements, search
from pipeline.text.normal import normal, squeeze


def reading(condition: TextCondition, text: str, title: str = "") -> Reading:
    squeezed, offsets = squeeze(normal(body(title, text)))
    return Reading(squeezed, offsets, len(title), search(all_words(condition), squeezed, offsets))


def holds(condition: TextCondition, text: str, title: str = "") -> bool:
    return WordTest(condition).holds(reading(condition, text, title))


def test_hits_are_told_in_the_order_of_the_rule_not_of_the_text() -> None:
    condition = TextCondition(must=(("停水",),), any=(("投诉", "反映"),), none=("通知",))

    assert WordTest(condition).hits(reading(condition, "反映停水没通知")) == ("停水", "反映")


def test_a_word_in_two_places_is_asked_for_once() -> None:
    condition = TextCondition(must=(("停水",),), any=(("停水",), ("断水",)), near=(Near(("停水",), ("投诉",), 5),))

    assert list(positive_words(condition)) == ["停水", "断水", "投诉"]


@pytest.mark.parametrize(("title", "text", "where"), [("停水", "来了", "title"), ("来了。", "停水", "text")])
def test_a_word_counts_in_the_field_it_stands_in(title: str, text: str, where: str) -> None:
    for field in ("title", "text"):
        condition = TextCondition(fields=(field,), any=(("停水",),))
        assert holds(condition, text, title) is (field == where)


def test_a_word_does_not_reach_over_from_the_title_into_the_text() -> None:
    assert not holds(TextCondition(any=(("停水",),)), "水怪", title="不停")


def test_without_a_title_everything_is_text() -> None:
    assert holds(TextCondition(fields=("text",), any=(("停水",),)), "停水")
    assert not holds(TextCondition(fields=("title",), any=(("停水",),)), "停水")


def test_two_phrases_that_overlap_do_not_hide_what_lies_across_them() -> None:
    condition = TextCondition(any=(("水果",),), except_=("停水", "果园"))

    assert holds(condition, "停水果园")  # half in the one, half in the other


def test_a_longer_phrase_that_begins_earlier_still_hides() -> None:
    condition = TextCondition(any=(("停水",),), except_=("暂停水果供应", "停"))

    assert not holds(condition, "暂停水果供应")


@pytest.mark.parametrize(
    ("text", "found"),
    [("qq群", True), ("qqq", False), ("q q群", True), ("aqq", False), ("a qq", True), ("停qq水", True)],
)
def test_a_latin_word_is_whole_or_none(text: str, found: bool) -> None:
    squeezed, offsets = squeeze(normal(text))

    assert bool(search(["qq"], squeezed, offsets)) is found


@pytest.mark.parametrize(
    ("near", "text", "title", "held"),
    [
        (Near(("停水",), ("投诉",), 2), "停水了就投诉", "", True),
        (Near(("停水",), ("投诉",), 2), "停水三天就投诉", "", False),
        (Near(("停水",), ("投诉",), 2), "投诉停水", "", True),
        (Near(("停水",), ("投诉",), 2, ordered=True), "投诉停水", "", False),
        (Near(("停水",), ("投诉",), 9), "停水。投诉", "", False),
        (Near(("停水",), ("投诉",), 9, same="field"), "停水。投诉", "", True),
        (Near(("停水",), ("投诉",), 9, same="field"), "投诉", "停水", False),
        (Near(("停水",), ("停水",), 9), "停水", "", False),  # one word is not two
        (Near(("停水",), ("停水",), 9), "停水停水", "", True),
    ],
)
def test_near_means_close_and_in_one_place(near: Near, text: str, title: str, held: bool) -> None:
    assert holds(TextCondition(near=(near,)), text, title) is held


WORDS = st.lists(st.text(st.sampled_from("停水电a。"), min_size=1, max_size=2), min_size=1, max_size=3).map(tuple)


@given(
    must=st.lists(WORDS, max_size=2),
    any=st.lists(WORDS, max_size=3),
    a=WORDS,
    b=WORDS,
    text=st.text("停水电a。", max_size=8),
)
def test_what_holds_fulfils_every_requirement(
    must: list[tuple[str, ...]], any: list[tuple[str, ...]], a: tuple[str, ...], b: tuple[str, ...], text: str
) -> None:
    condition = TextCondition(must=tuple(must), any=tuple(any), near=(Near(a, b, 3),))
    read = reading(condition, text)

    if WordTest(condition).holds(read):
        assert all(not read.found.keys().isdisjoint(group) for group in requirements(condition))


@given(words=WORDS, text=st.text("停水电a1 。\n", max_size=12))
def test_every_hit_is_the_word_where_it_is_said_to_be(words: tuple[str, ...], text: str) -> None:
    squeezed, offsets = squeeze(normal(text))

    found = search(words, squeezed, offsets)

    assert all(squeezed[start:end] == word for word, spans in found.items() for start, end in spans)
