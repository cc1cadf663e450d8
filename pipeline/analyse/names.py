"""Every way of writing the names of a directory, and how sure each of them is.

A directory tells each place once or twice; residents write 三小 for 第三小学, 2期 for 二期, and the street without
its 街道. What is derived here never takes a word from a name that the directory itself tells, and what every district
has (三小, 人民医院) or everybody says (和平, 阳光) stands for a place only beside another name of ours.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from pipeline.directory import Directory, Place, Territory
from pipeline.text.normal import folded

COMMON_WORDS = Path(__file__).with_name("common_words.txt")
DISTRICT, CITY, OUTSIDE = "district", "city", "outside"

_LEVEL = re.compile("(?:自治县|新区|林区|特区|[区县市旗省州])$")
_STREET = re.compile("(?:街道办事处|街道办|街道|镇|乡|苏木)$")
_COMMUNITY = re.compile("(?:社区|小区|花园|家园|新村|公寓|村|苑)$")
_ROAD = re.compile("(?:路|街|大道|大街|巷)$")
_NUMBER = re.compile("[0-9]{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]")
_HAN_DIGITS = "零一二三四五六七八九"
_SCHOOLS = {
    "小学": "小", "中学": "中", "高级中学": "中", "幼儿园": "幼", "人民医院": "院",
}  # fmt: skip
_SHORT_SCHOOL = re.compile(
    "(第?)([0-9]{1,3}|[一二三四五六七八九十]{1,3})(小学|中学|高级中学|幼儿园|人民医院|小|中|幼|院)$"
)
_SWAPS = (
    ("菜市场", "菜场"), ("农贸市场", "菜市场"), ("实验小学", "实小"), ("实验中学", "实中"), ("幼儿园", "幼园"),
    ("工地", "项目"), ("项目", "工地"), ("工地", "施工现场"), ("办事大厅", "办事中心"), ("汽车站", "客运站"),
)  # fmt: skip
_FACILITIES = frozenset({"facility", "site"})


class Sure(IntEnum):
    """How much a written form says by itself."""

    COMMON = 0  # an everyday word: only beside another name of ours, or where a place is meant
    LOCAL = 1  # every district has one: a candidate
    SHORT = 2  # an alias, or a short form that is nobody else's
    FULL = 3  # the name


class Name(NamedTuple):
    """One written form (folded) and what it may mean: a place, or the district, its city, another territory."""

    word: str
    place: Place | None
    kind: str
    sure: Sure


def names(directory: Directory) -> list[Name]:
    """Return every form of every name, each meaning once; told names come before derived ones."""
    told = [Name(folded(name.word), *name[1:]) for name in _told(directory)]
    taken = {name.word for name in told}
    derived: dict[str, dict[str, Name]] = defaultdict(dict)
    for name in _derived(directory):
        word = folded(name.word)
        if len(word) > 1 and word not in taken:
            key = name.place.id if name.place else name.kind
            better = derived[word].get(key)
            if better is None or better.sure < name.sure:
                derived[word][key] = name._replace(word=word)
    return [*(name for name in dict.fromkeys(told) if name.word), *_alone(derived, taken)]


def _alone(derived: Mapping[str, Mapping[str, Name]], taken: set[str]) -> Iterator[Name]:
    """Yield derived forms that mean one place; of a street and others of its short name, the street."""
    for meanings in derived.values():
        found = list(meanings.values())
        streets = [name for name in found if name.kind == "street"]
        if len(found) == 1:
            yield found[0]
        elif len(streets) == 1:
            yield streets[0]
        elif all(name.sure is Sure.FULL for name in found):
            yield from found  # the same full name twice: the text around decides


def _told(directory: Directory) -> Iterator[Name]:
    territory = directory.territory
    yield Name(territory.name, None, DISTRICT, Sure.FULL)
    for alias in territory.aliases:
        yield Name(alias, None, DISTRICT, _cautious(alias, Sure.FULL))
    if territory.city:
        yield Name(territory.city, None, CITY, Sure.FULL)
    for outside in directory.outside:
        yield Name(outside, None, OUTSIDE, Sure.FULL)
    for place in directory.places:
        anywhere = place.kind == "road" and is_common(_ROAD.sub("", place.name))
        yield Name(place.name, place, place.kind, Sure.SHORT if anywhere else _cautious(place.name, Sure.FULL))
        for alias in place.aliases:
            if alias != place.name:
                yield Name(alias, place, place.kind, _cautious(alias, Sure.SHORT))


def _derived(directory: Directory) -> Iterator[Name]:
    territory = directory.territory
    if short := _bare(_LEVEL, territory.name):
        yield Name(short, None, DISTRICT, _cautious(short, Sure.FULL))
    for outside in directory.outside:
        if short := _bare(_LEVEL, outside):
            yield Name(short, None, OUTSIDE, _cautious(short, Sure.SHORT))
    for place in directory.places:
        for name in dict.fromkeys((place.name, *place.aliases)):
            sure = Sure.FULL if name == place.name else Sure.SHORT
            yield from (Name(form, place, place.kind, sure) for form in _numbered(name, place.kind))
            yield from (Name(form, place, place.kind, how) for form, how in _forms(place, name, directory))


def _forms(place: Place, name: str, directory: Directory) -> Iterator[tuple[str, Sure]]:
    if place.kind == "street":
        yield from _of_street(name)
    elif place.kind == "community":
        yield from _of_community(place, name, directory)
    elif place.kind in _FACILITIES:
        yield from _of_facility(name, directory.territory, place.kind)


def _of_street(name: str) -> Iterator[tuple[str, Sure]]:
    if base := _bare(_STREET, name):
        yield base, _cautious(base, Sure.SHORT)
        for office in ("街道办", "街办", "办事处"):
            yield base + office, Sure.SHORT


def _of_community(place: Place, name: str, directory: Directory) -> Iterator[tuple[str, Sure]]:
    base = _bare(_COMMUNITY, name)
    if not base:
        return
    begins_others = any(
        other.startswith(base) and not other.startswith(name)
        for one in directory.places
        if one.id != place.id
        for other in (one.name, *one.aliases)
    )
    if not begins_others:
        yield base, _cautious(base, Sure.SHORT)


def _of_facility(name: str, territory: Territory, kind: str) -> Iterator[tuple[str, Sure]]:
    """Yield the name with the district written long, short or not at all, its school or hospital long and short."""
    short = _bare(_LEVEL, territory.name) or territory.name
    head = next((one for one in (territory.name, short) if name.startswith(one) and len(name) > len(one) + 1), "")
    tails = [name[len(head) :]] if head else [name]
    tails += [form for tail in list(tails) for form in _swapped(tail)]
    tails += [form for tail in list(tails) for form in _numbered(tail, kind)]
    for tail in dict.fromkeys(tails):
        if not head:
            yield tail, Sure.FULL
            continue
        yield short + tail, Sure.FULL
        yield territory.name + tail, Sure.FULL
        if _SHORT_SCHOOL.search(tail) or not is_common(tail):
            yield territory.name[-1] + tail, Sure.LOCAL
            yield tail, Sure.COMMON if tail[0].isascii() else Sure.LOCAL


def _swapped(tail: str) -> Iterator[str]:
    """Yield the same thing under its other ending: 第三小学 is 三小, 菜市场 is 菜场."""
    for long, short in _SWAPS:
        if tail.endswith(long):
            yield tail.removesuffix(long) + short
        elif tail.endswith(short):
            yield tail.removesuffix(short) + long
    if found := _SHORT_SCHOOL.search(tail):
        before, number, kind = tail[: found.start()], found[2], found[3]
        for long, short in _SCHOOLS.items():
            if kind in (long, short) and long != "高级中学":
                yield from (f"{before}第{number}{long}", f"{before}{number}{long}", f"{before}{number}{short}")


def _numbered(name: str, kind: str) -> Iterator[str]:
    """Yield *name* with its numbers in the other digits: 二期 and 2期. 五一路 is no 51路, and 3路 is a bus."""
    for found in _NUMBER.finditer(name):
        before, after = name[: found.start()], name[found.end() :]
        if (kind == "road" and not before) or (after and after[0] in _HAN_DIGITS) or before[-1:] in tuple(_HAN_DIGITS):
            continue
        yield before + _other_digits(found[0]) + after


def _other_digits(number: str) -> str:
    if number.isdecimal():
        return _in_han(int(number))
    tens, ten, ones = number.partition("十")
    if not ten:
        return str(_HAN_DIGITS.index(number))
    return str(10 * (_HAN_DIGITS.index(tens) if tens else 1) + (_HAN_DIGITS.index(ones) if ones else 0))


def _in_han(value: int) -> str:
    if value < 10 or value > 99:
        return "".join(_HAN_DIGITS[int(digit)] for digit in str(value))
    tens, ones = divmod(value, 10)
    return f"{_HAN_DIGITS[tens] if tens > 1 else ''}十{_HAN_DIGITS[ones] if ones else ''}"


def _bare(ending: re.Pattern[str], name: str) -> str:
    """Return *name* without what kind of place it is; empty if fewer than two characters would be left."""
    base = ending.sub("", name)
    return base if base != name and len(base) > 1 else ""


def _cautious(word: str, sure: Sure) -> Sure:
    return Sure.COMMON if is_common(word) else sure


def is_common(word: str) -> bool:
    """Say whether *word* is an everyday word of two characters."""
    return word in _common_words()


@functools.cache
def _common_words() -> frozenset[str]:
    lines = COMMON_WORDS.read_text(encoding="utf-8").split()
    return frozenset(line[at : at + 2] for line in lines for at in range(0, len(line), 2))
