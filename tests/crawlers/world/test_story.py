from __future__ import annotations

import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers import RawPost
from crawlers.world import CHANNELS, SCENARIOS, Grammar, Story
from pipeline.model import Kind, Op, SourceClass

START = datetime(2026, 3, 10, 11, 2, tzinfo=UTC)
SYNTHETIC = {"13800138000", "138-0013-8000", "64010119000101019X", "6200 0000 0000 0005"}


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def the_story(*scenarios: str, rate: float = 0, speed: float = 10.0, seed: int = 1) -> Story:
    return Story(seed, START, rate, speed, scenarios or SCENARIOS)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 5), st.lists(st.integers(1, 300), max_size=6))
def test_however_the_time_is_cut_the_same_posts_come(seed: int, cuts: list[int]) -> None:
    whole = the_story(rate=1.0, seed=seed).between(START, START + minutes(5))
    marks = [START, *sorted({START + timedelta(seconds=cut) for cut in cuts if cut < 300}), START + minutes(5)]
    story = the_story(rate=1.0, seed=seed)

    pieces = [post for since, until in pairwise(marks) for post in story.between(since, until)]

    assert pieces == whole


def test_another_seed_is_another_district_and_the_same_is_the_same() -> None:
    def words(seed: int) -> list[str]:
        return [post.text for post in the_story(rate=1.0, seed=seed).between(START, START + minutes(3))]

    assert words(1) == words(1)
    assert words(1) != words(2)


def test_the_water_story_is_the_one_of_the_scenario() -> None:
    posts = [p for p in the_story("water").between(START, START + minutes(2)) if p.op is Op.UPSERT and not p.edited_at]

    assert len(posts) == 40
    assert Counter(post.native_id.split("-")[0] for post in posts) == {"weibo": 18, "bbs": 12, "video": 10}
    assert len({post.author for post in posts}) == 36
    authors = [post.author for post in posts]
    assert [place + 1 for place, author in enumerate(authors) if author in authors[:place]] == [8, 17, 26, 35]
    told = Counter("".join(re.findall(r"\w", post.text.split("（")[0])) for post in posts)
    assert sorted(told.values())[-2:] == [8, 12]
    assert len(told) == 22
    assert all(re.search("湖东|锦湖里", post.text) for post in posts if "水" in post.text and "停" in post.text[:3])


def test_the_first_alarm_is_not_long_in_coming() -> None:
    posts = the_story(rate=1.0).between(START, START + timedelta(seconds=20))

    assert sum("停水" in post.text or "没水" in post.text for post in posts) >= 8
    assert any("燃气" in post.text or "煤气" in post.text for post in posts)


def test_at_the_pace_of_life_the_posts_come_every_fifteen_seconds() -> None:
    posts = the_story("water", speed=1.0).between(START, START + minutes(3))

    gaps = {later.fetched_at - sooner.fetched_at for sooner, later in pairwise(posts)}
    assert gaps == {timedelta(seconds=15)}


def test_spam_rides_the_tag_and_two_residents_use_it_too() -> None:
    posts = the_story("spam").between(START, START + minutes(3))
    spam = [post for post in posts if re.search("贷款|用 ?钱|下款|手头紧|无抵押", post.text)]

    assert len(spam) == 120
    assert len({post.author for post in spam}) == 12
    assert len(posts) - len(spam) == 2
    assert all(post.text.startswith("#青湖停水#") for post in posts)


def test_what_was_held_up_comes_at_once_with_its_old_time() -> None:
    posts = the_story("power_late").between(START, START + minutes(10))

    assert len({post.author for post in posts}) == 12
    assert max(post.fetched_at for post in posts) - min(post.fetched_at for post in posts) < minutes(1)
    assert all(minutes(180) <= post.fetched_at - post.published.at <= minutes(200) for post in posts)


def test_stories_begin_anew_for_ever_and_never_with_an_old_id() -> None:
    story = the_story("water", "gas", "noise")
    first = story.between(START, START + minutes(12))
    later = story.between(START + minutes(12), START + minutes(120))

    assert len(later) > 100
    assert not {post.native_id for post in first} & {post.native_id for post in later}


def test_edits_deletions_and_counts_follow_their_post() -> None:
    posts = the_story(rate=2.0).between(START, START + minutes(20))
    begun = {post.native_id: post for post in posts if post.op is Op.UPSERT and not post.edited_at}

    def later(which: Op, edited: bool = False) -> list[RawPost]:
        found = [post for post in posts if post.op is which and bool(post.edited_at) is edited]
        return [post for post in found if post.native_id in begun]

    assert all(post.fetched_at > begun[post.native_id].fetched_at for post in later(Op.OBSERVE) + later(Op.DELETE))
    assert all(post.text.startswith(begun[post.native_id].text) for post in later(Op.UPSERT, edited=True))
    assert min(len(later(Op.OBSERVE)), len(later(Op.DELETE)), len(later(Op.UPSERT, edited=True))) > 3


def test_an_hour_does_not_look_canned() -> None:
    posts = Story(7, START, 1.0, 10.0, []).between(START, START + minutes(60))
    texts = [post.text for post in posts if post.op is Op.UPSERT and post.kind is not Kind.REPLY]

    assert len(set(texts)) > 0.6 * len(texts)
    assert not any("{" in text or "  " in text for text in texts)


def test_every_phrase_can_be_said() -> None:
    grammar, rng = Grammar(), random.Random(1)
    scene = {**grammar.scene(rng), "word": "停水"}
    names = [
        "chat",
        "question",
        "praise",
        "criticism",
        "traditional",
        "private",
        "advert",
        "short",
        "replies",
        "updates",
    ]
    paths: list[tuple[str, ...]] = [(name,) for name in names]
    paths += [("requests", topic) for topic in grammar.topics()]
    paths += [("arcs", arc) for arc in grammar.phrases("arcs")]

    said = [grammar.say(rng, template, scene) for path in paths for template in grammar.phrases(*path)]

    assert len(said) > 220
    assert all(said)
    assert not any("{" in sentence for sentence in said)


def test_only_the_agreed_false_numbers_are_used() -> None:
    texts = " ".join(post.text for post in Story(3, START, 5.0, 10.0, []).between(START, START + minutes(60)))

    numbers = set(re.findall(r"1[3-9]\d-?\d{4}-?\d{4}|\d{17}[\dXx]|\d{4} \d{4} \d{4} \d{4}", texts))
    assert numbers
    assert numbers <= SYNTHETIC


def test_places_lie_together() -> None:
    grammar = Grammar()
    scene = grammar.scene(random.Random(5), "柳园镇")

    assert (scene["street"], scene["near"], scene["community"], scene["road"]) == (
        "柳园镇",
        "柳园",
        "柳园新村",
        "柳园路",
    )


def test_channels_differ_in_class_and_the_hotline_tells_no_caller() -> None:
    posts = the_story(rate=5.0).between(START, START + minutes(10))

    assert {channel.class_ for channel in CHANNELS.values()} >= {
        SourceClass.FORUM,
        SourceClass.WEIBO,
        SourceClass.HOTLINE,
        SourceClass.APP,
    }
    assert {post.native_id.split("-")[0] for post in posts} == set(CHANNELS)
    assert all(post.author is None and post.order is not None for post in posts if post.native_id.startswith("12345"))
