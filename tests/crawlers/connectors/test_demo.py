from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawlers import Outcome, RawPost
from crawlers.connectors.demo import Demo, demo_sources
from crawlers.sources import open_sources
from pipeline.errors import Misconfigured
from pipeline.settings import SourceSettings

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_visits_continue_where_the_last_one_ended_even_after_a_restart() -> None:
    first = Demo(channel="weibo").fetch("", NOW)
    second = Demo(channel="weibo").fetch(first.cursor, NOW + 60 * SECOND)
    third = Demo(channel="weibo").fetch(second.cursor, NOW + 60 * SECOND)

    assert first.outcome is second.outcome is Outcome.NEWS
    assert max(post.fetched_at for post in first.posts) <= NOW < min(post.fetched_at for post in second.posts)
    assert (third.outcome, list(third.posts)) == (Outcome.QUIET, [])
    assert second.next_in is not None
    assert second.next_in <= 2 * SECOND


def test_the_first_visit_brings_a_little_history_and_nothing_of_the_future() -> None:
    posts = [post for channel in ("bbs", "weibo", "app") for post in Demo(channel=channel).fetch("", NOW).posts]

    assert len(posts) > 30
    assert all(NOW - timedelta(minutes=30) < post.fetched_at <= NOW for post in posts)
    assert not any("停水" in post.text and "湖东" in post.text for post in posts)


def test_after_a_night_switched_off_not_the_whole_night_comes() -> None:
    demo = Demo(channel="bbs")
    cursor = demo.fetch("", NOW).cursor

    posts = demo.fetch(cursor, NOW + timedelta(hours=9)).posts

    assert 100 < len(posts) < 1000


def test_all_channels_of_the_demonstration_tell_one_story() -> None:
    opened = open_sources(demo_sources(NOW))
    later = NOW + 60 * SECOND
    posts = [post for source in opened for post in source.connector.fetch("", later).posts]

    water = [post for post in posts if post.native_id.split("-")[1] == _story_of(posts)]

    assert len({source.card.class_ for source in opened}) == 5
    assert len(water) == 39  # one of forty is a second away
    assert {post.native_id.split("-")[0] for post in water} == {"bbs", "weibo", "video"}


def _story_of(posts: list[RawPost]) -> str:
    return next(
        post.native_id.split("-")[1] for post in posts if post.native_id.count("-") == 2 and "停水" in post.text
    )


def test_a_wrong_option_is_told_with_its_key() -> None:
    source = SourceSettings.model_validate(
        {"id": "d", "connector": "demo", "channel": "radio", "scenarios": ["flood"], "speed": 0}
    )

    with pytest.raises(Misconfigured) as wrong:
        open_sources([source])

    places = sorted(fault.place.rsplit(".", 1)[-1] for fault in wrong.value.faults)
    assert places == ["channel", "scenarios", "speed"]
