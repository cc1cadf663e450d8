"""Find the words of all rules in one pass over a text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from pipeline.rulebook.wordtest import Found, Span, latin_edged, stands_alone
from pipeline.text.automaton import Hit, automaton


class Automaton:
    """A character-wise Aho-Corasick automaton over folded words; it reports every word, overlapping or not."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(dict.fromkeys(words))
        self.numbers: Mapping[str, int] = {word: number for number, word in enumerate(self._words)}
        self.edged = frozenset(number for number, word in enumerate(self._words) if latin_edged(word))
        self.engine = automaton(self._words)

    def find(self, squeezed: str) -> list[Hit]:
        """Return every hit in *squeezed*, even one that cuts through a longer Latin word."""
        return self.engine.find(squeezed)

    def standing(self, hits: Sequence[Hit], squeezed: str, offsets: Sequence[int]) -> set[int]:
        """Return the numbers of the words in *hits*, without those that only cut through a longer Latin word."""
        numbers = {number for _, _, number in hits}
        if self.edged.isdisjoint(numbers):
            return numbers
        edged = self.edged
        return {
            number
            for start, end, number in hits
            if number not in edged or stands_alone((start, end), squeezed, offsets)
        }

    def found(self, hits: Iterable[Hit], wanted: Collection[int], squeezed: str, offsets: Sequence[int]) -> Found:
        """Return where the *wanted* words stand; *offsets* tell which Latin letters were one word."""
        found: dict[str, list[Span]] = {}
        for start, end, number in hits:
            if number not in wanted:
                continue
            if number not in self.edged or stands_alone((start, end), squeezed, offsets):
                found.setdefault(self._words[number], []).append((start, end))
        return found
