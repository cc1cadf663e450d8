"""Folding by parts: whether a stretch of an original is written as a word is, as far as a rule wants to be exact."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from itertools import product
from math import prod
from typing import Final

from pipeline.text.normal import folded, normal, squeeze

PARTS: Final = ("width", "case", "trad", "noise")
MOST: Final = 512
_DIGITS: Final = ("0零〇", "1一壹幺", "2二贰两", "3三叁", "4四肆", "5五伍", "6六陆", "7七柒", "8八捌", "9九玖")
_ALIKE: Final = {one: group for group in _DIGITS for one in group}


def partly(text: str, fold: Collection[str]) -> str:
    """Return *text* with only the parts of folding in *fold*; as long as it was, except that noise is gone."""
    kept = "".join(text[place] for place in squeeze(normal(text))[1]) if "noise" in fold else text
    return "".join(_one(character, fold) for character in kept)


def _one(character: str, fold: Collection[str]) -> str:
    if "width" in fold:
        character = _single(unicodedata.normalize("NFKC", character), character)
    if "case" in fold:
        character = _single(character.lower(), character)
    return normal(character) if "trad" in fold and character.isalpha() and not character.isascii() else character


def _single(candidate: str, otherwise: str) -> str:
    return candidate if len(candidate) == 1 else otherwise


class Wording:
    """One way in which a word may be written, ready to be compared with where its folded form was found."""

    __slots__ = ("_fold", "_form", "_lead", "_length")

    def __init__(self, written: str, fold: Collection[str] = ()) -> None:
        """*fold* holds the parts of folding that do not matter; nothing means letter for letter."""
        self._fold = tuple(fold)
        places = squeeze(normal(written))[1]
        whole = "noise" not in self._fold
        self._lead = places[0] if whole and places else 0
        self._length = len(written) if whole else 0
        self._form = partly(written, self._fold)

    def stands(self, original: str, start: int, end: int) -> bool:
        """Say whether it is written from *start* to *end* of *original*, where its letters were found."""
        if self._length:
            start -= self._lead
            end = start + self._length
        return start >= 0 and partly(original[start:end], self._fold) == self._form


def numerals(word: str) -> tuple[str, ...]:
    """Return *word* (folded) with its digits in every script: 12 一二 壹贰 …; if those are too many, in one at a time."""
    ways = [_ALIKE.get(one, one) for one in word]
    if prod(map(len, ways)) <= MOST:
        return tuple(dict.fromkeys([word, *map("".join, product(*ways))]))
    longest = max(map(len, ways))
    uniform = ("".join(way[min(rank, len(way) - 1)] for way in ways) for rank in range(longest))
    return tuple(dict.fromkeys([word, *map(folded, uniform)]))
