"""One contract for the automaton of C and the one of daachorse."""

from __future__ import annotations

from typing import Any

import pytest
from daachorse import MATCH_KIND_LEFTMOST_LONGEST, CharwiseDoubleArrayAhoCorasick
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import automaton
from tests.live import do_without

LETTERS = "ab停水\U00020000"


def in_c(words: list[str]) -> automaton.Automaton:
    try:
        from pipeline.text._automaton import Automaton
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return Automaton(words)


@pytest.fixture(params=[in_c, automaton.Borrowed], ids=["c", "daachorse"])
def make(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_words_are_found_by_where_they_end_the_longer_first(make: Any) -> None:
    found = make(["停水", "水", "水了", "没有"]).find("停水了水")

    assert found == [(0, 2, 0), (1, 2, 1), (1, 3, 2), (3, 4, 1)]


def test_what_is_no_word_and_no_text_is_refused_by_c() -> None:
    wrong: Any
    for wrong in ([""], ["停水", ""], [1], [None], ("停水",), None):
        with pytest.raises((TypeError, ValueError)):
            in_c(wrong)
    for wrong in (b"", 1, None):
        with pytest.raises(TypeError):
            in_c(["停水"]).find(wrong)
    assert in_c([]).find("停水") == []


@given(st.lists(st.text(LETTERS, min_size=1, max_size=6), min_size=1, max_size=30, unique=True), st.text(LETTERS + "c"))
def test_c_and_daachorse_find_the_same(words: list[str], text: str) -> None:
    found = in_c(words).find(text)

    assert found == automaton.Borrowed(words).find(text)
    every = {
        (at, at + len(word), number)
        for number, word in enumerate(words)
        for at in range(len(text))
        if text.startswith(word, at)
    }
    assert set(found) == every


@given(st.lists(st.text(LETTERS, min_size=1, max_size=6), min_size=1, max_size=30, unique=True), st.text(LETTERS + "c"))
def test_of_words_that_overlap_the_first_and_longest_stands(words: list[str], text: str) -> None:
    expected = CharwiseDoubleArrayAhoCorasick(words, MATCH_KIND_LEFTMOST_LONGEST).find(text)

    assert automaton.apart(automaton.automaton(words).find(text)) == expected
