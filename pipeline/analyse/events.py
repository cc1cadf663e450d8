"""Say which posts tell of the same matter at the same place, in whatever words."""

from __future__ import annotations

from array import array
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import count, islice
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.analyse import overlap
from pipeline.analyse.overlap import Kept
from pipeline.analyse.remembered import hashed
from pipeline.analyse.shelves import Shelves
from pipeline.analyse.terms import KEPT, Terms, terms
from pipeline.analyse.veto import NOWHERE, Known, apart
from pipeline.model import AnalysedPost, EventFinding, GateStatus, Kind
from pipeline.text.normal import normal

try:
    from pipeline.analyse import _overlap
except ImportError:  # no compiler where this was installed
    _overlap = overlap  # type: ignore[misc]

SPAN: Final = timedelta(days=365)
MOST: Final = 200_000
BLOCK: Final = 256  # posts; what they bring is put on the shelves together
WIDTH: Final = 8  # events found under one term, the newest
CLOSEST: Final = 4  # events that a post is weighed against
ENOUGH: Final = 18.0  # weight of what a post and an event have in common: a rare name of four characters
FEWEST: Final = 3  # terms of a post that can be told from others
TOGETHER: Final = 2  # terms that an event of this very block must share to be weighed
HEAVIEST: Final = 24  # terms of a post by which events of this very block are found
SETTLED: Final = 64  # posts after which an event takes up no more terms
RARER: Final = 3.0  # events that may have a term before it counts much less
_COUNTS = 1 << 18  # slots in which events are counted by term
_SLOT = np.uint32(14)

_ALWAYS = frozenset({Kind.MESSAGE, Kind.WORKORDER})

Codes = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


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
            found += [self._judge(doc, nearby, rows.get(place)) for place, doc in enumerate(docs)]
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
            for row, doc in enumerate(telling):
                self._recall(doc, nearby, row)
            self._book.settle(len(batch))

    def _judge(self, doc: AnalysedPost, nearby: _Nearby, row: int | None) -> EventFinding | None:
        """Return the event of a post; *row* is None if it tells of no matter by itself."""
        number = self._by_cluster.get(_cluster(doc), -1)
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
            self._keep_cluster(doc, self._book.open(doc.post.id, at, nearby, row))
            return EventFinding(doc.post.id)
        self._book.join(number, at, nearby, row)
        self._keep_cluster(doc, number)
        return EventFinding(name, "joined", round(likeness, 4))

    def _recall(self, doc: AnalysedPost, nearby: _Nearby, row: int) -> None:
        if doc.event is None:
            return
        at = doc.post.at.timestamp()
        number = self._recalled.get(doc.event.id, -1)
        if number < 0:
            self._recalled[doc.event.id] = number = self._book.open(doc.event.id, at, nearby, row)
        else:
            self._book.join(number, at, nearby, row)
        self._keep_cluster(doc, number)

    def _keep_cluster(self, doc: AnalysedPost, number: int) -> None:
        self._by_cluster[_cluster(doc)] = number
        if len(self._by_cluster) > self._most:
            self._by_cluster.popitem(last=False)


def _tells(doc: AnalysedPost) -> bool:
    """Say whether a post can be about a matter; what citizens write to the office always is."""
    status = doc.gate.status if doc.gate else GateStatus.RELEVANT
    if status is GateStatus.RELEVANT:
        return True
    return doc.post.kind in _ALWAYS and status is GateStatus.IRRELEVANT


def _cluster(doc: AnalysedPost) -> int:
    return hashed(doc.cluster.id if doc.cluster else doc.post.id)


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
    listed: list[list[int]]
    events: dict[int, list[int]]
    sites: list[Known]


