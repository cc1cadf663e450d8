from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.world.grammar import Grammar
from pipeline.directory import Directory

GRAMMAR = Grammar()
DIRECTORY = Directory.read()


def test_a_slot_is_filled_from_the_scene_before_the_word_lists() -> None:
    rng = random.Random(1)

    assert GRAMMAR.say(rng, "{street}停水", {"street": "湖东街道"}) == "湖东街道停水"
    assert GRAMMAR.say(rng, "{who}", {"who": "我"}) == "我"


@pytest.mark.parametrize(("template", "said"), [("，停水，  ", "停水"), ("停水。 来水", "停水。来水"), ("a  b", "ab")])
def test_an_empty_slot_leaves_no_gap(template: str, said: str) -> None:
    assert GRAMMAR.say(random.Random(1), template, {}) == said


def test_a_slot_that_nothing_fills_is_a_mistake_in_the_phrases() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        GRAMMAR.say(random.Random(1), "{nowhere}", {})


@given(st.integers(0, 1000), st.sampled_from([place.name for place in DIRECTORY.places if place.kind == "street"]))
def test_a_scene_lies_on_the_street_that_was_asked_for(seed: int, street: str) -> None:
    scene = GRAMMAR.scene(random.Random(seed), street)
    places = {(place.kind, place.name): place for place in DIRECTORY.places}
    home = places["street", street]

    assert scene["street"] == street
    assert scene["near"] in (street, *home.aliases)
    for kind in ("community", "road", "facility", "site"):
        here = [place for place in DIRECTORY.places if place.kind == kind and place.in_ == home.id]
        assert not here or places[kind, scene[kind]] in here


def test_a_street_that_does_not_exist_is_some_street_of_ours() -> None:
    assert GRAMMAR.scene(random.Random(1), "西天街道")["street"] != "西天街道"


def test_one_phrase_is_a_list_of_one() -> None:
    assert all(isinstance(GRAMMAR.phrases("requests", topic), list) for topic in GRAMMAR.topics())
