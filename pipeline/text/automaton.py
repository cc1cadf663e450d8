"""Finds a list of words in one pass; with the compiled automaton where there is one, else with daachorse's."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Protocol, TypeAlias

from daachorse import CharwiseDoubleArrayAhoCorasick

Hit: TypeAlias = tuple[int, int, int]
"""Where a word starts, where it ends, and its number."""

_START = itemgetter(0)


class Automaton(Protocol):
    """Reports every word in a text, overlapping or not, by where it ends, the longer first."""

    def find(self, text: str, /) -> list[Hit]: ...


class Borrowed:
    """daachorse's automaton."""

    def __init__(self, words: Sequence[str]) -> None:
        self._find = CharwiseDoubleArrayAhoCorasick(list(words)).find_overlapping

    def find(self, text: str, /) -> list[Hit]:
        hits: list[Hit] = self._find(text)
        return hits


def automaton(words: Sequence[str]) -> Automaton:
    """Return the fastest automaton there is over *words*, none of them twice or empty."""
    return _Compiled(list(words))


def apart(hits: list[Hit]) -> list[Hit]:
    """Return of *hits*, all of a text, those that begin first, of several the longest; none overlaps one before."""
    if len(hits) < 2:
        return hits
    ordered = hits[::-1]  # they come by their ends: of those that start together, the longest is now the first
    ordered.sort(key=_START)
    left, until = [], 0
    for hit in ordered:
        if hit[0] >= until:
            until = hit[1]
            left.append(hit)
    return left


try:
    from pipeline.text._automaton import Automaton as _Compiled
except ImportError:  # no compiler where this was installed
    _Compiled = Borrowed  # type: ignore[assignment,misc]
