"""Levels L1 to L4: spelled as people spell them, and never confused about which is louder."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Level, loudest


@pytest.mark.parametrize(
    ("word", "level"),
    [("L1", Level.L1), ("l2", Level.L2), (" Red ", Level.L1), ("红", Level.L1), ("橙色", Level.L2), ("BLUE", Level.L4)],
)
def test_a_level_is_read_in_every_spelling_of_the_rules(word: str, level: Level) -> None:
    assert Level.read(word) is level


@pytest.mark.parametrize("word", ["", "L0", "L5", "1", "绿", "红色预警"])
def test_another_word_is_no_level(word: str) -> None:
    with pytest.raises(KeyError):
        Level.read(word)


def test_what_a_level_shows_can_be_read_back() -> None:
    for level in Level:
        assert {Level.read(level.colour), Level.read(level.chinese), Level.read(level)} == {level}


def test_of_two_levels_exactly_one_is_louder() -> None:
    assert Level.L1.louder_than(Level.L2)
    for one, other in itertools.combinations(Level, 2):
        assert one.louder_than(other) != other.louder_than(one)
        assert not one.louder_than(one)


@given(st.lists(st.sampled_from(Level), min_size=1))
def test_nothing_is_louder_than_the_loudest(levels: list[Level]) -> None:
    found = loudest(*levels)

    assert found in levels
    assert not any(level.louder_than(found) for level in levels)
