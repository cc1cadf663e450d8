"""What makes two texts two matters however alike they read: another place, number or date.

"锦湖里4号楼" and "锦湖里14号楼" differ in one character and are two matters. A text that leaves something
out is no contradiction: only where each says what the other does not, they speak of different things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    rf"\d+[:/.-]\d+(?:[:/.-]\d+)*|(?:\d+|{_HAN_NUMBER})(?:{_UNITS})|第(?:\d+|{_HAN_NUMBER})|(?:星期|周)[一二三四五六日天]"
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


class Marks(NamedTuple):
    """What a text names and counts."""

    places: frozenset[str]
    numbers: frozenset[str]

    def contradict(self, other: Marks) -> bool:
        """Say whether each of the two names a place, or a number, that the other does not."""
        return _apart(self.places, other.places) or _apart(self.numbers, other.numbers)


def marks(normal: str, place: PlaceFinding | None) -> Marks:
    """Return what *normal* names and counts; *place* is what the gazetteer found in it."""
    return Marks(frozenset(_named(normal, place)), frozenset(_counted(normal)))


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one - other) and bool(other - one)


def _named(normal: str, place: PlaceFinding | None) -> Iterator[str]:
    if place:
        yield from (f"{level}={name}" for level in _LEVELS if (name := getattr(place, level)))
    for before, kind in _PLACES.findall(normal):
        if before[1] + kind not in _COMMON and _NO_NAME.isdisjoint(before):
            yield before + kind


def _counted(normal: str) -> Iterator[str]:
    for number in _NUMBERS.findall(normal):
        yield number if number[0].isdigit() else _in_digits(number)


def _in_digits(number: str) -> str:
    """Return 三号楼 as 3号楼; longer ones (十二) stay as they are written, which is how people repeat them."""
    return "".join(_DIGITS.get(letter, letter) for letter in number)
