"""The stage that puts analysed posts into the index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipeline import log, topics
from pipeline.bus import Delivery, Message
from pipeline.index import PostIndex, outdated
from pipeline.model import AnalysedPost, Reader


class IndexStage:
    """Writes each batch in one go; the index itself sees to repeats and to late versions.

    With its first batch it says so if posts stand there that another edition wrote.
    """

    name = "index"
    reads = topics.ANALYSED
    writes: str | None = None

    def __init__(self, index: PostIndex) -> None:
        self._index = index
        self._reader: Reader[AnalysedPost] = Reader(AnalysedPost)
        self._looked = False

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        if not self._looked:
            self._look()
        self._index.write([self._reader.read(delivery.value) for delivery in batch])
        return ()

    def tick(self, now: datetime) -> Sequence[Message]:
        self._index.tidy()  # all is read: there is time
        return ()

    def close(self) -> None:
        self._index.close()

    def _look(self) -> None:
        if fault := outdated(self._index.status().stale):
            log.get("index").warning("posts of another edition", zh=fault.zh, en=fault.en)
        self._looked = True