class _Book:
    """The events that were opened last, by number, each with the terms that most of its posts have."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._block = min(BLOCK, most)
        self._shelves = Shelves(most * KEPT, most, WIDTH, room=1.0)
        self._counts = np.zeros(_COUNTS, np.uint32)  # of events, by term
        self._names: list[str] = []
        self._sites: list[Known] = []
        self._opened = 0
        self._kept = Kept(
            np.zeros((most, KEPT), np.uint32), np.zeros((most, KEPT), np.uint16), np.zeros(most, np.uint32)
        )
        self._since, self._until = array("d", bytes(8 * most)), array("d", bytes(8 * most))
        self._seen = 0  # posts of this block
        self._new: dict[int, int] = {}  # the newest event of each term that is not on the shelves
        self._brought: list[tuple[int, list[int]]] = []

    @property
    def room(self) -> int:
        """The posts that may come before ``settle`` puts terms on the shelves."""
        return self._block - self._seen

    def name(self, number: int) -> str | None:
        """Return the id of the event; None if there is none of that number any more."""
        return self._names[number % self._most] if max(0, self._opened - self._most) <= number < self._opened else None

    def nearby(self, docs: Sequence[AnalysedPost]) -> _Nearby:
        """Return what *docs* can be compared by, terms that many events have weighing less."""
        found = _terms(docs)
        events = self._counts[found.terms >> _SLOT].astype(np.float32)
        weights = found.weights / (1 + np.log1p(events / np.float32(RARER)))
        places = self._shelves.read(*self._shelves.places(_wide(found.terms)))
        places[found.weights == 0] = -1
        sizes = np.count_nonzero(found.weights, axis=1).tolist()
        listed = [row[:size] for row, size in zip(found.terms.tolist(), sizes, strict=True)]
        return _Nearby(found.terms, weights, sizes, listed, self._likely(weights, places), [_site(doc) for doc in docs])

    def closest(self, nearby: _Nearby, place: int, at: float, span_s: float) -> tuple[int, float]:
        """Return the event that shares most with the post at *place*, and how much of its terms; -1 for none."""
        often = Counter(map(self._new.get, nearby.listed[place][:HEAVIEST]))
        slots = {slot for slot, times in often.items() if slot is not None and times >= TOGETHER}
        slots.update(nearby.events.get(place, ()))
        site = nearby.sites[place]
        near = [
            slot
            for slot in slots
            if self._since[slot] - span_s <= at <= self._until[slot] + span_s and not apart(site, self._sites[slot])
        ]
        if not near:
            return -1, 0.0
        size = nearby.sizes[place]
        shared = _overlap.shared(nearby.terms[place, :size], nearby.weights[place, :size], near, self._kept)
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
        self._kept.terms[slot] = nearby.terms[place]
        self._kept.times[slot] = nearby.weights[place] > 0
        self._kept.posts[slot], self._since[slot], self._until[slot] = 1, at, at
        self._bring(slot, nearby.listed[place])
        return number

    def join(self, number: int, at: float, nearby: _Nearby, place: int) -> None:
        """Count one more post of the event; in the beginning its new terms take the places of those that nobody repeats."""
        slot = number % self._most
        self._bring(slot, _overlap.join(nearby.terms[place, : nearby.sizes[place]], slot, self._kept, SETTLED))
        self._since[slot], self._until[slot] = min(self._since[slot], at), max(self._until[slot], at)

    def settle(self, posts: int) -> None:
        """Count *posts* more, and put on the shelves what a whole block brought."""
        self._seen += posts
        if self.room:
            return
        self._seen = 0
        self._new.clear()
        if self._brought:
            found = np.array([code for _, codes in self._brought for code in codes], np.uint32)
            slots = np.repeat([slot for slot, _ in self._brought], [len(codes) for _, codes in self._brought])
            self._shelves.put(*self._shelves.places(_wide(found)), slots)
            np.add.at(self._counts, found >> _SLOT, 1)
            self._brought.clear()

    def _bring(self, slot: int, codes: list[int]) -> None:
        if codes:
            self._brought.append((slot, codes))
            self._new.update(dict.fromkeys(codes, slot))

    def _number(self, slot: int) -> int:
        return self._opened - 1 - (self._opened - 1 - slot) % self._most

    def _likely(self, weights: Weights, slots: Numbers) -> dict[int, list[int]]:
        """Return for each post the events on the shelves that share most with it, if that may be enough."""
        rows, columns, ways = np.nonzero(slots >= 0)
        if not len(rows):
            return {}
        keys = rows * self._most + slots[rows, columns, ways]
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        sums = np.add.reduceat(weights[rows, columns][order], first)
        enough = np.flatnonzero(sums >= ENOUGH)
        found: dict[int, list[int]] = {}
        for at in enough[np.argsort(-sums[enough], kind="stable")].tolist():
            row, slot = divmod(int(keys[first[at]]), self._most)
            events = found.setdefault(row, [])
            if len(events) < CLOSEST:
                events.append(slot)
        return found


def _wide(codes: Codes) -> npt.NDArray[np.uint64]:
    return codes.astype(np.uint64)
