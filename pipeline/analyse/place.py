"""Which place of ours a text speaks about, from its words alone; where the author is, is never asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.analyse import elsewhere
from pipeline.analyse.bounds import holds, is_whole, latin_alone
from pipeline.analyse.cues import Reading
from pipeline.analyse.names import CITY, DISTRICT, OUTSIDE, Name, Sure, names
from pipeline.directory import Directory, Place
from pipeline.model import PlaceFinding, PlaceStatus, Reason
from pipeline.text.automaton import automaton

_SURE, _BY_CITY, _ALONE, _CANDIDATE, _CONTRASTED = 0.95, 0.85, 0.5, 0.4, 0.6
_BY_NAME = {Sure.FULL: 0.9, Sure.SHORT: 0.7, Sure.LOCAL: _CANDIDATE, Sure.COMMON: _CANDIDATE}
_TOLD_MOST = 40  # names told as reasons, and looked at: a list of every street says no more after these
_READ_MOST = 2000
_NEAR_CITY = 1  # characters between the city and our street: 澄州市的湖东街道
# After an everyday word these say that a place is meant: 和平这边, 和平一带.
_AROUND = (
    "这边",
    "这片",
    "这一片",
    "这一带",
    "那边",
    "那片",
    "那一带",
    "一带",
    "片区",
    "附近",
    "这里",
    "这儿",
    "全片",
    "小区",
    "社区",
)
# Whoever is from there, or comes from there, does not say that it happened there.
_PEOPLE = ("业主", "居民", "村民", "住户", "老乡", "邻居", "朋友", "商户", "家长", "住的", "人在", "人到", "人去")
_WHOSE_PEOPLE = tuple(of + who for of in ("的", "") for who in _PEOPLE)
_LIVES = ("住", "住在", "家在", "家住", "从", "路过", "途经", "经过", "离开", "来自", "户籍", "老家", "搬到", "搬离")


class Named(NamedTuple):
    """A name in the text and the places it may mean: several if two of ours share it."""

    start: int
    end: int
    places: tuple[Place, ...]
    kind: str
    sure: Sure

    @property
    def place(self) -> Place | None:
        return self.places[0] if self.places else None


_NOWHERE = PlaceFinding()


class Gazetteer:
    """All names of the directory in one automaton; where two overlap, the longest wins.

    A street named without anything else of ours may be another district's street of that name: it is told with its
    candidate and a low confidence, and the status stays unknown. So is what every district has (三小).
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._chains = {place.id: directory.around(place) for place in directory.places}
        meanings: dict[str, list[Name]] = defaultdict(list)
        for name in names(directory):
            meanings[name.word].append(name)
        self._words = sorted(meanings)
        self._meanings = [meanings[word] for word in self._words]
        self._whole = [is_whole(word) for word in self._words]
        self._automaton = automaton(self._words)

    def find(self, reading: Reading) -> PlaceFinding:
        hits = self._automaton.find(reading.squeezed)
        if not hits:
            return _NOWHERE
        named = self._named(reading, hits[:_READ_MOST])
        others = [one for one in named if one.kind == OUTSIDE]
        ours = [one for one in named if one.kind != OUTSIDE]
        kept = [one for one in ours if not self._of_others(reading, one, named)]
        there = [one for one in others if not elsewhere.passing(reading.squeezed, one.start, one.end)]
        if not any(one.kind != CITY for one in kept) and (there or len(kept) < len(ours)):
            taken = [one for one in ours if one not in kept]
            sure = min((one.sure for one in there), default=Sure.FULL)
            return PlaceFinding(
                PlaceStatus.OUT_OF_TERRITORY, confidence=_BY_NAME[sure], why=_why(reading, [*there, *taken])
            )
        if not kept:
            return _NOWHERE
        return self._located(reading, self._resolved(kept), contrasted=len(others) > len(there))

    def _named(self, reading: Reading, hits: Sequence[tuple[int, int, int]]) -> list[Named]:
        """Return the names that stand there for themselves, in the order of the text."""
        taken = bytearray(len(reading.squeezed))
        found: list[Named] = []
        for start, end, number in sorted(hits, key=_longest_first):
            if any(taken[start:end]) or not self._stands(reading, start, end, number):
                continue
            taken[start:end] = b"\1" * (end - start)
            meanings = self._meanings[number]
            places = tuple(name.place for name in meanings if name.place is not None)
            found.append(Named(start, end, places, meanings[0].kind, meanings[0].sure))
        found.sort()
        return [one for one in found if one.sure is not Sure.COMMON or _meant(reading.squeezed, one, found)][
            :_TOLD_MOST
        ]

    def _stands(self, reading: Reading, start: int, end: int, number: int) -> bool:
        word, meaning = self._words[number], self._meanings[number][0]
        if word.isascii():
            return latin_alone(reading, start, end)
        return holds(reading, start, end, meaning.sure, whole=self._whole[number])

    def _of_others(self, reading: Reading, one: Named, named: Sequence[Named]) -> bool:
        """Say whether a name beside *one* makes it a place of another territory: 海榆市湖东街道, 湖东街道(海榆市)."""
        if one.kind == CITY:
            return False
        squeezed, loose = reading.squeezed, one.kind == "street" or one.sure < Sure.SHORT
        for other in named:
            if other.kind == OUTSIDE and (
                elsewhere.reaches(squeezed, other.start, other.end, one.start, loose=loose)
                or (one.end == other.start and _opens(reading, one.end))
            ):
                return True
        ends = {other.end for other in named if other is not one}
        return elsewhere.foreign(squeezed, one.start, ends)

    def _resolved(self, named: Sequence[Named]) -> list[Named]:
        """Return the names with what is around them put to use: of two places of one name, the one nearer to the others."""
        if not any(len(one.places) > 1 for one in named):
            return list(named)
        return [one if len(one.places) < 2 else one._replace(places=self._chosen(one, named)) for one in named]

    def _chosen(self, one: Named, named: Sequence[Named]) -> tuple[Place, ...]:
        for place in one.places:  # a street and a place in it that share a name: the street
            if all(place in self._chains[other.id] for other in one.places):
                return (place,)
        around = {
            near.id
            for other in named
            if other is not one and len(other.places) == 1
            for near in self._chains[other.places[0].id]
        }
        fitting = tuple(place for place in one.places if any(near.id in around for near in self._chains[place.id]))
        return fitting or one.places

    def _located(self, reading: Reading, ours: Sequence[Named], *, contrasted: bool) -> PlaceFinding:
        places = sorted((one for one in ours if one.place), key=lambda one: self._rank(reading.squeezed, one))
        anchored = any(one.kind == DISTRICT for one in ours)
        if not places and not anchored:
            return _NOWHERE
        confidence = self._confidence(places, ours, anchored=anchored, contrasted=contrasted)
        known = anchored or confidence > _ALONE
        return PlaceFinding(
            status=PlaceStatus.KNOWN if known else PlaceStatus.UNKNOWN,
            district=self._directory.territory.name if known else None,
            confidence=round(confidence / max(1, self._streets(places)), 2),
            why=_why(reading, ours),
            **self._levels(places),
        )

    def _rank(self, squeezed: str, one: Named) -> tuple[bool, bool, bool, int]:
        """The matter's place first: not where people are from, nothing doubtful, no whole street; then the first named."""
        return (
            squeezed.startswith(_WHOSE_PEOPLE, one.end) or squeezed.endswith(_LIVES, max(0, one.start - 2), one.start),
            one.sure < Sure.SHORT,
            one.kind == "street",
            one.start,
        )

    def _levels(self, places: Sequence[Named]) -> dict[str, str]:
        """Return the name at each level: of the matter's place, of what is around it, and of others that agree with it."""
        levels: dict[str, str] = {}
        if (
            places
            and places[0].kind == "road"
            and (street := next((one for one in places if one.kind == "street"), None))
        ):
            levels |= {place.kind: place.name for place in self._chains[street.places[0].id]}  # a road has two ends
        for one in places:
            chains = [{place.kind: place.name for place in reversed(self._chains[place.id])} for place in one.places]
            chain = {kind: name for kind, name in chains[0].items() if all(other.get(kind) == name for other in chains)}
            if (
                chain.get("street", levels.get("street")) == levels.get("street", chain.get("street"))
                or one is places[0]
            ):
                for kind, name in chain.items():
                    levels.setdefault(kind, name)
        return levels

    def _confidence(self, places: Sequence[Named], ours: Sequence[Named], *, anchored: bool, contrasted: bool) -> float:
        if anchored:
            return _SURE if places else _BY_NAME[Sure.FULL]
        best = max((_BY_NAME[one.sure] for one in places if one.kind != "street"), default=0.0)
        if best > _ALONE:
            return best
        if any(_beside(city, one) for city in ours if city.kind == CITY for one in places):
            return _BY_CITY
        if any(self._agree(one, other) for one in places for other in places):
            return _BY_CITY
        if contrasted and any(one.sure is Sure.FULL for one in places):
            return _CONTRASTED
        return _ALONE if any(one.kind == "street" for one in places) else best

    def _agree(self, one: Named, other: Named) -> bool:
        """Say whether *other* stands for a place inside the one that *one* names: 湖东街道 and 三小."""
        inner, outer = other.places[0], one.places[0]
        return inner.id != outer.id and outer in self._chains[inner.id]

    def _streets(self, places: Sequence[Named]) -> int:
        """Return how many streets are in question."""
        if places and places[0].kind == "road" and any(one.kind == "street" for one in places):
            return len({one.places[0].id for one in places if one.kind == "street"})
        streets = {
            around.id
            for one in places
            for place in one.places
            for around in self._chains[place.id]
            if around.kind == "street"
        }
        return len(streets)


