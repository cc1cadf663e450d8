"""Where each rule is filed, so that a post looks up only the rules that it could satisfy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from pipeline.match.watcher import Watcher
from pipeline.model import FIELDS, AnalysedPost, Type
from pipeline.rulebook import Where

_EXACT = ("eq", "in")
_LONG = 4  # beyond this, a longer word is no rarer


class Filing:
    """Rules by one of their required words, or by a field value, or among those that must always be asked.

    Every way a rule can be satisfied goes through its file: nothing is missed, the rest is never touched.
    """

    def __init__(self, watchers: Iterable[Watcher]) -> None:
        self._by_word: dict[str, list[Watcher]] = defaultdict(list)
        self._by_value: dict[str, dict[object, list[Watcher]]] = defaultdict(lambda: defaultdict(list))
        self._always: list[Watcher] = []
        listed = list(watchers)
        used = Counter(word for watcher in listed for group in watcher.requirements for word in group)
        for watcher in listed:
            self._file(watcher, used)

    def candidates(self, found: Mapping[str, object], doc: AnalysedPost) -> list[Watcher]:
        """Return the rules that *doc* could satisfy, in the order of the rulebook, each once."""
        chosen = {watcher.order: watcher for word in found for watcher in self._by_word.get(word, ())}
        if self._by_value or self._always:
            chosen.update((watcher.order, watcher) for watcher in self._by_fields(doc))
        return [chosen[order] for order in sorted(chosen)]

    def _file(self, watcher: Watcher, used: Mapping[str, int]) -> None:
        requirements = list(watcher.requirements)
        if requirements:
            anchor = min(requirements, key=lambda group: sum(_commonness(word, used) for word in group))
            for word in anchor:
                self._by_word[word].append(watcher)
            return
        for alternative in watcher.rule.condition.where or ((),):
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
            yield from filed.get(FIELDS[field].of(doc), ())


def _commonness(word: str, used: Mapping[str, int]) -> float:
    """Guess how often *word* turns up: short words do, and so do those that many rules name."""
    rarity: int = 8 ** min(len(word), _LONG)
    return used[word] / rarity


def _exact(test: Where) -> bool:
    # A field with several values has no single one to look up, and a missing one may pass.
    return test.op in _EXACT and not test.or_missing and FIELDS[test.field].type is not Type.KEYWORDS


def _values(test: Where) -> tuple[object, ...]:
    return test.value if isinstance(test.value, tuple) else (test.value,)
