from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.match.automaton import Automaton
from pipeline.rulebook.wordtest import search
from pipeline.text.normal import normal, squeeze

WORDS = st.lists(st.text(st.sampled_from("停水aq1"), min_size=1, max_size=3), max_size=6)


@given(words=WORDS, text=st.text(st.sampled_from("停水aqAＱ1 。·"), max_size=14))
def test_one_pass_finds_what_looking_for_each_word_finds(words: list[str], text: str) -> None:
    automaton = Automaton(words)
    squeezed, offsets = squeeze(normal(text))

    found = automaton.found(automaton.find(squeezed), automaton.numbers.values(), squeezed, offsets)

    assert {word: sorted(spans) for word, spans in found.items()} == search(words, squeezed, offsets)


def test_only_the_words_that_are_wanted_are_told() -> None:
    automaton = Automaton(["停水", "水"])

    found = automaton.found(automaton.find("停水"), {automaton.numbers["水"]}, "停水", range(2))

    assert found == {"水": [(1, 2)]}


def test_a_word_of_two_rules_is_one_word() -> None:
    assert Automaton(["停水", "断水", "停水"]).numbers == {"停水": 0, "断水": 1}


def test_without_any_word_nothing_is_found() -> None:
    assert Automaton([]).find("停水") == []
