"""Say which posts say the same: copied, edited, cut or passed on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import ClassVar, NamedTuple, TypeVar

from pipeline.analyse.heads import Heads, Said
from pipeline.analyse.keyform import forms, passed_on
from pipeline.model import AnalysedPost, ClusterFinding
from pipeline.text.normal import normal

WINDOW = timedelta(hours=72)
MOST = 200_000
_CHUNK = 1_000  # posts recalled at a time


K = TypeVar("K")
V = TypeVar("V")


class Clusters:
    """Groups of posts with the same words, whatever was added in passing them on; each post joins the earliest.

    A post is compared with the first post of each cluster and with no other member, so that likeness does
    not drift from member to member. Another place, number or date keeps apart what reads alike. Results
    do not depend on how posts are cut into batches. A post of a known id, also an edited one, keeps its cluster.

    Memory is bounded by *most*: some 3 KB for each cluster's first post of 140 characters, 0.4 KB for each other
    post, so 600 MB if 200,000 posts within the window have nothing in common.
    """

    name: ClassVar[str] = "cluster"
    needs: ClassVar[tuple[str, ...]] = ("text", "place")

    def __init__(self, window: timedelta = WINDOW, most: int = MOST) -> None:
        self._window_s = window.total_seconds()
        self._heads = Heads(self._window_s, most)
        self._newest = float("-inf")
        self._known: Recent[str, ClusterFinding] = Recent(most)
        self._copies: Recent[int, _Copied] = Recent(most)

    def assign(self, batch: Sequence[AnalysedPost]) -> list[ClusterFinding]:
        """Return the cluster of each post, and remember the post."""
        return [self._known.get(written.doc.post.id) or self._judge(written) for written in _written(batch)]

    def recall(self, docs: Iterable[AnalysedPost]) -> None:
        """Remember posts that have their clusters already, in the order in which they were assigned.

        A cluster whose first post is not among them is known by the first member that is.
        """
        headed: set[str] = set()
        remaining = (doc for doc in docs if doc.cluster)
        while chunk := list(islice(remaining, _CHUNK)):
            for written in _written(chunk):
                finding = written.doc.cluster
                if finding is not None:
                    self._remember(written, finding, head=finding.id not in headed)
                    headed.add(finding.id)

    def _judge(self, written: _Written) -> ClusterFinding:
        finding = self._found(written) or ClusterFinding(written.doc.post.id)
        self._remember(written, finding, head=finding.kind == "first")
        return finding

    def _found(self, written: _Written) -> ClusterFinding | None:
        """Return the cluster that *written* joins; None if it is the first of its own."""
        repost_of = written.doc.post.thread.repost_of
        if not written.speaks:
            original = self._known.get(repost_of or "")
            return ClusterFinding(original.id, "repost") if original else None
        kind = "repost" if repost_of or passed_on(written.normal) else ""
        copied = self._copies.get(written.key)
        if copied and abs(written.at - copied.since) <= self._window_s:
            return ClusterFinding(copied.cluster, kind or "exact")
        found = self._heads.earliest_like(written.said, written.at, written.bands)
        if found is None:
            return None
        head, likeness = found
        return ClusterFinding(head.cluster, kind or "near", round(likeness, 4))

    def _remember(self, written: _Written, finding: ClusterFinding, *, head: bool) -> None:
        self._newest = max(self._newest, written.at)
        self._known.keep(written.doc.post.id, finding)
        if head and len(written.said.grams):
            self._heads.add(finding.id, written.at, written.said, written.bands)
        if written.speaks and (head or written.key not in self._copies):
            self._copies.keep(written.key, _Copied(finding.id, written.at))
        self._heads.forget(self._newest)


class Recent(OrderedDict[K, V]):
    """The *most* values that were kept last."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def keep(self, key: K, value: V) -> None:
        self[key] = value
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)


class _Copied(NamedTuple):
    cluster: str
    since: float  # event time of the first post with these words


class _Written(NamedTuple):
    """A post as it is compared."""

    doc: AnalysedPost
    normal: str
    at: float
    key: int
    said: Said
    bands: list[int]

    @property
    def speaks(self) -> bool:
        """Say whether it has words of its own: pictures, and reposts saying 转发微博, are not copies of each other."""
        return bool(len(self.said.grams)) or (not self.doc.post.thread.repost_of and bool(self.normal.strip()))


def _written(docs: Sequence[AnalysedPost]) -> Iterator[_Written]:
    normals = [doc.text.normal if doc.text else normal(doc.body()) for doc in docs]
    formed = forms(normals)
    rows = zip(docs, normals, formed.keys, formed.grams, formed.sketches, formed.bands.tolist(), strict=True)
    for doc, text, key, grams, sketch, bands in rows:
        yield _Written(doc, text, doc.post.at.timestamp(), key, Said(text, doc.place, grams, sketch), bands)
