"""The stage that turns posts into analysed posts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipeline import topics
from pipeline.analyse.analyst import Analyst
from pipeline.bus import Delivery, Message
from pipeline.model import Post, Reader, encode


class AnalyseStage:
    """Reads ``posts``, writes ``analysed``: one message for each, in order, under the key of the post."""

    name = "analyse"
    reads = topics.POSTS
    writes: str | None = topics.ANALYSED

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst
        self._posts: Reader[Post] = Reader(Post)

    def process(self, batch: Sequence[Delivery], now: datetime) -> list[Message]:
        posts = [self._posts.read(delivery.value) for delivery in batch]
        return [Message(doc.post.key, encode(doc)) for doc in self._analyst.analyse(posts)]

    def tick(self, now: datetime) -> list[Message]:
        return []

    def close(self) -> None: ...
