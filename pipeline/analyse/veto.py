"""What makes two texts two matters however alike they read: another place, number or date.

"锦湖里4号楼" and "锦湖里14号楼" differ in one character and are two matters. A text that leaves something
out is no contradiction: only where each says what the other does not, in the same breath, they speak of
different things. A number cut in two, or a name that someone mistyped, is no other number and no other place.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias, TypeVar

from pipeline.model import PlaceFinding

Known: TypeAlias = tuple[str | None, ...]

_DIGITS = {digit: str(value) for value, digit in enumerate("零一二三四五六七八九")} | {"两": "2", "〇": "0"}
NUMERALS: Final = frozenset("0123456789零〇一二两三四五六七八九十百千")
_HAN_NUMBER = "[零〇一二两三四五六七八九十百千]+"
_UNITS = (
    "号楼|号院|号线|号门|号|栋|幢|座|单元|室|楼|层|期|弄|届|批|次|版|集|章|季|日|月|年|点|时|分|周|星期|天|小时|"
    "人|名|户|元|块|万|亿|吨|度|路|辆|米|公里|千米|岁|班|年级|%"
)
_NUMBERS = re.compile(
    rf"(?P<parts>\d+(?:[:/.点-]\d+)+)(?P<of>{_UNITS})?|(?P<count>\d+|{_HAN_NUMBER})(?P<unit>{_UNITS})"
    rf"|(?P<ordinal>第)(?P<nth>\d+|{_HAN_NUMBER})|(?P<week>星期|周)(?P<day>[一二三四五六日天])"
)
_NUMBER_BEGINS = re.compile(r"[\d零〇一二两三四五六七八九十百千第星周]")  # a search for one of these is fast
# Each a plain string, which makes the search fast, too.
_PLACES = re.compile(
    "街道|社区|小区|花园|大道|胡同|新村|小学|中学|幼儿园|医院|公园|广场|大厦|市场|路|街|巷|苑|镇|桥|站|弄"
)
_HAN: Final = ("\u4e00", "\u9fff")
# Any road, any station: these name no place. Nor does 走在路 (上): no name has such a character.
_NO_NAME = frozenset(
    "在走认往么至说是的了不到去来上下这那有和与我你他她它从把被给就也都很没要会能可还又再及或等对向过着子大小个每各本该"
)
_COMMON = frozenset(
    "马路 道路 公路 铁路 线路 走路 修路 堵路 上路 一路 过路 网站 车站 城镇 乡镇 天桥 大街 上街 逛街".split()
)


class Number(NamedTuple):
    """What is counted or dated, in what unit, and the letters that stand before and behind."""

    value: str
    unit: str
    before: str
    after: str

    @property
    def name(self) -> tuple[str, str]:
        return self.value, self.unit

    def contradicts(self, other: Number, *, alike: bool) -> bool:
        if self.unit != other.unit or self.value == other.value:
            return False
        if self.value.endswith(other.value) or other.value.endswith(self.value):  # one may be a piece of the other
            return self.before == other.before and (alike or self.after == other.after)
        return _in_place(self, other, alike=alike)


class Place(NamedTuple):
    """The two characters before 小区, 路 and the like, which it is, and the letters that stand around."""

    stem: str
    kind: str
    before: str
    after: str

    @property
    def name(self) -> tuple[str, str]:
        return self.stem, self.kind

    def contradicts(self, other: Place, *, alike: bool) -> bool:
        if self.kind == other.kind and (self.stem[0] == other.stem[0] or self.stem[1] == other.stem[1]):
            return alike
        if not set(self.stem + self.kind).isdisjoint(other.stem) or not set(other.kind).isdisjoint(self.stem):
            return False  # pieces of one name
        return alike or (self.kind == other.kind and _in_place(self, other, alike=False))


class Marks(NamedTuple):
    """What a text names and counts."""

    places: frozenset[Place]
    numbers: frozenset[Number]

    def contradict(self, other: Marks, *, alike: bool) -> bool:
        return _any_contradicts(self.places, other.places, alike) or _any_contradicts(
            self.numbers, other.numbers, alike
        )


M = TypeVar("M", Number, Place)

NOWHERE: Final[Known] = (None,) * 5


def known(place: PlaceFinding | None) -> Known:
    """Return the names that the gazetteer found, level by level."""
    if place is None:
        return NOWHERE
    named = (place.street, place.community, place.facility, place.site, place.road)
    return NOWHERE if named == NOWHERE else named  # one object for the many posts that name no place


def apart(one: Known, other: Known) -> bool:
    """Say whether the gazetteer found another name on some level."""
    if one is NOWHERE or other is NOWHERE:
        return False
    return any(mine and its and mine != its for mine, its in zip(one, other, strict=True))


@functools.lru_cache(256)
def marks(words: str) -> Marks:
    """Return what *words* (normal, with or without punctuation) name and count."""
    return Marks(frozenset(_named(words)), frozenset(_counted(words)))


def contradict(words: str, other: str, alike: bool, /) -> bool:
    """Say whether two texts name places, or count, so that they cannot speak of the same.

    *alike* means that they differ in little else: then one character makes another name. Where they differ
    in much, only what stands between the same letters is compared. ``_veto.c`` does the same many times as fast.
    """
    return marks(words).contradict(marks(other), alike=alike)


def _in_place(one: Number | Place, other: Number | Place, *, alike: bool) -> bool:
    """Say whether one stands where the other does."""
    before, after = one.before == other.before, one.after == other.after
    return before or after if alike else before and after


def _any_contradicts(ours: frozenset[M], theirs: frozenset[M], alike: bool) -> bool:
    unsaid, their_unsaid = _unsaid(ours, theirs), _unsaid(theirs, ours)
    return any(one.contradicts(its, alike=alike) for one in unsaid for its in their_unsaid)


def _unsaid(ours: frozenset[M], theirs: frozenset[M]) -> list[M]:
    said = {mark.name for mark in theirs}
    return [mark for mark in ours if mark.name not in said]


def _named(words: str) -> Iterator[Place]:
    end = 0
    for found in _PLACES.finditer(words):
        start, kind = found.start() - 2, found[0]
        if start < end or not _is_han(words[start]) or not _is_han(words[start + 1]):
            continue
        stem, end = words[start : start + 2], found.end()
        if stem[1] + kind not in _COMMON and _NO_NAME.isdisjoint(stem):
            yield Place(stem, kind, *_around(words, start, end))


def _counted(words: str) -> Iterator[Number]:
    at = 0
    while begun := _NUMBER_BEGINS.search(words, at):
        found = _NUMBERS.match(words, begun.start())
        at = found.end() if found else begun.end()
        if found:
            value = found["parts"] or found["count"] or found["nth"] or found["day"]
            unit = found["of"] or found["unit"] or found["ordinal"] or found["week"] or ""
            yield Number(_in_digits(value), unit, *_around(words, found.start(), at))


def _around(words: str, start: int, end: int) -> tuple[str, str]:
    return words[max(0, start - 1) : start], words[end : end + 1]


def _is_han(letter: str) -> bool:
    first, last = _HAN
    return first <= letter <= last


def _in_digits(number: str) -> str:
    """Return 三 as 3; longer ones (十二) stay as they are written, which is how people repeat them."""
    return "".join(_DIGITS.get(letter, letter) for letter in number)
