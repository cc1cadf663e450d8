from __future__ import annotations

import random
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.world.channels import CHANNELS
from crawlers.world.voice import Utterance, arrival, careless, counts, deletion, edit, observation, short_key
from pipeline.model import Kind, Op
from tests.build import NOON

SAID = Utterance(key="k1", text="锦湖里停水，谁来管？", author="p1", topic="water")


def test_a_post_was_written_a_moment_before_we_read_it_or_long_before_if_it_was_held_back() -> None:
    rng = random.Random(1)
    usual = arrival(rng, CHANNELS["bbs"], NOON, SAID).post
    late = arrival(
        rng, CHANNELS["bbs"], NOON, Utterance(key="k2", text="停电", author="p1", lag=timedelta(hours=3))
    ).post

    assert timedelta(0) < NOON - usual.published.at < timedelta(seconds=5)
    assert NOON - late.published.at == timedelta(hours=3)


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_counts_nothing_that_it_does_not_show(name: str) -> None:
    seen = counts(random.Random(1), CHANNELS[name], NOON)

    uncounted = {what for what in ("like", "comment", "share", "view") if getattr(seen, what) is None}
    assert uncounted == set(CHANNELS[name].missing)


def test_an_order_has_a_number_a_unit_and_no_caller() -> None:
    post = arrival(random.Random(1), CHANNELS["12345"], NOON, SAID).post

    assert (post.kind, post.author) == (Kind.WORKORDER, None)
    assert post.order
    assert re.fullmatch(r"QH20260310\d{6}", post.order.id or "")
    assert post.order.unit == "区水务局"


def test_a_reply_has_no_title_and_knows_what_it_answers() -> None:
    answer = Utterance(key="k2", text="我们也是", author="p2", parent="bbs-k1")

    post = arrival(random.Random(1), CHANNELS["bbs"], NOON, answer).post

    assert (post.kind, post.title, post.parent_native_id) == (Kind.REPLY, "", "bbs-k1")
    assert arrival(random.Random(1), CHANNELS["bbs"], NOON, SAID).post.title == "锦湖里停水"


def test_an_edit_a_look_and_a_deletion_are_of_the_same_post_at_the_same_time_of_writing() -> None:
    channel = CHANNELS["bbs"]
    first = arrival(random.Random(1), channel, NOON, SAID).post
    later = NOON + timedelta(minutes=5)
    changes = (
        edit(channel, later, first, "来水了"),
        observation(random.Random(2), channel, later, first),
        deletion(channel, later, first),
    )

    assert [each.post.op for each in changes] == [Op.UPSERT, Op.OBSERVE, Op.DELETE]
    assert all(each.post.native_id == first.native_id and each.post.published == first.published for each in changes)
    assert all(each.at == each.post.fetched_at == later for each in changes)
    assert changes[0].post.text.endswith("\n来水了")
    assert changes[2].post.text == changes[2].post.title == ""


@given(st.integers(0, 5000), st.sampled_from(["停水，谁管？", "停水。", "停水", "停水，三天了，谁管！！"]))
def test_carelessness_changes_marks_and_never_words(seed: int, text: str) -> None:
    typed = careless(random.Random(seed), text)

    assert "".join(re.findall(r"\w", typed)) == "".join(re.findall(r"\w", text))


def test_a_key_tells_its_parts_apart() -> None:
    assert short_key(1, 23) != short_key(12, 3)
    assert short_key(1, 23) == short_key("1", "23")
