from __future__ import annotations

import pytest

from pipeline.analyse.analyst import Analyst
from pipeline.analyse.stage import AnalyseStage
from pipeline.bus import Delivery
from pipeline.errors import Rejected
from pipeline.model import AnalysedPost, Op, Post, Reader, Thread, encode
from tests.build import NOON, a_post


def delivered(*posts: Post) -> list[Delivery]:
    return [Delivery("posts", 0, place, post.key, encode(post)) for place, post in enumerate(posts)]


def test_every_post_comes_out_once_in_order_under_its_key(analyst: Analyst) -> None:
    posts = [
        a_post("p1"),
        a_post("p2", "", op=Op.DELETE),
        a_post("p3", "", op=Op.OBSERVE),
        a_post("p4", "同问", thread=Thread(root_id="p1")),
    ]
    messages = AnalyseStage(analyst).process(delivered(*posts), NOON)
    docs = [Reader[AnalysedPost](AnalysedPost).read(message.value) for message in messages]
    assert [doc.post for doc in docs] == posts
    assert [message.key for message in messages] == [post.key for post in posts]
    assert messages[3].key == "p1"


def test_a_message_that_is_no_post_is_set_aside(analyst: Analyst) -> None:
    with pytest.raises(Rejected):
        AnalyseStage(analyst).process([Delivery("posts", 0, 0, "k", b'{"text": 1}')], NOON)


def test_time_alone_causes_nothing(analyst: Analyst) -> None:
    assert not AnalyseStage(analyst).tick(NOON)
