from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest

from crawlers.world.arcs import ARCS, FIRST_STREETS, OPENING, ROUND_S, Beat, Stage
from crawlers.world.channels import CHANNELS
from crawlers.world.grammar import Grammar
from pipeline.directory import Directory

GRAMMAR = Grammar()


def told(name: str, seed: int = 1) -> list[Beat]:
    rng = random.Random(seed)
    return ARCS[name](Stage(rng, GRAMMAR, GRAMMAR.scene(rng)))


@pytest.mark.parametrize("name", ARCS)
@pytest.mark.parametrize("seed", range(3))
def test_a_beat_stands_on_a_channel_and_passes_on_only_what_was_said_there_before(name: str, seed: int) -> None:
    beats = told(name, seed)

    assert beats
    for place, beat in enumerate(beats):
        assert beat.channel in CHANNELS
        assert "{" not in beat.text
        if beat.repost_of is not None:
            assert beat.repost_of < place
            assert beats[beat.repost_of].channel == beat.channel
        assert all(later > beat.after_s for later in (beat.edited_s, beat.deleted_s) if later is not None)


@pytest.mark.parametrize("name", ARCS)
def test_the_same_seed_tells_the_same_story(name: str) -> None:
    assert told(name) == told(name)


@pytest.mark.parametrize("name", ["wages", "rumour"])
def test_a_group_is_of_different_people_in_different_words(name: str) -> None:
    beats = told(name)

    assert len({beat.author for beat in beats}) == len({beat.text for beat in beats}) == len(beats)


@pytest.mark.parametrize("name", ["gas", "sarcasm", "child", "accusation", "outside", "orders"])
def test_one_voice_is_enough_for_some_matters(name: str) -> None:
    assert len(told(name)) == 1


def test_a_noisy_site_is_reported_by_eleven_people_within_45_minutes() -> None:
    beats = told("noise")

    assert len({beat.author for beat in beats}) == 11
    assert beats[-1].after_s <= 45 * 60


def test_what_a_source_held_back_comes_in_the_order_in_which_it_was_written() -> None:
    beats = told("power_late")
    written = [beat.after_s - (beat.lag.total_seconds() if beat.lag else 0) for beat in beats]

    assert all(one < other for one, other in pairwise(written))
    assert max(written) < -2 * 3600  # the cut is over by then
    assert Counter(beat.author for beat in beats).most_common(1)[0][1] == 2


def test_every_story_begins_once_a_round_in_a_place_that_exists() -> None:
    streets = {place.name for place in Directory.read().places if place.kind == "street"}

    assert OPENING.keys() == ARCS.keys()
    assert FIRST_STREETS.keys() <= ARCS.keys()
    assert set(FIRST_STREETS.values()) <= streets
    for name, begins in OPENING.items():
        assert begins + max(beat.after_s for beat in told(name)) < ROUND_S
