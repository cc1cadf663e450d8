"""Find the words of all rules in one pass over a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import daachorse

from pipeline.rulebook.wordtest import Found, Span, latin_edged, stands_alone


class Automaton:
    """A character-wise Aho-Corasick automaton over folded words; it reports every word, overlapping or not."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(dict.fromkeys(words))
        self._edged = frozenset(word for word in self._words if latin_edged(word))
        self._find = daachorse.CharwiseDoubleArrayAhoCorasick(self._words).find_overlapping

    def find(self, squeezed: str, offsets: Sequence[int]) -> Found:
        """Return where each word stands in *squeezed*; *offsets* tell which Latin letters were one word."""
        found: dict[str, list[Span]] = {}
        words, edged = self._words, self._edged
        for start, end, number in self._find(squeezed):
            word = words[number]
            if word not in edged or stands_alone((start, end), squeezed, offsets):
                found.setdefault(word, []).append((start, end))
        return found
