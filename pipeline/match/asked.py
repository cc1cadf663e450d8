"""A condition made ready to be asked about many posts."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from itertools import chain

from pipeline.model import AnalysedPost
from pipeline.rulebook import Condition
from pipeline.rulebook.where import FieldTest
from pipeline.rulebook.wordtest import Reading, WordTest, plain, positive_words

Numbers = frozenset[int]
_FEW = 16


class Asked:
    """A condition: its words by number, and its comparisons.

    *plain* says that which words stand in a post is enough to know; where they stand does not matter. *costly* says that
    it asks for a regular expression.
    """

    __slots__ = ("_groups", "_known", "_ranked", "_text", "_words", "alternatives", "costly", "excluded", "plain")

    def __init__(self, condition: Condition, numbers: Mapping[str, int]) -> None:
        self._text = text = condition.text
        self._words: WordTest | None = None
        self.alternatives = tuple([tuple(map(FieldTest, tests)) for tests in condition.where])
        self.costly = any(test.where.op == "re" for tests in self.alternatives for test in tests)
        self.plain = text is None or plain(text)
        groups = [*text.must, *([tuple(chain.from_iterable(text.any))] if text.any else [])] if text else []
        number = numbers.__getitem__
        self._groups = tuple([frozenset(map(number, group)) for group in groups])
        self.excluded = frozenset(map(number, text.none)) if text else frozenset()
        self._ranked = tuple([(word, numbers[word]) for word in positive_words(text)]) if text else ()
        self._known = {one: rank for rank, (_, one) in enumerate(self._ranked)} if len(self._ranked) > _FEW else {}

    @property
    def words(self) -> WordTest | None:
        """The words as they are asked where it matters how they stand: of most conditions nobody ever needs that."""
        if self._words is None and self._text is not None:
            self._words = WordTest(self._text)
        return self._words

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
        elif (words := self.words) is not None and reading is not None and not words.holds(reading):
            return False
        return not self.alternatives or self.fields_hold(doc)

    def fields_hold(self, doc: AnalysedPost) -> bool:
        for tests in self.alternatives:
            for test in tests:  # any() and all() cost twice as much
                if not test.passes(doc):
                    break
            else:
                return True
        return not self.alternatives

    def hits(self, numbers: AbstractSet[int], reading: Reading | None) -> tuple[str, ...]:
        """Return the words that speak for it, in the order of the rule."""
        if not self.plain and reading is not None and (words := self.words) is not None:
            return words.hits(reading)
        ranked = self._ranked
        if len(ranked) <= _FEW:
            found = []
            for word, number in ranked:  # a comprehension would cost a call more
                if number in numbers:
                    found.append(word)
            return tuple(found)
        return tuple([ranked[rank][0] for rank in sorted(self._known[one] for one in self._known.keys() & numbers)])
