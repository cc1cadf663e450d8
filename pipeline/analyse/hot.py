"""What people speak about now: the events of some posts, each with a title, its heat, its posts and its voices."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import sqrt
from typing import Final, NamedTuple

import numpy as np

from pipeline.analyse.heat import Heat, heat
from pipeline.analyse.terms import KEPT, OPENING, cut, terms
from pipeline.model import AnalysedPost, withheld
from pipeline.text.normal import normal, squeeze_batch

READ: Final = 50  # posts of an event that its title is taken from, the earliest
WORDS: Final = 3  # of a title, besides the place
LONGEST: Final = 12  # characters of one of them
SEALED: Final = "（内容封存）"

_PLACES = ("community", "facility", "site", "road", "street")


class HotEvent(NamedTuple):
    """An event as of one moment; *authors* are distinct pseudonyms, so people who gave none are not counted."""

    id: str
    title: str
    heat: Heat
    posts: int
    authors: int
    since: datetime
    until: datetime


def hottest(docs: Iterable[AnalysedPost], now: datetime, most: int = 20) -> list[HotEvent]:
    """Return the events of *docs*, the hottest first; a post without an event is left out."""
    events: defaultdict[str, list[AnalysedPost]] = defaultdict(list)
    for doc in docs:
        if doc.event:
            events[doc.event.id].append(doc)
    heats = {event: heat(told, now) for event, told in events.items()}
    first = sorted(events, key=lambda event: (-heats[event].total, event))[:most]
    return [_described(event, events[event], heats[event]) for event in first]


def title(docs: Sequence[AnalysedPost]) -> str:
    """Return the place and the words that set an event apart; nothing of a withheld post is quoted."""
    told = sorted((doc for doc in docs if not withheld(doc)), key=lambda doc: (doc.post.at, doc.post.id))[:READ]
    if not told:
        return SEALED
    words = _words(told)
    places = Counter(name for doc in told if (name := _place(doc)))
    place = places.most_common(1)[0][0] if places else ""
    if place and not any(place in word or word in place for word in words):
        words.insert(0, place)
    return " ".join(words) or _opening(told[0])[:LONGEST]


def _described(event: str, docs: Sequence[AnalysedPost], warmth: Heat) -> HotEvent:
    times = [doc.post.at for doc in docs]
    authors = {doc.post.author.key for doc in docs} - {None}
    return HotEvent(event, title(docs), warmth, len(docs), len(authors), min(times), max(times))


def _place(doc: AnalysedPost) -> str | None:
    return next((name for level in _PLACES if (name := getattr(doc.place, level, None))), None)


def _words(docs: Sequence[AnalysedPost]) -> list[str]:
    """Return the heaviest words of the opening that says most of what the posts have in common, in its order."""
    weights = _common(docs)
    runs = max((_runs(_opening(doc), weights) for doc in docs), key=lambda runs: sum(weight for *_, weight in runs))
    heaviest = sorted(sorted(runs, key=lambda run: -run[2])[:WORDS])
    return [word for _, word, _ in heaviest]


def _common(docs: Sequence[AnalysedPost]) -> dict[int, float]:
    """Return the terms that at least half of the posts have, and what each weighs."""
    normals = [doc.text.normal if doc.text else normal(doc.body()) for doc in docs]
    found = terms(normals, [len(doc.post.title) for doc in docs])
    kept = found.weights > 0
    codes, owners = np.unique(found.terms[kept], return_inverse=True)
    times = np.bincount(owners, minlength=len(codes))
    heaviest = np.zeros(len(codes))
    np.maximum.at(heaviest, owners, found.weights[kept])
    often = (times >= min(2, len(docs))) & (times * 2 >= len(docs))
    return {
        int(code): float(weight) * sqrt(count)
        for code, weight, count in zip(codes[often], heaviest[often], times[often], strict=True)
    }


def _opening(doc: AnalysedPost) -> str:
    text = doc.post.title or doc.post.text
    ((letters, _),) = squeeze_batch([normal(text[: KEPT + OPENING])])
    return letters


def _runs(letters: str, weights: dict[int, float]) -> list[tuple[int, str, float]]:
    """Return the stretches of *letters* that are made of these terms: where each begins, its words, its weight."""
    carried = np.zeros(len(letters) + 1)
    pieces = cut([letters])
    for code, start, length in zip(pieces.hashes.tolist(), pieces.starts, pieces.lengths, strict=True):
        carried[start : start + length] = np.maximum(carried[start : start + length], weights.get(code, 0.0))
    runs, start = [], 0
    for end, weight in enumerate(carried.tolist()):
        if weight == 0 or end - start == LONGEST:
            if end - start > 1:
                runs.append((start, letters[start:end], float(carried[start:end].sum())))
            start = end if weight else end + 1
    return runs
