"""Say which posts tell of the same matter at the same place, in whatever words."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import count, islice
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.analyse import overlap
from pipeline.analyse.overlap import Kept
from pipeline.analyse.terms import KEPT, Terms, terms
from pipeline.analyse.veto import NOWHERE, Known, apart
from pipeline.model import AnalysedPost, EventFinding, GateStatus, Kind
from pipeline.text.normal import normal

try:
    from pipeline.analyse import _overlap
except ImportError:  # no compiler where this was installed
    _overlap = overlap  # type: ignore[misc]
try:
    from pipeline.analyse._mentions import Mentions
    from pipeline.analyse._remembered import hash_all
except ImportError:
    from pipeline.analyse.mentions import Mentions
    from pipeline.analyse.remembered import hash_all

SPAN: Final = timedelta(days=365)
MOST: Final = 200_000
BLOCK: Final = 256  # posts; what they bring is put on the shelves together
ENOUGH: Final = 18.0  # weight of what a post and an event have in common: a rare name of four characters
FEWEST: Final = 3  # terms of a post that can be told from others
SETTLED: Final = 64  # posts after which an event takes up no more terms
RARER: Final = 3.0  # events that may have a term before it counts much less
_COUNTED: Final = 1 << 16  # events; what more than these have counts as little as what they have

_ALWAYS = frozenset({Kind.MESSAGE, Kind.WORKORDER})

Codes = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]


class Events:
    """Groups of posts about one matter: a post joins the event with which it shares the heaviest terms.

    Terms are what the post's text says and other texts do not, so mostly names. What all posts of an event share
    weighs more than what one of them said. A post whose near duplicates have an event joins that. Where the gazetteer
    finds another estate, facility or site than in the event's first post, it is another event. Results do not depend on how posts are cut into batches.

    The span is far longer than that of clusters: some matters are told of for months. Memory is bounded by *most*
    events, some 0.6 KB each.
    """

    name: str = "event"
    needs: tuple[str, ...] = ("text", "place", "gate", "cluster")

    def __init__(self, span: timedelta = SPAN, most: int = MOST) -> None:
        self._span_s = span.total_seconds()
        self._book = _Book(most)
        self._by_cluster: OrderedDict[int, int] = OrderedDict()
        self._most = most
        self._recalled: dict[str, int] = {}

    def analyse(self, batch: Sequence[AnalysedPost]) -> list[EventFinding | None]:
        """Return the event of each post, and remember the post; None for what has no matter or too few words."""
        self._recalled.clear()
        found: list[EventFinding | None] = []
        while len(found) < len(batch):
            docs = batch[len(found) : len(found) + self._book.room]
            telling = [place for place, doc in enumerate(docs) if _tells(doc)]
            nearby = self._book.nearby([docs[place] for place in telling])
            rows = dict(zip(telling, count()))
            clusters = _clusters(docs)
            found += [
                self._judge(doc, cluster, nearby, rows.get(place))
                for place, (doc, cluster) in enumerate(zip(docs, clusters, strict=True))
            ]
            self._book.settle(len(docs))
        return found

    def recall(self, docs: Iterable[AnalysedPost]) -> None:
        """Remember posts that have their events already, in the order in which they were assigned.

        May be called again and again before the first ``analyse``.
        """
        remaining = iter(docs)
        while batch := list(islice(remaining, self._book.room)):
            telling = [doc for doc in batch if doc.event and _tells(doc)]
            nearby = self._book.nearby(telling)
            for row, (doc, cluster) in enumerate(zip(telling, _clusters(telling), strict=True)):
                self._recall(doc, cluster, nearby, row)
            self._book.settle(len(batch))

    def _judge(self, doc: AnalysedPost, cluster: int, nearby: _Nearby, row: int | None) -> EventFinding | None:
        """Return the event of a post; *row* is None if it tells of no matter by itself."""
        number = self._by_cluster.get(cluster, -1)
        name, likeness = self._book.name(number), 1.0
        if row is None:
            return EventFinding(name, "joined") if name else None
        at = doc.post.at.timestamp()
        if name is None:
            if nearby.sizes[row] < FEWEST:
                return None
            number, likeness = self._book.closest(nearby, row, at, self._span_s)
            name = self._book.name(number)
        if name is None:
            self._keep_cluster(cluster, self._book.open(doc.post.id, at, nearby, row))
            return EventFinding(doc.post.id)
        self._book.join(number, at, nearby, row)
        self._keep_cluster(cluster, number)
        return EventFinding(name, "joined", round(likeness, 4))

    def _recall(self, doc: AnalysedPost, cluster: int, nearby: _Nearby, row: int) -> None:
        if doc.event is None:
            return
        at = doc.post.at.timestamp()
        number = self._recalled.get(doc.event.id, -1)
        if number < 0:
            self._recalled[doc.event.id] = number = self._book.open(doc.event.id, at, nearby, row)
        else:
            self._book.join(number, at, nearby, row)
        self._keep_cluster(cluster, number)

    def _keep_cluster(self, cluster: int, number: int) -> None:
        self._by_cluster[cluster] = number
        if len(self._by_cluster) > self._most:
            self._by_cluster.popitem(last=False)


def _tells(doc: AnalysedPost) -> bool:
    """Say whether a post can be about a matter; what citizens write to the office always is."""
    status = doc.gate.status if doc.gate else GateStatus.RELEVANT
    if status is GateStatus.RELEVANT:
        return True
    return doc.post.kind in _ALWAYS and status is GateStatus.IRRELEVANT


def _clusters(docs: Sequence[AnalysedPost]) -> list[int]:
    """Return the cluster of each post, by number."""
    hashes = np.empty(len(docs), np.uint64)
    hash_all([doc.cluster.id if doc.cluster else doc.post.id for doc in docs], hashes)
    numbers: list[int] = hashes.tolist()
    return numbers


def _site(doc: AnalysedPost) -> Known:
    place = doc.place
    if place is None or not (place.community or place.facility or place.site):
        return NOWHERE
    return place.community, place.facility, place.site


def _terms(docs: Sequence[AnalysedPost]) -> Terms:
    normals = [doc.text.normal if doc.text else normal(doc.body()) for doc in docs]
    return terms(normals, [len(doc.post.title) for doc in docs])


class _Nearby(NamedTuple):
    """The terms of some posts, how many each has, and the events that may share enough with each."""

    terms: Codes
    weights: Weights
    sizes: list[int]
    events: list[list[int]]
    sites: list[Known]

    def of(self, place: int) -> Codes:
        """Return the terms of one post."""
        return self.terms[place, : self.sizes[place]]


class _Book:
    """The events that were opened last, by number, each with the terms that most of its posts have."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._block = min(BLOCK, most)
        self._mentions = Mentions(most, KEPT, 1 + np.log1p(np.arange(_COUNTED, dtype=np.float32) / np.float32(RARER)))
        self._names: list[str] = []
        self._sites: list[Known] = []
        self._opened = 0
        self._kept = Kept(
            np.zeros((most, KEPT), np.uint32), np.zeros((most, KEPT), np.uint16), np.zeros(most, np.uint32)
        )
        self._since, self._until = array("d", bytes(8 * most)), array("d", bytes(8 * most))
        self._seen = 0  # posts of this block

    @property
    def room(self) -> int:
        """The posts that may come before ``settle`` puts terms on the shelves."""
        return self._block - self._seen

    def name(self, number: int) -> str | None:
        """Return the id of the event; None if there is none of that number any more."""
        return self._names[number % self._most] if max(0, self._opened - self._most) <= number < self._opened else None

    def nearby(self, docs: Sequence[AnalysedPost]) -> _Nearby:
        """Return what *docs* can be compared by, terms that many events have weighing less."""
        terms, weights = _terms(docs)
        sizes = np.count_nonzero(weights, axis=1).tolist()
        return _Nearby(terms, weights, sizes, self._mentions.likely(terms, weights, ENOUGH), list(map(_site, docs)))

    def closest(self, nearby: _Nearby, place: int, at: float, span_s: float) -> tuple[int, float]:
        """Return the event that shares most with the post at *place*, and how much of its terms; -1 for none."""
        terms, site = nearby.of(place), nearby.sites[place]
        slots = {*self._mentions.new(terms), *nearby.events[place]}
        near = [
            slot
            for slot in slots
            if self._since[slot] - span_s <= at <= self._until[slot] + span_s and not apart(site, self._sites[slot])
        ]
        if not near:
            return -1, 0.0
        shared = _overlap.shared(terms, nearby.weights[place, : len(terms)], near, self._kept)
        best, number = max((weight, -self._number(slot)) for weight, slot in zip(shared, near, strict=True))
        if best < ENOUGH:
            return -1, 0.0
        return -number, min(1.0, best / float(nearby.weights[place].sum()))

    def open(self, name: str, at: float, nearby: _Nearby, place: int) -> int:
        """Return the number of a new event that has one post."""
        number, slot = self._opened, self._opened % self._most
        if slot == len(self._names):
            self._names.append(name)
            self._sites.append(nearby.sites[place])
        else:
            self._names[slot], self._sites[slot] = name, nearby.sites[place]
        self._opened += 1
        terms = nearby.of(place)
        _overlap.begin(terms, slot, self._kept)
        self._since[slot] = self._until[slot] = at
        self._mentions.bring(slot, terms)
        return number

    def join(self, number: int, at: float, nearby: _Nearby, place: int) -> None:
        """Count one more post of the event; in the beginning its new terms take the places of those that nobody repeats."""
        slot = number % self._most
        taken = _overlap.join(nearby.of(place), slot, self._kept, SETTLED)
        self._mentions.bring(slot, np.array(taken, np.uint32))
        self._since[slot], self._until[slot] = min(self._since[slot], at), max(self._until[slot], at)

    def settle(self, posts: int) -> None:
        """Count *posts* more, and put on the shelves what a whole block brought."""
        self._seen += posts
        if self.room:
            return
        self._seen = 0
        self._mentions.settle()

    def _number(self, slot: int) -> int:
        return self._opened - 1 - (self._opened - 1 - slot) % self._most
