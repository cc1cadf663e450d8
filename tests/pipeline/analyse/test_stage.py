from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from pipeline.analyse.analyst import Analyst
from pipeline.analyse.cluster import Clusters
from pipeline.analyse.stage import AnalyseStage, ClusterStage
from pipeline.bus import Delivery, Message
from pipeline.errors import Rejected
from pipeline.model import AnalysedPost, GateFinding, GateStatus, Op, Post, Reader, Thread, encode
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
    assert not ClusterStage(Clusters()).tick(NOON)


TEXT = "文桥路口的红绿灯坏了三天，早晚高峰堵成一锅粥，有没有人来修一修啊"


def clustered(stage: ClusterStage, messages: Sequence[Message]) -> list[AnalysedPost]:
    batch = [Delivery("understood", 0, place, one.key, one.value) for place, one in enumerate(messages)]
    return [Reader[AnalysedPost](AnalysedPost).read(message.value) for message in stage.process(batch, NOON)]


def test_each_post_gets_its_cluster_and_stays_otherwise_as_it_was_understood(analyst: Analyst) -> None:
    posts = [a_post("p1", TEXT), a_post("p2", "", op=Op.DELETE), a_post("p3", TEXT + "！")]
    understood = AnalyseStage(analyst).process(delivered(*posts), NOON)
    docs = clustered(ClusterStage(Clusters()), understood)
    assert [doc.cluster.id if doc.cluster else None for doc in docs] == [posts[0].id, None, posts[0].id]
    before = [Reader[AnalysedPost](AnalysedPost).read(message.value) for message in understood]
    assert [replace(doc, cluster=None) for doc in docs] == before


def test_two_that_read_for_one_memory_find_what_one_finds(analyst: Analyst) -> None:
    posts = [a_post(f"p{n}", TEXT + "！" * (n % 3)) for n in range(6)]
    alone = clustered(ClusterStage(Clusters()), AnalyseStage(analyst).process(delivered(*posts), NOON))
    one, other = AnalyseStage(analyst), AnalyseStage(analyst)
    stage = ClusterStage(Clusters())
    shared = [
        doc
        for n, post in enumerate(posts)
        for doc in clustered(stage, (other if n % 2 else one).process(delivered(post), NOON))
    ]
    assert shared == alone


class Echoes:
    """Says of a post that repeats another that it has no more to say."""

    name = "gate"
    needs: tuple[str, ...] = ("cluster",)

    def analyse(self, batch: Sequence[AnalysedPost]) -> list[GateFinding | None]:
        return [GateFinding(GateStatus.SPAM) if doc.cluster and doc.cluster.kind != "first" else None for doc in batch]


def test_an_analyser_that_needs_the_cluster_is_asked_once_it_is_known(analyst: Analyst) -> None:
    understood = AnalyseStage(analyst).process(delivered(a_post("p1", TEXT), a_post("p2", TEXT)), NOON)
    first, second = clustered(ClusterStage(Clusters(), [Echoes()]), understood)
    assert first.gate and first.gate.status is not GateStatus.SPAM
    assert second.gate == GateFinding(GateStatus.SPAM)
