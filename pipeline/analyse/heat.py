"""How much attention an event has now, from 0 to 100 (DOMAIN §2.8): who says it counts nothing, how many say it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import log, log1p
from typing import Final, NamedTuple

from pipeline.model import AnalysedPost, GateStatus, Kind, Post, SourceClass

HALF_LIFE: Final = timedelta(hours=6)
HALF_WAY: Final = 30.0  # the sum at which heat is 50
COMMENT: Final = 0.5
POST: Final = 1.0
NEWS: Final = {SourceClass.NEWS_LOCAL: 2.0, SourceClass.NEWS_PROVINCE: 4.0, SourceClass.NEWS_CENTRAL: 8.0}

_ASIDES = frozenset({Kind.COMMENT, Kind.REPLY})


class Term(NamedTuple):
    """What one text, with all its near duplicates, adds; the four factors are those of the formula."""

    cluster: str
    source: float
    interaction: float
    voices: float
    freshness: float

    @property
    def weight(self) -> float:
        return self.source * self.interaction * self.voices * self.freshness


class Heat(NamedTuple):
    """The heat of an event at one moment, and what it is made of, the heaviest term first."""

    terms: tuple[Term, ...]

    @property
    def total(self) -> float:
        """The S of the formula."""
        return sum(term.weight for term in self.terms)

    @property
    def value(self) -> float:
        """From 0 to just below 100."""
        return 100 * self.total / (self.total + HALF_WAY)

    def lines(self) -> list[str]:
        """Return how the value came about, in words for people."""
        summed = f"热度 {self.value:.2f} = 100 × {self.total:.3f} / ({self.total:.3f} + {HALF_WAY:g})"
        return [summed, *map(_line, self.terms)]


def heat(docs: Iterable[AnalysedPost], now: datetime) -> Heat:
    """Return the heat of an event that consists of *docs*, in any order, as of *now*.

    Of each author the first post with a text counts, whatever he repeats; posts without an author are one voice for
    each text. Our own accounts and spam add nothing.
    """
    texts: defaultdict[str, list[AnalysedPost]] = defaultdict(list)
    for doc in docs:
        if source_weight(doc):
            texts[doc.cluster.id if doc.cluster else doc.post.id].append(doc)
    terms = [_term(cluster, same, now) for cluster, same in texts.items()]
    return Heat(tuple(sorted(terms, key=lambda term: (-term.weight, term.cluster))))


def source_weight(doc: AnalysedPost) -> float:
    """Return what one plain post of this source counts; 0 for our own accounts and for spam."""
    post = doc.post
    spam = doc.gate is not None and doc.gate.status is GateStatus.SPAM
    if spam or post.account or post.kind is Kind.ANSWER or post.source.class_ is SourceClass.OFFICIAL:
        return 0.0
    return COMMENT if post.kind in _ASIDES else NEWS.get(post.source.class_, POST)


def _term(cluster: str, same: Sequence[AnalysedPost], now: datetime) -> Term:
    firsts = _first_of_each_author(same)
    age = max(timedelta(0), now - max(doc.post.at for doc in firsts))
    return Term(
        cluster,
        source=max(source_weight(doc) for doc in firsts),
        interaction=1 + log1p(sum(_answers(doc.post) for doc in firsts)),
        voices=1 + log(len(firsts)),
        freshness=0.5 ** (age / HALF_LIFE),
    )


def _first_of_each_author(same: Sequence[AnalysedPost]) -> list[AnalysedPost]:
    firsts: dict[str | None, AnalysedPost] = {}
    for doc in sorted(same, key=lambda doc: (doc.post.at, doc.post.id)):
        firsts.setdefault(doc.post.author.key, doc)
    return list(firsts.values())


def _answers(post: Post) -> float:
    counts = post.engagement
    return 0.4 * (counts.share or 0) + 0.4 * (counts.comment or 0) + 0.2 * (counts.like or 0)


def _line(term: Term) -> str:
    factors = (
        f"信源 {term.source:g} × 互动 {term.interaction:.3f} × 独立作者 {term.voices:.3f} × 时效 {term.freshness:.3f}"
    )
    return f"{term.weight:.3f} = {factors}（{term.cluster}）"
