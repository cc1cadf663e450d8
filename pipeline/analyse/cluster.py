"""Say which posts say the same: copied, edited, cut or passed on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import islice
from typing import ClassVar, Final

import msgspec
import numpy as np

from pipeline.analyse.heads import Heads, Said
from pipeline.analyse.keyform import forms, passed_on
from pipeline.analyse.remembered import Row, hashed
from pipeline.analyse.veto import known
from pipeline.model import AnalysedPost, ClusterFinding
from pipeline.text.normal import normal

try:
    from pipeline.analyse._remembered import Remembered, hash_all
except ImportError:  # no compiler where this was installed
    from pipeline.analyse.remembered import Remembered, hash_all

WINDOW: Final = timedelta(hours=72)
MOST: Final = 200_000
_KINDS = ("first", "exact", "near", "repost")
_NUMBER = {kind: number for number, kind in enumerate(_KINDS)}
_NONE = -1  # the cluster of a post that is not judged yet, or keeps the one that it had before


class Clusters:
    """Groups of posts with the same words, whatever was added in passing them on; each post joins the earliest.

    A post is compared with the first post of each cluster, and with the text that one was cut from should it come
    later, so that likeness does not drift from member to member. Another place, number or date keeps apart what
    reads alike. Results do not depend on how posts are cut into batches. A post of a known id, also an edited one,
    keeps its cluster: what was given out is never taken back.

    Memory is bounded by *most*: some 1 KB for each cluster's first post of 140 characters, 0.1 KB for each other.
    """

    name: ClassVar[str] = "cluster"
    needs: ClassVar[tuple[str, ...]] = ("text", "place")

    def __init__(self, window: timedelta = WINDOW, most: int = MOST) -> None:
        self._window_s = window.total_seconds()
        self._names = _Names(most)
        self._heads = Heads(most)
        self._posts = Remembered(most)
        self._headed: dict[str, Said] = {}  # while recalling: the first post of each cluster

    def assign(self, batch: Sequence[AnalysedPost]) -> list[ClusterFinding]:
        """Return the cluster of each post, and remember the post."""
        self._headed.clear()
        found: list[ClusterFinding] = []
        while len(found) < len(batch):
            chunk = self._open(batch[len(found) : len(found) + self._heads.room])
            found += chunk.judged()
            chunk.close()
        return found

    def recall(self, docs: Iterable[AnalysedPost]) -> None:
        """Remember posts that have their clusters already, in the order in which they were assigned.

        A cluster whose first post is not among them is known by the first member that is. May be called again and
        again before the first ``assign``.
        """
        remaining = (doc for doc in docs if doc.cluster)
        while batch := list(islice(remaining, self._heads.room)):
            chunk = self._open(batch)
            for place, doc in enumerate(batch):
                if doc.cluster:
                    chunk.recall(place, doc.cluster, self._headed)
            chunk.close()

    def _open(self, docs: Sequence[AnalysedPost]) -> _Chunk:
        return _Chunk(docs, self._names, self._heads, self._posts, self._window_s)


class _Names:
    """The ids of the *most* clusters that were named last, by number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._names: list[str] = []
        self._given = 0
        self._doubled: set[int] = set()  # those with a second text to compare with

    def __getitem__(self, number: int) -> str | None:
        return self._names[number % self._most] if number >= self._given - self._most else None

    def give(self, names: Sequence[str]) -> range:
        """Return new numbers, under which *names* are found."""
        given = range(self._given, self._given + len(names))
        if given.stop <= self._most:
            self._names += names
        else:
            for number, name in zip(given, names, strict=True):
                self._put(number, name)
        self._given = given.stop
        return given

    def double(self, number: int) -> bool:
        """Say whether the cluster has one text only, and count a second."""
        once = number not in self._doubled
        self._doubled.add(number)
        return once

    def _put(self, number: int, name: str) -> None:
        if number < self._most:
            self._names.append(name)
        else:
            self._names[number % self._most] = name
            self._doubled.discard(number - self._most)


