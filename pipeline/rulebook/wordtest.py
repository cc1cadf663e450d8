"""Decide whether the words found in a text satisfy a text condition."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain

from pipeline.rulebook.rule import Near, TextCondition
from pipeline.text.normal import SENTENCE_ENDS
from pipeline.text.partial import Wording

Span = tuple[int, int]
Found = Mapping[str, Sequence[Span]]
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")


class Reading:
    """A squeezed text and the words found in it.

    *offsets* say where each character stood in *original*, ``title + "\\n" + text``; *title_length* is 0 without a
    title.
    """

    __slots__ = ("_title_length", "found", "offsets", "original", "squeezed")

    def __init__(
        self, squeezed: str, offsets: Sequence[int], title_length: int, found: Found, original: str = ""
    ) -> None:
        self.original = original
        self.squeezed = squeezed
        self.offsets = offsets
        self.found = found
        self._title_length = title_length

    @property
    def title_end(self) -> int:
        """Where the title ends in the squeezed text; -1 if there is none."""
        return bisect_left(self.offsets, self._title_length) if self._title_length else -1


def positive_words(condition: TextCondition) -> dict[str, None]:
    """Return the words that speak for a match, each once, in the order of the rule."""
    near = ((*pair.a, *pair.b) for pair in condition.near)
    return dict.fromkeys(chain(*condition.must, *condition.any, *near))


def all_words(condition: TextCondition) -> Iterable[str]:
    """Return every word that has to be looked for."""
    return chain(positive_words(condition), condition.none, condition.except_)


def requirements(condition: TextCondition) -> list[tuple[str, ...]]:
    """Return groups of words: any text that passes holds at least one word of each."""
    sides = (side for pair in condition.near for side in (pair.a, pair.b))
    some = [tuple(chain.from_iterable(condition.any))] if condition.any else []
    return [*condition.must, *some, *sides]


def plain(condition: TextCondition) -> bool:
    """Say whether it is enough to know which words stand in a text: not where, how often, or how written."""
    bare = not (condition.except_ or condition.near or condition.written or len(condition.fields) == 1)
    return bare and (not condition.any or condition.min == 1)


class WordTest:
    """A text condition made ready to be asked many times."""

    def __init__(self, condition: TextCondition) -> None:
        self.condition = condition
        self._must = tuple(frozenset(group) for group in condition.must)
        self._any = tuple(frozenset(group) for group in condition.any)
        self._any_at_all = frozenset(chain.from_iterable(condition.any))
        self._none = frozenset(condition.none)
        self._near = condition.near
        self._one_field = condition.fields[0] if len(condition.fields) == 1 else ""
        self._wordings = {
            written.word: tuple(Wording(one, written.fold) for one in written.originals)
            for written in condition.written
        }
        self._bare = not condition.except_ and not self._one_field and not self._wordings
        self._rank = {word: rank for rank, word in enumerate(positive_words(condition))}

    def holds(self, reading: Reading) -> bool:
        live = reading.found if self._bare else self.live(reading)
        for group in self._must:
            if group.isdisjoint(live):
                return False
        if self._any and not self._enough(live):
            return False
        if self._none and not self._none.isdisjoint(live):
            return False
        return not self._near or all(close(near, live, reading) for near in self._near)

    def hits(self, reading: Reading) -> tuple[str, ...]:
        """Return the positive words that hit, in the order of the rule."""
        live = reading.found if self._bare else self.live(reading)
        return tuple(sorted(self._rank.keys() & live.keys(), key=self._rank.__getitem__))

    def live(self, reading: Reading) -> Found:
        """Return the hits that stand in the right field, as they should be written, and in no except phrase."""
        covers = _Covers(
            span
            for phrase in self.condition.except_
            for span in reading.found.get(phrase, ())
            if self._as_written(phrase, span, reading)
        )
        title_end = reading.title_end if self._one_field else -1
        live: dict[str, Sequence[Span]] = {}
        for word, spans in reading.found.items():
            kept = [span for span in spans if self._in_field(span, title_end) and not covers.hide(span)]
            if word in self._wordings:
                kept = [span for span in kept if self._as_written(word, span, reading)]
            if kept:
                live[word] = kept
        return live

    def _enough(self, live: Found) -> bool:
        if self.condition.min == 1:
            return not self._any_at_all.isdisjoint(live)
        return sum(not group.isdisjoint(live) for group in self._any) >= self.condition.min

    def _as_written(self, word: str, span: Span, reading: Reading) -> bool:
        wordings = self._wordings.get(word)
        if wordings is None:
            return True
        start, end = reading.offsets[span[0]], reading.offsets[span[1] - 1] + 1
        return any(wording.stands(reading.original, start, end) for wording in wordings)

    def _in_field(self, span: Span, title_end: int) -> bool:
        if not self._one_field:
            return True
        return span[1] <= title_end if self._one_field == "title" else span[0] > title_end


def close(near: Near, live: Found, reading: Reading) -> bool:
    """Say whether a word of one side stands close enough to a word of the other."""
    left = [span for word in near.a for span in live.get(word, ())]
    right = [span for word in near.b for span in live.get(word, ())]
    return _follows(near, left, right, reading) or (not near.ordered and _follows(near, right, left, reading))


def _follows(near: Near, firsts: Sequence[Span], seconds: Sequence[Span], reading: Reading) -> bool:
    starts = sorted(start for start, _ in seconds)
    for _, end in firsts:
        # Only the nearest can do: whatever parts it from the first also parts all that stand further off.
        nearest = bisect_left(starts, end)
        if nearest < len(starts) and _together(near, end, starts[nearest], reading):
            return True
    return False


def _together(near: Near, end: int, start: int, reading: Reading) -> bool:
    if start - end > near.within:
        return False
    if near.same == "sentence":
        return not any(mark in reading.squeezed[end:start] for mark in SENTENCE_ENDS)
    return not end <= reading.title_end < start


def stands_alone(span: Span, squeezed: str, offsets: Sequence[int]) -> bool:
    """Say whether a hit that begins or ends with a Latin letter does not cut through a longer Latin word.

    Letters that were apart in the original are not one word, though squeezing joined them.
    """
    start, end = span
    if start and _one_word(start - 1, squeezed, offsets):
        return False
    return not (end < len(squeezed) and _one_word(end - 1, squeezed, offsets))


def _one_word(left: int, squeezed: str, offsets: Sequence[int]) -> bool:
    both_latin = squeezed[left] in _LATIN and squeezed[left + 1] in _LATIN
    return both_latin and offsets[left + 1] - offsets[left] == 1


def latin_edged(word: str) -> bool:
    return word[0] in _LATIN or word[-1] in _LATIN


def search(words: Iterable[str], squeezed: str, offsets: Sequence[int]) -> dict[str, list[Span]]:
    """Return where each of *words* stands, one by one: for a few words and one text."""
    found: dict[str, list[Span]] = {}
    for word in set(words):
        start = squeezed.find(word)
        while start >= 0:
            span = (start, start + len(word))
            if not latin_edged(word) or stands_alone(span, squeezed, offsets):
                found.setdefault(word, []).append(span)
            start = squeezed.find(word, start + 1)
    return found


class _Covers:
    """The stretches of a text that except phrases cover."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._furthest = list(accumulate((end for _, end in ordered), max))

    def hide(self, span: Span) -> bool:
        """Say whether *span* lies inside one phrase."""
        before = bisect_right(self._starts, span[0])
        return before > 0 and self._furthest[before - 1] >= span[1]
