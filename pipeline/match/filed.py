"""Which rules a text could satisfy, by the words found in it; ``_filed.c`` does the same several times as fast."""

from __future__ import annotations

from itertools import pairwise
from typing import Generic, TypeAlias, TypeVar

from numpy import bool_, int32
from numpy.typing import NDArray

from pipeline.rulebook.wordtest import stands_alone
from pipeline.text.automaton import Automaton
from pipeline.text.normal import squeeze

Column: TypeAlias = NDArray[int32]
R = TypeVar("R")
_Way: TypeAlias = tuple[int, tuple[frozenset[int], ...]]  # a rule, and the groups of words it needs


class Filed(Generic[R]):
    """Rules filed under words.

    A column of many rows is a pair: where each row begins and the last one ends, and the items of all. *filed* and
    *entries* tell the ways that are filed under each word, *way_rule* whose they are, *ways* and *groups* and
    *group_words* which groups of words each of them needs besides. The *automaton* finds the *written* words, *edged*
    has a 1 for each that begins or ends with a Latin letter, and *kept* for each code point that squeezing keeps. The
    tables call a rule by its place among *rules*.
    """

    def __init__(
        self,
        automaton: Automaton,
        written: list[str],
        edged: bytes,
        kept: NDArray[bool_],
        rules: list[R],
        filed: Column,
        entries: Column,
        way_rule: Column,
        ways: Column,
        groups: Column,
        group_words: Column,
    ) -> None:
        self._find = automaton.find
        self._written, self._rules = tuple(written), tuple(rules)
        self._edged = frozenset(number for number, one in enumerate(edged) if one)
        words = [frozenset(group_words[start:end].tolist()) for start, end in pairwise(groups.tolist())]
        needs = [tuple(words[start:end]) for start, end in pairwise(ways.tolist())]
        each: list[_Way] = list(zip(way_rule.tolist(), needs, strict=True))
        self._filed = [
            [each[way] for way in entries[start:end].tolist()] if start < end else []
            for start, end in pairwise(filed.tolist())
        ]
        self._ready: dict[int, tuple[frozenset[int], tuple[int, ...]]] = {}

    def candidates(self, normal: str, /) -> tuple[list[tuple[R, tuple[str, ...]]], list[int]]:
        """Return the rules that a *normal* text could satisfy, in their order: those that were made ready, with the words
        that speak for each, and the numbers of the others.

        One that was made ready and is barred by a word is left out.
        """
        squeezed, offsets = squeeze(normal)
        there = {
            number
            for start, end, number in self._find(squeezed)
            if number not in self._edged or stands_alone((start, end), squeezed, offsets)
        }
        met = {
            rule
            for number in there
            for rule, needs in self._filed[number]
            if all(not need.isdisjoint(there) for need in needs)
        }
        ready = [(rule, *self._ready[rule]) for rule in sorted(met & self._ready.keys())]
        found = [
            (self._rules[rule], tuple([self._written[number] for number in spoken if number in there]))
            for rule, barred, spoken in ready
            if barred.isdisjoint(there)
        ]
        return found, sorted(met - self._ready.keys())

    def make_ready(self, rule: int, barred: tuple[int, ...], spoken: tuple[int, ...], /) -> None:
        """Tell of a *rule* for which it is enough to know what words stand in a text: those that bar it, and
        those that speak for it in the rule's order."""
        self._ready[rule] = frozenset(barred), spoken