class _Joined(msgspec.Struct, frozen=True, gc=False):
    """The cluster that a post joins: its number, how, and the head that it repeats, if it was compared with one."""

    cluster: int
    kind: str
    likeness: float = 1.0
    head: Said | None = None


class _Chunk:
    """Some posts in their order, and the three memories that they are judged by."""

    def __init__(
        self, docs: Sequence[AnalysedPost], names: _Names, heads: Heads, posts: Remembered, window_s: float
    ) -> None:
        self._docs, self._names, self._heads, self._posts, self._window_s = docs, names, heads, posts, window_s
        self._called = [doc.post.id for doc in docs]
        self._normals = [doc.text.normal if doc.text else normal(doc.body()) for doc in docs]
        self._at = [doc.post.at.timestamp() for doc in docs]
        self._places = [known(doc.place) for doc in docs]
        formed = forms(self._normals)
        self._words = formed.words
        self._hashes = np.empty(len(docs), np.uint64), formed.keys
        hash_all(self._called, self._hashes[0])
        self._ids, self._keys = (hashes.tolist() for hashes in self._hashes)
        self._known, self._copied, told = posts.look_up(*self._hashes)
        self._doubtful = {*told, *heads.meet(formed.traces, self._words, self._places, self._at)}
        self._doubtful.update(place for place, words in enumerate(self._words) if not words)  # all others are first
        # What is remembered of each post: a first of its cluster, unless something else is found out.
        self._clusters, self._kinds = [_NONE] * len(docs), [_NUMBER["first"]] * len(docs)
        self._likeness, self._foremost = [1.0] * len(docs), [True] * len(docs)
        self._kept = 0  # how many have their clusters
        self._mine: dict[int, int] = {}  # where they are, by id; only those that others may share
        self._by_words: dict[int, int] = {}  # the foremost
        self._told = 0  # how many of the first ones are all among these
        self._saying: tuple[int, Said] | None = None

    def judged(self) -> list[ClusterFinding]:
        """Return the cluster of each post, and remember the posts."""
        found = list(map(ClusterFinding, self._called))
        start = 0
        for place in sorted(self._doubtful):
            self._firsts(start, place)
            found[place] = self._judged(place)
            start = place + 1
        self._firsts(start, len(found))
        return found

    def _firsts(self, start: int, stop: int) -> None:
        """Make new clusters for the posts from *start* to *stop*, and remember them."""
        if start < stop:
            numbers = self._names.give(self._called[start:stop])
            self._clusters[start:stop] = numbers
            self._heads.add_all(start, numbers)
            self._kept += stop - start

    def _judged(self, place: int) -> ClusterFinding:
        """Return the cluster of the post at *place*, and remember it."""
        row = self._row_of(self._ids[place], self._known[place])
        if row is not None and (name := self._names[row.cluster]) is not None:
            return ClusterFinding(name, _KINDS[row.kind], round(row.likeness, 4))
        speaks = self._speaks(place)
        copied = self._row_saying(place) if speaks else None
        joined = self._joined(place, copied) if speaks else self._original(place)
        if joined is None:
            name = self._called[place]
            self._remember(place, _Joined(self._names.give([name])[0], "first"), head=True, foremost=speaks)
            return ClusterFinding(name)
        fuller = joined.head is not None and self._fuller(place, joined.head)
        self._remember(place, joined, head=fuller, foremost=speaks and copied is None)
        return ClusterFinding(self._names[joined.cluster] or "", joined.kind, joined.likeness)

    def recall(self, place: int, finding: ClusterFinding, headed: dict[str, Said]) -> None:
        """Remember the post at *place* with its *finding*; *headed* has the first of each cluster so far."""
        head = headed.get(finding.id)
        number = self._names.give([finding.id])[0] if head is None else head.cluster
        if head is None:
            headed[finding.id] = msgspec.structs.replace(self._said(place), cluster=number)
            first = True
        else:
            first = finding.kind in ("near", "repost") and self._fuller(place, head)
        foremost = self._speaks(place) and (finding.kind == "first" or self._row_saying(place) is None)
        self._remember(place, _Joined(number, finding.kind, finding.similarity), head=first, foremost=foremost)

    def close(self) -> None:
        """Let later chunks find what this one brought."""
        self._heads.settle()
        self._posts.keep(*self._hashes, self._at, self._clusters, self._kinds, self._likeness, self._foremost)

    def _joined(self, place: int, copied: Row | None) -> _Joined | None:
        """Return the cluster that a post joins, if it is not the first of its own; *copied* says the same words."""
        if copied and abs(self._at[place] - copied.at) <= self._window_s and self._names[copied.cluster] is not None:
            return _Joined(copied.cluster, self._passed_on(place) or "exact")
        return self._alike(place)

    def _alike(self, place: int) -> _Joined | None:
        met = self._heads.heads(place) if self._words[place] else []
        if not met:
            return None
        said = self._said(place)
        named = [(head.at, -both, name, head) for both, head in met if (name := self._names[head.cluster]) is not None]
        if len(named) > 1:
            named.sort(key=lambda one: one[:3])  # the earliest, in whatever order they came
        for *_, head in named:
            share = said.share(head) if abs(said.at - head.at) <= self._window_s else 0.0
            if share and not said.contradicts(head, share):
                return _Joined(head.cluster, self._passed_on(place) or "near", round(share, 4), head)
        return None

    def _original(self, place: int) -> _Joined | None:
        """Return the cluster of what a post without words passes on."""
        repost_of = self._docs[place].post.thread.repost_of
        if not repost_of:
            return None
        id_ = hashed(repost_of)
        for earlier in range(self._told, place):  # it may be one of the firsts, too
            if self._clusters[earlier] != _NONE:
                self._mine[self._ids[earlier]] = earlier
        self._told = place
        row = self._row_of(id_, self._posts.by_id(id_))
        return _Joined(row.cluster, "repost") if row and self._names[row.cluster] is not None else None

    def _remember(self, place: int, joined: _Joined, *, head: bool, foremost: bool) -> None:
        if head and self._words[place]:
            self._heads.add(place, joined.cluster)
        self._clusters[place], self._kinds[place] = joined.cluster, _NUMBER[joined.kind]
        self._likeness[place], self._foremost[place] = joined.likeness, foremost
        self._mine[self._ids[place]] = place
        if foremost:
            self._by_words[self._keys[place]] = place
        self._kept += 1

    def _row_saying(self, place: int) -> Row | None:
        """Return the foremost post with the same words as the one at *place*."""
        mine = self._by_words.get(self._keys[place])
        return self._row_at(self._copied[place]) if mine is None else self._row(mine)

    def _row_of(self, id: int, place: int) -> Row | None:
        mine = self._mine.get(id)
        return self._row_at(place) if mine is None else self._row(mine)

    def _row(self, place: int) -> Row:
        return Row(self._at[place], self._clusters[place], self._kinds[place], self._likeness[place])

    def _row_at(self, place: int) -> Row | None:
        if place < 0 or self._posts.replaced(place, self._kept):
            return None
        return Row(*self._posts.row(place))

    def _fuller(self, place: int, head: Said) -> bool:
        return self._said(place).fuller(head) and self._names.double(head.cluster)

    def _said(self, place: int) -> Said:
        if self._saying is None or self._saying[0] != place:
            self._saying = place, Said(self._words[place], self._places[place], self._at[place])
        return self._saying[1]

    def _passed_on(self, place: int) -> str:
        told = self._docs[place].post.thread.repost_of or passed_on(self._normals[place])
        return "repost" if told else ""

    def _speaks(self, place: int) -> bool:
        """Say whether it has words of its own: pictures, and reposts saying 转发微博, are not copies of each other."""
        if self._words[place]:
            return True
        return not self._docs[place].post.thread.repost_of and bool(self._normals[place].strip())
