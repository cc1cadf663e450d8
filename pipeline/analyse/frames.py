"""Words that count only in company: 倒在 beside a person and a street, never beside a sofa."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from re import _constants as sre_constants  # type: ignore[attr-defined] # the only parser of expressions there is
from re import _parser as sre_parse  # type: ignore[attr-defined]
from typing import Any

import msgspec

from pipeline.errors import Fault, Misconfigured

_WITHIN = 10  # characters to either side
_CLASS = re.compile("<(.+?)>")
_NEVER = re.compile("(?!)")
_PLAIN = re.compile(r"\w+(?:\|\w+)*")
_LOOKS_ROUND = re.compile(r"\(\?[=!<]|\\b|[$^]")  # what it finds hangs on what stands beside it


class Side(IntEnum):
    """Where one of some words stands within the reach of another: on any side or over it, or nowhere."""

    AROUND = 0
    BEFORE = 1
    AFTER = 2
    BESIDE = 3
    ABSENT = 4


Ask = tuple[Side, frozenset[str]]


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the words *at* counts if what it asks for stands *within* so many characters and nothing of *unless*.

    *before* and *after* ask for one of their words on that side, *near* and *also* on either. All words are separated
    by spaces; ``<name>`` means every word of that class. All but *at* are regular expressions.
    """

    at: str
    near: str = ""
    also: str = ""
    before: str = ""
    after: str = ""
    unless: str = ""
    within: int = _WITHIN


class Company:
    """A frame that is ready to be asked."""

    def __init__(self, frame: Frame, classes: Mapping[str, str]) -> None:
        self.within = frame.within
        self._before, self._after = (_any(words, classes) if words else None for words in (frame.before, frame.after))
        self._either = [_any(words, classes) for words in (frame.near, frame.also) if words]
        self._unless = _any(frame.unless, classes) if frame.unless else _NEVER

    def told(self) -> Sequence[Ask] | None:
        """Return which words on which sides tell whether a word keeps this company; None if expressions do."""
        sides = [(Side.BEFORE, self._before), (Side.AFTER, self._after), (Side.ABSENT, self._unless)]
        sides += [(Side.BESIDE, words) for words in self._either]
        asked = [(side, words.pattern) for side, words in sides if words and words is not _NEVER]
        if not all(_PLAIN.fullmatch(pattern) for _, pattern in asked):
            return None
        return [(side, frozenset(pattern.split("|"))) for side, pattern in asked]

    @property
    def asked(self) -> str | None:
        """An expression that finds something around every word that this company keeps; None if there is none."""
        patterns = [words.pattern for words in (self._before, self._after, *self._either) if words]
        plain = [pattern for pattern in patterns if not _LOOKS_ROUND.search(pattern)]
        return min(plain, key=len, default=None)

    def hinted(self) -> Sequence[Ask]:
        """Return words one of which stands around every word that keeps this company, if there are such words."""
        found = hints([self.asked]) if self.asked else None
        return [] if found is None else [(Side.AROUND, found)]

    def keeps(self, squeezed: str, start: int, end: int) -> bool:
        """Say whether the word from *start* to *end* is in the company asked for."""
        first, last = max(0, start - self.within), end + self.within
        if self._before and not self._before.search(squeezed, first, start):
            return False
        if self._after and not self._after.search(squeezed, end, last):
            return False
        for words in self._either:
            if not words.search(squeezed, first, start) and not words.search(squeezed, end, last):
                return False
        return not self._unless.search(squeezed, first, last)


def frames(tree: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str], Company]]:
    """Yield what each frame of a word list says, the words it stands at, and the company it asks for.

    Raises Misconfigured if one asks for a class that is not there.
    """
    classes: Mapping[str, str] = tree.get("words", {})
    for kind, listed in tree.get("frames", {}).items():
        for frame in msgspec.convert(listed, list[Frame]):
            yield kind, frame.at.split(), Company(frame, classes)


def _any(words: str, classes: Mapping[str, str]) -> re.Pattern[str]:
    """Return a pattern of all *words*, those of the classes they name among them."""
    missing = [name for name in _CLASS.findall(words) if name not in classes]
    if missing:
        raise Misconfigured([Fault("words", f"没有这一类词：{missing[0]}", f"no such class of words: {missing[0]}")])
    return re.compile("|".join(_CLASS.sub(lambda named: classes[named[1]], words).split()))


def hints(expressions: Iterable[str]) -> frozenset[str] | None:
    """Return words one of which stands wherever any of *expressions* is found; None if one of them needs none."""
    needed = [_needed(sre_parse.parse(expression)) for expression in expressions]
    return None if None in needed else frozenset(word for words in needed if words for word in words)


def _needed(parsed: Iterable[tuple[object, Any]]) -> frozenset[str] | None:
    """Return the alternatives of what a parsed expression needs most: of a branch all, of a sequence the longest word."""
    best: frozenset[str] | None = None
    run = ""
    for kind, value in [*parsed, (None, None)]:
        if kind is sre_constants.LITERAL:
            run += chr(value)
            continue
        found = [frozenset([run])] if run else []
        run = ""
        if kind is sre_constants.BRANCH:
            each = [_needed(branch) for branch in value[1]]
            found += [] if None in each else [frozenset(word for words in each if words for word in words)]
        elif kind is sre_constants.IN and all(one is sre_constants.LITERAL for one, _ in value):
            found.append(frozenset(chr(code) for _, code in value))
        elif kind in _INSIDE and (kind is sre_constants.SUBPATTERN or value[0]) and (inner := _needed(value[-1])):
            found.append(inner)
        best = max([*([best] if best else []), *found], key=_rarity, default=None)
    return best


_INSIDE = (
    sre_constants.SUBPATTERN,
    sre_constants.MAX_REPEAT,
    sre_constants.MIN_REPEAT,
)  # their last part is a sequence


def _rarity(words: frozenset[str]) -> tuple[int, int]:
    return min(map(len, words)), -len(words)
