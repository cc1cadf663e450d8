"""A condition made ready to be asked about many posts."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from itertools import chain

from pipeline.model import AnalysedPost
from pipeline.rulebook import Condition
from pipeline.rulebook.where import FieldTest
from pipeline.rulebook.wordtest import Reading, WordTest, positive_words

Numbers = frozenset[int]
_FEW = 16


class Asked:
    """A condition: its words by number, and its comparisons.

    *plain* says that which words stand in a post is enough to know; where they stand does not matter.
    """

    __slots__ = ("_groups", "_known", "_ranked", "alternatives", "excluded", "plain", "words")

    def __init__(self, condition: Condition, numbers: Mapping[str, int]) -> None:
        text = condition.text
        self.words = WordTest(text) if text else None
        self.alternatives = tuple(tuple(FieldTest(test) for test in tests) for tests in condition.where)
        self.plain = self.words is None or self.words.plain
        groups = [*text.must, *([tuple(chain.from_iterable(text.any))] if text.any else [])] if text else []
        self._groups = tuple(frozenset(numbers[word] for word in group) for group in groups)
        self.excluded = frozenset(numbers[word] for word in text.none) if text else frozenset()
        self._ranked = tuple((word, numbers[word]) for word in positive_words(text)) if text else ()
        self._known = {number: rank for rank, (_, number) in enumerate(self._ranked)}

    @property
    def spoken(self) -> tuple[int, ...]:
        """The numbers of the words that speak for it, in the order of the rule."""
        return tuple([number for _, number in self._ranked])

    def among(self, numbers: AbstractSet[int]) -> bool:
        """Say whether the words with *numbers* satisfy it; for a plain one only."""
        for group in self._groups:  # all() costs twice as much, and this is asked most
            if group.isdisjoint(numbers):
                return False
        return self.excluded.isdisjoint(numbers)

    def holds(
        self, doc: AnalysedPost, numbers: AbstractSet[int], reading: Reading | None, *, met: bool = False
    ) -> bool:
        """Say whether *doc* satisfies it; a *reading* is needed unless it is plain.

        *met* says that a word of each group is known to be there.
        """
        if self.plain:
            if not (self.excluded.isdisjoint(numbers) if met else self.among(numbers)):
                return False
        elif self.words is not None and reading is not None and not self.words.holds(reading):
            return False
        return not self.alternatives or self.fields_hold(doc)

    def fields_hold(self, doc: AnalysedPost) -> bool:
        return not self.alternatives or any(all(test.passes(doc) for test in tests) for tests in self.alternatives)

    def hits(self, numbers: AbstractSet[int], reading: Reading | None) -> tuple[str, ...]:
        """Return the words that speak for it, in the order of the rule."""
        if self.words is None:
            return ()
        if not self.plain and reading is not None:
            return self.words.hits(reading)
        ranked = self._ranked
        if len(ranked) <= _FEW:
            found = []
            for word, number in ranked:  # a comprehension would cost a call more
                if number in numbers:
                    found.append(word)
            return tuple(found)
        return tuple([ranked[rank][0] for rank in sorted(self._known[one] for one in self._known.keys() & numbers)])
