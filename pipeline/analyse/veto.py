"""What makes two texts two matters however alike they read: another place, number or date.

"锦湖里4号楼" and "锦湖里14号楼" differ in one character and are two matters. A text that leaves something
out is no contradiction: only where each says what the other does not, in the same breath, they speak of
different things. A number cut in two, or a name that someone mistyped, is no other number and no other place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.model import PlaceFinding

_LEVELS = ("street", "community", "facility", "site", "road")
_DIGITS = {digit: str(value) for value, digit in enumerate("零一二三四五六七八九")} | {"两": "2", "〇": "0"}
_HAN_NUMBER = "[零〇一二两三四五六七八九十百千]+"
_UNITS = (
    "号楼|号院|号线|号门|号|栋|幢|座|单元|室|楼|层|期|弄|届|批|次|版|集|章|季|日|月|年|点|时|分|周|星期|天|小时|"
    "人|名|户|元|块|万|亿|吨|度|路|辆|米|公里|千米|岁|班|年级|%"
)
_NUMBERS = re.compile(
    rf"(?P<parts>\d+[:/.-]\d+(?:[:/.-]\d+)*)(?P<of>{_UNITS})?|(?P<count>\d+|{_HAN_NUMBER})(?P<unit>{_UNITS})"
    rf"|(?P<ordinal>第)(?P<nth>\d+|{_HAN_NUMBER})|(?P<week>星期|周)(?P<day>[一二三四五六日天])"
)
_HAN = "[\u4e00-\u9fff]"
_PLACES = re.compile(
    rf"({_HAN}{{2}})(街道|社区|小区|花园|大道|胡同|新村|小学|中学|幼儿园|医院|公园|广场|大厦|市场|[路街巷苑镇桥站弄])"
)
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

    def contradicts(self, other: Number) -> bool:
        if self.unit != other.unit or self.value == other.value:
            return False
        if self.value.endswith(other.value) or other.value.endswith(self.value):  # one may be a piece of the other
            return self.before == other.before
        return self.before == other.before or self.after == other.after


class Place(NamedTuple):
    """The two characters before 小区, 路 and the like, and which it is."""

    stem: str
    kind: str

    def contradicts(self, other: Place, *, alike: bool) -> bool:
        if self.kind == other.kind and (self.stem[0] == other.stem[0] or self.stem[1] == other.stem[1]):
            return alike and self.stem != other.stem
        if not set(self.stem + self.kind).isdisjoint(other.stem) or not set(other.kind).isdisjoint(self.stem):
            return False  # pieces of one name
        return alike or self.kind == other.kind


class Marks(NamedTuple):
    """What a text names and counts; *known* is what the gazetteer found, level by level."""

    places: frozenset[Place]
    numbers: frozenset[Number]
    known: tuple[str | None, ...]

    def contradict(self, other: Marks, *, alike: bool = True) -> bool:
        """Say whether the two texts name places, or count, so that they cannot speak of the same.

        *alike* means that they differ in little else: then one character makes another name.
        """
        if any(one and its and one != its for one, its in zip(self.known, other.known, strict=True)):
            return True
        return any(
            one.contradicts(its, alike=alike)
            for one in self.places - other.places
            for its in other.places - self.places
        ) or any(
            one.contradicts(its)
            for one in _unsaid(self.numbers, other.numbers)
            for its in _unsaid(other.numbers, self.numbers)
        )


def marks(normal: str, place: PlaceFinding | None) -> Marks:
    """Return what *normal* names and counts; *place* is what the gazetteer found in it."""
    known = tuple(getattr(place, level, None) for level in _LEVELS)
    return Marks(frozenset(_named(normal)), frozenset(_counted(normal)), known)


def _unsaid(numbers: Iterable[Number], others: Iterable[Number]) -> list[Number]:
    said = {(number.value, number.unit) for number in others}
    return [number for number in numbers if (number.value, number.unit) not in said]


def _named(normal: str) -> Iterator[Place]:
    for stem, kind in _PLACES.findall(normal):
        if stem[1] + kind not in _COMMON and _NO_NAME.isdisjoint(stem):
            yield Place(stem, kind)


def _counted(normal: str) -> Iterator[Number]:
    for found in _NUMBERS.finditer(normal):
        parts = found["parts"] or found["count"] or found["nth"] or found["day"]
        unit = found["of"] or found["unit"] or found["ordinal"] or found["week"] or ""
        yield Number(
            _in_digits(parts),
            unit,
            normal[max(0, found.start() - 1) : found.start()],
            normal[found.end() : found.end() + 1],
        )


def _in_digits(number: str) -> str:
    """Return 三 as 3; longer ones (十二) stay as they are written, which is how people repeat them."""
    return "".join(_DIGITS.get(letter, letter) for letter in number)
