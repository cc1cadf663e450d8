"""Where each rule is filed, so that a post looks up only the rules that it could satisfy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, TypeAlias

import numpy as np

from pipeline.match.automaton import Automaton
from pipeline.match.filed import Column, Filed
from pipeline.match.watcher import Watcher
from pipeline.model import FIELDS, AnalysedPost, Type
from pipeline.rulebook import Where
from pipeline.text.normal import kept

try:
    from pipeline.match._filed import Filed as Compiled
except ImportError:  # no compiler where this was installed
    Compiled = Filed  # type: ignore[misc]

_EXACT = ("eq", "in")
_AMONG = ("in", "contains")
_LONG = 4  # beyond this, a longer word is no rarer


Candidate: TypeAlias = tuple[Watcher, tuple[str, ...] | None]
"""A rule that a post could satisfy; of a simple one the words that speak for it, and then no word bars it."""


class _Way(NamedTuple):
    """A rule by its place, the words under which it is filed, and the groups of which it needs a word besides."""

    rule: int
    anchor: list[int]
    others: list[list[int]]


class Filing:
    """Rules by one of their required words, or by a field value, or among those that must always be asked.

    Every way a rule can be satisfied goes through its file: nothing is missed, the rest is never touched.
    """

    def __init__(self, watchers: Sequence[Watcher], automaton: Automaton) -> None:
        self._watchers = watchers
        self._numbers = automaton.numbers
        self._by_value: dict[str, dict[object, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._always: list[int] = []
        listed = [watcher.ways for watcher in watchers]
        used = Counter(word for ways in listed for way in ways for group in way.groups for word in group)
        filed: list[_Way] = []
        for rule, ways in enumerate(listed):
            for way in ways:
                if way.groups:
                    filed.append(self._by_word(rule, way.groups, used))
                else:
                    self._file_by_fields(rule, way.where)
        self._filed = _filed(filed, automaton, watchers)

    def candidates(self, normal: str, doc: AnalysedPost) -> tuple[Sequence[Candidate], list[Watcher]]:
        """Return the rules that *doc*, with this *normal* text, could satisfy, in their order; and those without words."""
        found, others = self._filed.candidates(normal)
        if others and self._made_ready(others):
            found, others = self._filed.candidates(normal)
        if self._by_value or self._always:
            others = list(dict.fromkeys([*others, *self._by_fields(doc)]))
            self._made_ready(others)
        if not others:  # as usual
            return found, []
        words = dict(found)
        careful = [watcher for rule in others if (watcher := self._watchers[rule]) not in words]
        whole = [*found, *((watcher, None) for watcher in careful)]
        return sorted(whole, key=lambda one: one[0].order), careful

    def _made_ready(self, rules: Iterable[int]) -> bool:
        """Make those of *rules* ready that are not; say whether there was a simple one among them."""
        fresh = [rule for rule in rules if not self._watchers[rule].ready]
        for rule in fresh:
            watcher = self._watchers[rule]
            watcher.make_ready(self._numbers)
            if watcher.simple:
                self._filed.make_ready(rule, *watcher.by_number())
        return any(self._watchers[rule].simple for rule in fresh)

    def _by_word(self, rule: int, groups: list[tuple[str, ...]], used: Mapping[str, int]) -> _Way:
        """File a rule under every word of its rarest group; no post without one of them can satisfy it."""
        anchor = min(groups, key=lambda group: sum(_commonness(word, used) for word in group))
        numbers = self._numbers
        others = [[numbers[word] for word in group] for group in groups if group is not anchor]
        return _Way(rule, [numbers[word] for word in anchor], others)

    def _file_by_fields(self, rule: int, where: tuple[tuple[Where, ...], ...]) -> None:
        for alternative in where or ((),):
            self._file_by_value(rule, alternative)

    def _file_by_value(self, rule: int, alternative: tuple[Where, ...]) -> None:
        exact = [test for test in alternative if _exact(test)]
        if not exact:
            self._always.append(rule)
            return
        rarest = min(exact, key=lambda test: len(_values(test)))
        for value in _values(rarest):
            self._by_value[rarest.field][value].append(rule)

    def _by_fields(self, doc: AnalysedPost) -> Iterator[int]:
        yield from self._always
        for field, filed in self._by_value.items():
            value = FIELDS[field].of(doc)
            if isinstance(value, tuple):
                for one in value:
                    yield from filed.get(one, ())
            elif value in filed:
                yield from filed[value]


def _filed(ways: Sequence[_Way], automaton: Automaton, rules: Sequence[Watcher]) -> Filed[Watcher]:
    under: list[list[int]] = [[] for _ in automaton.numbers]
    for way, (_, anchor, _) in enumerate(ways):
        for number in dict.fromkeys(anchor):
            under[number].append(way)
    groups = [group for way in ways for group in way.others]
    return Compiled(
        automaton.engine,
        list(automaton.numbers),
        bytes([number in automaton.edged for number in range(len(under))]),
        kept(),
        list(rules),
        *_rows(under),
        _column([way.rule for way in ways]),
        _starts([len(way.others) for way in ways]),
        *_rows(groups),
    )


def _rows(rows: Sequence[Sequence[int]]) -> tuple[Column, Column]:
    return _starts([len(row) for row in rows]), _column([one for row in rows for one in row])


def _starts(lengths: Iterable[int]) -> Column:
    return _column([0, *accumulate(lengths)])


def _column(numbers: Sequence[int]) -> Column:
    return np.array(numbers, np.int32)


def _commonness(word: str, used: Mapping[str, int]) -> float:
    """Guess how often *word* turns up: short words do, and so do those that many rules name."""
    rarity: int = 8 ** min(len(word), _LONG)
    return used[word] / rarity


def _exact(test: Where) -> bool:
    """Say whether only posts that hold one of the test's values can pass it; a missing one may pass otherwise."""
    several = FIELDS[test.field].type is Type.KEYWORDS
    return test.op in (_AMONG if several else _EXACT) and not test.or_missing


def _values(test: Where) -> tuple[object, ...]:
    return test.value if isinstance(test.value, tuple) else (test.value,)