def _longest_first(hit: tuple[int, int, int]) -> tuple[int, int]:
    return hit[0] - hit[1], hit[0]


def _meant(squeezed: str, one: Named, found: Iterable[Named]) -> bool:
    """Say whether an everyday word is meant as a place: right behind a name of ours, or before 这边, 一带.

    One that may be another territory is meant right before a name of ours.
    """
    if one.kind == OUTSIDE:
        return any(other.start == one.end and other.kind != OUTSIDE for other in found)
    if squeezed.startswith(_AROUND, one.end):
        return True
    return any(
        other.end == one.start and other.kind in (DISTRICT, CITY, "street") for other in found if other is not one
    )


def _beside(city: Named, one: Named) -> bool:
    return 0 <= one.start - city.end <= _NEAR_CITY


def _opens(reading: Reading, at: int) -> bool:
    """Say whether a bracket opens right before place *at* of the squeezed text."""
    return reading.normal[reading.offsets[at] - 1] == "("


def _why(reading: Reading, named: Sequence[Named]) -> tuple[Reason, ...]:
    return tuple(_reasons(reading, named))


def _reasons(reading: Reading, named: Sequence[Named]) -> Iterator[Reason]:
    for start, end, sure in dict.fromkeys((one.start, one.end, one.sure) for one in named):
        yield Reason(reading.squeezed[start:end], _BY_NAME[sure], reading.offsets[start], reading.offsets[end - 1] + 1)
