"""A post's time, its place in the order of things, and when it has changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Post, Reader, Thread, clock_suspect, encode, revision
from pipeline.model.post import FUTURE_TOLERANCE
from tests.build import NOON, a_post

blanks = st.text(alphabet=" \t\n\r\u3000\xa0", min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("published", "believed"),
    [
        (NOON - timedelta(days=30), True),  # an old post, collected today
        (NOON + FUTURE_TOLERANCE, True),
        (NOON + FUTURE_TOLERANCE + timedelta(microseconds=1), False),
        (datetime(1970, 1, 1, tzinfo=UTC), False),
        (datetime(1, 1, 1, tzinfo=UTC), False),
        (datetime(1990, 1, 1, tzinfo=UTC), True),
    ],
)
def test_an_event_time_is_the_claimed_one_only_if_it_can_be_true(published: datetime, believed: bool) -> None:
    post = a_post(at=published, fetched_at=NOON)

    assert post.at == (published if believed else NOON)
    assert clock_suspect(published, NOON) is not believed


def test_posts_of_one_thread_stay_in_order_and_a_post_alone_is_its_own_thread() -> None:
    root = a_post("root")
    reply = a_post("reply", thread=Thread(root_id=root.id, parent_id="u5:other"))

    assert reply.key == root.key == root.id


@given(st.lists(st.sampled_from(["停水", "了", "😡", "water"]), min_size=1), blanks, blanks)
def test_other_blanks_are_no_other_words(words: list[str], one: str, other: str) -> None:
    assert revision("", one.join(words)) == revision(other, other.join(words) + one)


def test_any_other_word_title_or_picture_is_another_revision() -> None:
    seen = [
        revision("", "停水"),
        revision("停水", ""),
        revision("停", "水"),
        revision("", "停 水"),
        revision("", "停水", ("a.jpg",)),
        revision("", "停水", ("a.jpg", "b.jpg")),
        revision("", "停水 a.jpg"),
    ]

    assert len(set(seen)) == len(seen)


def test_a_class_is_called_class_on_the_wire_and_a_count_not_told_is_no_zero() -> None:
    raw = encode(a_post())
    plain = msgspec.json.decode(raw)

    assert plain["source"]["class"] == "forum"
    assert "like" not in plain.get("engagement", {})
    assert Reader(Post).read(raw) == a_post()
