"""Every way of writing a word in which some of its characters are given as pinyin."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from itertools import product
from math import prod
from pathlib import Path

TABLE = Path(__file__).with_name("pinyin.txt")
MOST = 512


@functools.cache
def _readings() -> Mapping[str, tuple[str, ...]]:
    """Return the syllables of each character, the usual one first."""
    table: dict[str, tuple[str, ...]] = {}
    rows = [line.split(" ") for line in TABLE.read_text(encoding="utf-8").splitlines()]
    for column in (1, 2):
        for row in rows:
            for character in row[column]:
                table[character] = (*table.get(character, ()), row[0])
    return table


def readings(character: str) -> tuple[str, ...]:
    """Return how *character* (in normal form) is read, without tones; nothing for what is no common ideograph."""
    return _readings().get(character, ())


def spellings(word: str) -> tuple[str, ...]:
    """Return *word* (folded) and its forms in pinyin, 讨薪 讨xin taoxin …; at most MOST, the usual readings first.

    Raises ValueError if even one reading a character makes more.
    """
    ways = [(one, *readings(one)) for one in word]
    if prod(map(len, ways)) > MOST:
        ways = [way[:2] for way in ways]
    if prod(map(len, ways)) > MOST:
        raise ValueError(word)
    return tuple(dict.fromkeys(map("".join, product(*ways))))
