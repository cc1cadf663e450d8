"""Where each rule is filed, so that a post looks up only the rules that it could satisfy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from operator import attrgetter
from typing import Final

from pipeline.match.watcher import Needs, Watcher
from pipeline.model import FIELDS, AnalysedPost, Type
from pipeline.rulebook import Where

_EXACT = ("eq", "in")
_AMONG = ("in", "contains")
Filed = tuple[frozenset[int] | None, Needs, Watcher]
"""A rule, and the groups of words it needs besides the one under which it is filed: the first, and the rest."""
_NOBODY: Final[list[Filed]] = []  # shared by all words under which nothing is filed
_LONG = 4  # beyond this, a longer word is no rarer
_order = attrgetter("order")


class Filing:
    """Rules by one of their required words, or by a field value, or among those that must always be asked.

    Every way a rule can be satisfied goes through its file: nothing is missed, the rest is never touched.
    """

    def __init__(self, watchers: Iterable[Watcher], numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._by_word: list[list[Filed]] = [_NOBODY] * len(numbers)
        self._by_value: dict[str, dict[object, list[Watcher]]] = defaultdict(lambda: defaultdict(list))
        self._always: list[Watcher] = []
        listed = [(watcher, watcher.ways) for watcher in watchers]
        used = Counter(word for _, ways in listed for way in ways for group in way.groups for word in group)
        for watcher, ways in listed:
            for way in ways:
                if way.groups:
                    self._file_by_word(watcher, way.groups, used)
                else:
                    self._file_by_fields(watcher, way.where)
        self._anchors = frozenset(number for number, filed in enumerate(self._by_word) if filed)

    def candidates(self, numbers: AbstractSet[int], doc: AnalysedPost) -> list[Watcher]:
        """Return the rules that *doc*, holding the words with *numbers*, could satisfy, in the rulebook's order."""
        by_word = self._by_word
        chosen: list[Watcher] = []
        for number in self._anchors & numbers:
            for first, rest, watcher in by_word[number]:
                if first is not None and first.isdisjoint(numbers):
                    continue
                if rest and not _all_met(rest, numbers):
                    continue
                chosen.append(watcher)
        if self._by_value or self._always:
            chosen += self._by_fields(doc)
        if len(chosen) > 1:
            chosen = sorted(dict.fromkeys(chosen), key=_order)
        for watcher in chosen:
            if watcher.needs is None:
                watcher.make_ready(self._numbers)
        return chosen

    def _file_by_word(self, watcher: Watcher, groups: list[tuple[str, ...]], used: Mapping[str, int]) -> None:
        """File a rule under every word of its rarest group; no post without one of them can satisfy it."""
        anchor = min(groups, key=lambda group: sum(_commonness(word, used) for word in group))
        others = tuple(frozenset([self._numbers[word] for word in group]) for group in groups if group is not anchor)
        filed = (others[0] if others else None, others[1:], watcher)
        for word in anchor:
            number = self._numbers[word]
            if self._by_word[number] is _NOBODY:
                self._by_word[number] = []
            self._by_word[number].append(filed)

    def _file_by_fields(self, watcher: Watcher, where: tuple[tuple[Where, ...], ...]) -> None:
        for alternative in where or ((),):
            self._file_by_value(watcher, alternative)

    def _file_by_value(self, watcher: Watcher, alternative: tuple[Where, ...]) -> None:
        exact = [test for test in alternative if _exact(test)]
        if not exact:
            self._always.append(watcher)
            return
        rarest = min(exact, key=lambda test: len(_values(test)))
        for value in _values(rarest):
            self._by_value[rarest.field][value].append(watcher)

    def _by_fields(self, doc: AnalysedPost) -> Iterator[Watcher]:
        yield from self._always
        for field, filed in self._by_value.items():
            value = FIELDS[field].of(doc)
            for one in value if isinstance(value, tuple) else (value,):
                yield from filed.get(one, ())


def _all_met(needs: Needs, numbers: AbstractSet[int]) -> bool:
    return not any(need.isdisjoint(numbers) for need in needs)


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
