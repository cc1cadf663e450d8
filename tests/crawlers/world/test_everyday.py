from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest

from crawlers.world.everyday import HISTORY_SPARSITY, LATER_SLOTS, Everyday
from crawlers.world.grammar import Grammar
from crawlers.world.voice import Arrival
from pipeline.model import Kind, Op
from tests.build import NOON, minute

GRAMMAR = Grammar()


def arrivals(since: float, until: float, *, rate: float = 1.0, seed: int = 1) -> list[Arrival]:
    found = Everyday(seed, NOON, rate, GRAMMAR).between(minute(since), minute(until))
    return sorted(found, key=lambda one: (one.at, one.post.native_id))


def written(found: list[Arrival]) -> list[Arrival]:
    return [one for one in found if one.post.op is Op.UPSERT and not one.post.edited_at]


@pytest.mark.parametrize("rate", [0.5, 2.0])
def test_there_are_as_many_posts_as_the_rate_says(rate: float) -> None:
    posts = written(arrivals(0, 20, rate=rate))

    assert abs(len(posts) - 1200 * rate) <= 1
    assert len({one.post.native_id for one in posts}) == len(posts)


def test_before_the_story_began_little_was_going_on() -> None:
    assert len(written(arrivals(-20, 0))) == pytest.approx(1200 / HISTORY_SPARSITY, abs=2)


def test_what_happens_to_a_post_happens_after_it_and_not_much_later() -> None:
    found = arrivals(0, 60)
    first = {one.post.native_id: one.at for one in written(found)}
    later = [one for one in found if one.post.op is not Op.UPSERT or one.post.edited_at]

    assert len(later) > 100
    for one in later:
        began = first.get(one.post.native_id)
        assert began is None or timedelta(0) < one.at - began <= timedelta(seconds=LATER_SLOTS)


def test_a_reply_answers_a_post_of_its_own_channel() -> None:
    found = written(arrivals(0, 60))
    first = {one.post.native_id: one for one in found}
    replies = [one for one in found if one.post.parent_native_id]

    assert len(replies) > 50
    assert all(one.post.parent_native_id.startswith(f"{one.channel}-") for one in replies if one.post.parent_native_id)
    answered = [parent for one in replies if (parent := first.get(one.post.parent_native_id or ""))]
    assert len(answered) > len(replies) * 0.9
    assert all(one.post.title == "" for one in replies)


def test_few_complain_and_the_hotline_gets_questions_too() -> None:
    posts = written(arrivals(0, 60))
    orders = [one for one in posts if one.post.kind is Kind.WORKORDER]

    assert 0.04 < len(orders) / len(posts) < 0.13
    assert Counter(one.post.order.unit is None for one in orders if one.post.order)[True] > len(orders) / 2
    assert sum(bool(re.search("停水|停电", one.post.text)) for one in posts) / len(posts) < 0.05
