"""The slow and obvious way to decide a text condition: look everywhere for everything."""

from __future__ import annotations

import re

from pipeline.rulebook import Near, TextCondition
from pipeline.text.normal import normal, squeeze

Span = tuple[int, int]


class Naive:
    """One text; the title and the text are squeezed apart, as two pieces."""

    def __init__(self, title: str, text: str) -> None:
        self._pieces = {"title": title, "text": text}

    def satisfies(self, condition: TextCondition) -> bool:
        hits = [self._hits(condition, field) for field in condition.fields]
        words = {word for found in hits for word in found}
        return (
            all(any(word in words for word in group) for group in condition.must)
            and (
                not condition.any
                or sum(any(word in words for word in group) for group in condition.any) >= condition.min
            )
            and not any(word in words for word in condition.none)
            and all(self._near(near, condition) for near in condition.near)
        )

    def _hits(self, condition: TextCondition, field: str) -> dict[str, list[Span]]:
        words = {word for group in (*condition.must, *condition.any) for word in group} | set(condition.none)
        words |= {word for near in condition.near for word in (*near.a, *near.b)}
        covered = [span for phrase in condition.except_ for span in self._spans(phrase, field)]
        found = {}
        for word in words:
            spans = [
                span
                for span in self._spans(word, field)
                if not any(c[0] <= span[0] and span[1] <= c[1] for c in covered)
            ]
            if spans:
                found[word] = spans
        return found

    def _spans(self, word: str, field: str) -> list[Span]:
        plain = normal(self._pieces[field])
        squeezed, offsets = squeeze(plain)
        spans = []
        for start in range(len(squeezed)):
            if not squeezed.startswith(word, start):
                continue
            first, last = offsets[start], offsets[start + len(word) - 1]
            cut = re.fullmatch("[a-z]{2}", plain[max(first - 1, 0) : first + 1]) or re.fullmatch(
                "[a-z]{2}", plain[last : last + 2]
            )
            if not cut:
                spans.append((start, start + len(word)))
        return spans

    def _near(self, near: Near, condition: TextCondition) -> bool:
        for field in condition.fields:
            squeezed = squeeze(normal(self._pieces[field]))[0]
            hits = self._hits(condition, field)
            for a in (span for word in near.a for span in hits.get(word, [])):
                for b in (span for word in near.b for span in hits.get(word, [])):
                    if self._together(near, squeezed, a, b) or (
                        not near.ordered and self._together(near, squeezed, b, a)
                    ):
                        return True
        return False

    def _together(self, near: Near, squeezed: str, first: Span, second: Span) -> bool:
        between = squeezed[first[1] : second[0]]
        close = 0 <= second[0] - first[1] <= near.within
        return close and (near.same == "field" or not re.search("[。!?;\n]", between))
