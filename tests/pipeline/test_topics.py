"""What is set aside must never come back into the flow by itself."""

from __future__ import annotations

from pipeline.topics import TOPICS, dead


def test_the_set_aside_of_every_topic_has_a_place_of_its_own_that_no_stage_reads() -> None:
    places = {dead(topic) for topic in TOPICS}

    assert len(places) == len(TOPICS)
    assert places.isdisjoint(TOPICS)
