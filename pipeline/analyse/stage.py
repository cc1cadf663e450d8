"""The stages that turn posts into analysed posts: the reading of each, and the memory of all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipeline import topics
from pipeline.analyse.analyser import Analyser, filled
from pipeline.analyse.analyst import Analyst, Clusters
from pipeline.bus import Delivery, Message
from pipeline.model import AnalysedPost, Op, Post, Reader, encode


class AnalyseStage:
    """Reads ``posts``, writes ``understood``: one message for each, in order, under the key of the post.

    It remembers nothing, so several processes may share the work.
    """

    name = "analyse"
    reads = topics.POSTS
    writes: str | None = topics.UNDERSTOOD

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst
        self._posts: Reader[Post] = Reader(Post)

    def process(self, batch: Sequence[Delivery], now: datetime) -> list[Message]:
        return _messages(self.read(batch))

    def read(self, batch: Sequence[Delivery]) -> list[AnalysedPost]:
        """Return what the posts of *batch* mean: the stage without its wire, for a worker that fuses stages."""
        return self._analyst.analyse([self._posts.read(delivery.value) for delivery in batch])

    def tick(self, now: datetime) -> list[Message]:
        return []

    def close(self) -> None: ...


class ClusterStage:
    """Reads ``understood``, writes ``analysed``: the same posts, each with the cluster that it joins.

    Clusters are one memory of all recent posts, so this stage has one process. *analysers* are those that
    need a post's cluster.
    """

    name = "cluster"
    reads = topics.UNDERSTOOD
    writes: str | None = topics.ANALYSED

    def __init__(self, clusters: Clusters, analysers: Sequence[Analyser] = ()) -> None:
        self._clusters = clusters
        self._analysers = analysers
        self._docs: Reader[AnalysedPost] = Reader(AnalysedPost)

    def process(self, batch: Sequence[Delivery], now: datetime) -> list[Message]:
        return self.write([self._docs.read(delivery.value) for delivery in batch])

    def write(self, docs: Sequence[AnalysedPost]) -> list[Message]:
        """Return *docs* with their clusters as messages: the stage behind its wire."""
        docs = list(docs)
        written = [place for place, doc in enumerate(docs) if doc.post.op is Op.UPSERT]
        for place, doc in zip(written, self._placed([docs[place] for place in written]), strict=True):
            docs[place] = doc
        return _messages(docs)

    def tick(self, now: datetime) -> list[Message]:
        return []

    def close(self) -> None: ...

    def _placed(self, docs: Sequence[AnalysedPost]) -> Sequence[AnalysedPost]:
        docs = filled(docs, "cluster", self._clusters.assign(docs))
        for analyser in self._analysers:
            docs = filled(docs, analyser.name, analyser.analyse(docs))
        return docs


def _messages(docs: Sequence[AnalysedPost]) -> list[Message]:
    return [Message(doc.post.key, encode(doc)) for doc in docs]
