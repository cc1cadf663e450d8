"""What a text itself counts: dead, injured, people, money."""

from __future__ import annotations

import re
from collections.abc import Iterable

import re2

from pipeline.model import Numbers
from pipeline.text.beside import beside

_N = r"([0-9]+(?:\.[0-9]+)?|[零〇一二两三四五六七八九十百千]+)"
_MORE = "(?:多|余|来|几)?"
_DEATH = "死亡|遇难|身亡|丧生|死了|死|离世|殒命"
_INJURY = "受伤|重伤|轻伤|伤|送医|住院|中毒"
_PERSONS = "人|工友|业主|居民|村民|家长|学生|工人|住户|同事|孩子|老人|乘客|员工|农民工|商户|群众|学员|旅客"
_DIED, _HURT, _PERSON = f"(?:{_DEATH})", f"(?:{_INJURY})", f"(?:个|名|位)?(?:{_PERSONS})"
_DEATHS = (
    re.compile(f"{_DIED}(?:人数)?(?:为|达|了)?{_N}(?:名|个)?人?"),
    re.compile(f"{_N}{_MORE}{_PERSON}?(?:当场|不幸|已经?)?{_DIED}"),
)
_INJURED = (
    re.compile(f"{_HURT}(?:人数)?(?:为|达|了)?{_N}(?:名|个)?人"),
    re.compile(f"{_N}{_MORE}{_PERSON}(?:不同程度|已经?|被|都)?{_HURT}"),
)
_PEOPLE = (re.compile(f"{_N}{_MORE}{_PERSON}"),)
_MONEY = re.compile(rf"{_N}{_MORE}(万|千|百|亿)?{_MORE}(?:元|块钱?|人民币)")
_UNITS = {"十": 10, "百": 100, "千": 1000}
_DIGITS = {one: value for value, one in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SCALE = {"": 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_NOTHING = Numbers()
_MOST = 1_000_000_000_000.0  # a longer row of digits is a number of something else


def _letters(at: int, *words: str) -> str:
    """Return the letters that stand there in some of the *words*."""
    return "".join(dict.fromkeys(word[at] for word in "|".join(words).split("|")))


def _look() -> re2.Set:
    """Return all patterns in one automaton: it tells in one pass which of them are worth a search."""
    look = re2.Set.SearchSet()
    for pattern in _ALL:
        look.Add(pattern.pattern)
    look.Compile()
    return look


# What every pattern needs, and is found in a tenth of the time: what is counted behind a numeral, or one behind what happened.
_NUMERALS = "0123456789零〇一二两三四五六七八九十百千"
_COUNTED = beside(_NUMERALS, "多余来几万千百亿个名位", _letters(0, _DEATH, _PERSONS, "当|不|已|元|块"))
_HAPPENED = beside(_letters(-1, _DEATH.replace("死了|", ""), _INJURY), "人数为达了", _NUMERALS)
_ALL = (*_DEATHS, *_INJURED, *_PEOPLE, _MONEY)
_LOOK = _look()


def count(normal: str) -> Numbers:
    """Return what *normal* counts; of several counts of the same, the highest."""
    found = _LOOK.Match(normal) if _COUNTED.found(normal) or _HAPPENED.found(normal) else None
    if not found:
        return _NOTHING
    there = {_ALL[place] for place in found}
    deaths, injured, people = (
        _highest((pattern for pattern in patterns if pattern in there), normal)
        for patterns in (_DEATHS, _INJURED, _PEOPLE)
    )
    money = _amounts(normal) if _MONEY in there else []
    return Numbers(_whole(deaths), _whole(injured), _whole(people), max(money, default=None))


def _amounts(normal: str) -> list[float]:
    amounts = (_value(found[1]) * _SCALE[found[2] or ""] for found in _MONEY.finditer(normal))
    return [amount for amount in amounts if amount and amount <= _MOST]


def _highest(patterns: Iterable[re.Pattern[str]], text: str) -> float | None:
    values = [_value(found[1]) for pattern in patterns for found in pattern.finditer(text)]
    return max((value for value in values if value <= _MOST), default=None)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _value(written: str) -> float:
    """Return the number in digits or in Chinese numerals: 38, 三十八, 一百零五."""
    if written[0].isdecimal() and written[0].isascii():
        return float(written)
    if not any(one in _UNITS for one in written):
        return float("".join(str(_DIGITS[one]) for one in written))
    total, digit = 0, 0
    for one in written:
        if one in _UNITS:
            total += (digit or 1) * _UNITS[one]
            digit = 0
        else:
            digit = _DIGITS[one]
    return float(total + digit)
