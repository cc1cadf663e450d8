"""Which place of ours a text speaks about, from its words alone; where the author is, is never asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from daachorse import MATCH_KIND_LEFTMOST_LONGEST, CharwiseDoubleArrayAhoCorasick

from pipeline.analyse.cues import Reading
from pipeline.directory import Directory, Place
from pipeline.model import PlaceFinding, PlaceStatus, Reason
from pipeline.text.normal import folded

_DISTRICT, _OUTSIDE = "district", "outside"
_SURE, _FULL_NAME, _ALIAS, _ALONE = 0.95, 0.9, 0.7, 0.5
# Right after a name these make another name of it: 湖东 in 湖东新区 of elsewhere.
_GOES_ON = ("省", "州", "市", "县")
_QUALIFIES = 12  # characters within which a name of another territory qualifies a name of ours


class Named(NamedTuple):
    """A name in the text and the place it may mean."""

    start: int
    end: int
    place: Place | None
    kind: str
    full: bool


class Gazetteer:
    """All names of the directory in one automaton; the longest name at a place wins.

    A street named without anything else of ours may be another district's street of that name: it is
    told with its candidate and a low confidence, and the status stays unknown.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._names: dict[str, list[tuple[Place | None, str, bool]]] = defaultdict(list)
        territory = directory.territory
        for alias in (territory.name, territory.city, *territory.aliases):
            self._add(alias, None, _DISTRICT, full=alias != territory.city)
        for outside in directory.outside:
            self._add(outside, None, _OUTSIDE, full=True)
        for place in directory.places:
            for alias in (place.name, *place.aliases):
                self._add(alias, place, place.kind, full=alias == place.name)
        self._words = sorted(self._names)
        self._automaton = CharwiseDoubleArrayAhoCorasick(self._words, MATCH_KIND_LEFTMOST_LONGEST)

    def find(self, reading: Reading) -> PlaceFinding:
        named = self._named(reading.squeezed)
        if not named:
            return PlaceFinding()
        ours = [one for one in named if one.kind != _OUTSIDE]
        outside = [one for one in named if one.kind == _OUTSIDE]
        if outside and not self._still_ours(ours, outside):
            return PlaceFinding(PlaceStatus.OUT_OF_TERRITORY, confidence=_FULL_NAME, why=_why(reading, outside))
        if not ours:
            return PlaceFinding()
        return self._located(reading, ours)

    def _add(self, name: str, place: Place | None, kind: str, *, full: bool) -> None:
        if word := folded(name):
            self._names[word].append((place, kind, full))

    def _named(self, squeezed: str) -> list[Named]:
        return [
            Named(start, end, place, kind, full)
            for start, end, index in self._automaton.find(squeezed)
            for place, kind, full in self._names[self._words[index]]
            if kind == _OUTSIDE or not squeezed.startswith(_GOES_ON, end)
        ]

    def _still_ours(self, ours: Sequence[Named], outside: Sequence[Named]) -> bool:
        """Say whether a name of ours stands that no name of another territory qualifies (海榆市湖东街道)."""
        return any(
            all(not other.end <= one.start <= other.end + _QUALIFIES for other in outside)
            and (one.kind != "street" or one.full)
            for one in ours
        )

    def _located(self, reading: Reading, ours: Sequence[Named]) -> PlaceFinding:
        places = [one for one in ours if one.place is not None]
        anchored = any(one.kind == _DISTRICT and one.full for one in ours)
        inner = [one for one in places if one.kind != "street"]
        known = anchored or bool(inner)
        chosen = self._levels(inner or places, places)
        return PlaceFinding(
            status=PlaceStatus.KNOWN if known else PlaceStatus.UNKNOWN,
            district=self._directory.territory.name if known else None,
            confidence=self._confidence(places, chosen, anchored=anchored) if known or places else 0.0,
            why=_why(reading, ours),
            **chosen,
        )

    def _levels(self, innermost: Sequence[Named], places: Sequence[Named]) -> dict[str, str]:
        """Return the name at each level: of what is named, and of what is around it."""
        levels: dict[str, str] = {}
        for one in (*innermost, *places):
            if one.place is not None:
                for around in self._directory.around(one.place):
                    levels.setdefault(around.kind, around.name)
        return levels

    def _confidence(self, places: Sequence[Named], chosen: dict[str, str], *, anchored: bool) -> float:
        if not places:
            return _FULL_NAME
        streets = {
            around.name
            for one in places
            if one.place
            for around in self._directory.around(one.place)
            if around.kind == "street"
        }
        best = _SURE if anchored else _FULL_NAME if any(one.full for one in places) else _ALIAS
        if not anchored and all(one.kind == "street" for one in places):
            best = _ALONE
        return round(best / len(streets), 2) if len(streets) > 1 else best


def _why(reading: Reading, named: Sequence[Named]) -> tuple[Reason, ...]:
    return tuple(
        Reason(reading.squeezed[start:end], 1.0, reading.offsets[start], reading.offsets[end - 1] + 1)
        for start, end in dict.fromkeys((one.start, one.end) for one in named)
    )
