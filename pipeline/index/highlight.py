"""Mark the asked words in the original text: the normal form has the same offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.index import CLOSE, OPEN, Highlight, Hit
from pipeline.index.tree import Contains, Node, wanted_words
from pipeline.model import AnalysedPost
from pipeline.text.grams import pattern
from pipeline.text.normal import normal

LENGTH = 120  # characters of an excerpt
BEFORE = 30  # of them, before the first mark

Span = tuple[int, int]


class Marker:
    """Marks what one query asks for."""

    def __init__(self, query: Node) -> None:
        words = wanted_words(query)
        self._patterns = {field: _patterns(words, field) for field in ("title", "text")}

    def hit(self, doc: AnalysedPost) -> Hit:
        """Return *doc* with the places of the asked words, and an excerpt around the first one in the text."""
        found = {field: self._spans(field, getattr(doc.post, field)) for field in ("title", "text")}
        shown = "title" if (found["title"] and not found["text"]) or not doc.post.text else "text"
        return Hit(
            doc,
            tuple(Highlight(field, spans) for field, spans in found.items() if spans),
            excerpt(getattr(doc.post, shown), found[shown]),
        )

    def _spans(self, field: str, text: str) -> tuple[Span, ...]:
        plain = normal(text)
        return _merged(found.span() for each in self._patterns[field] for found in each.finditer(plain))


def _patterns(words: Iterable[Contains], field: str) -> list[re.Pattern[str]]:
    found = (pattern(each.words) for each in words if field in each.fields)
    return [each for each in found if each]


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def excerpt(text: str, spans: tuple[Span, ...]) -> str:
    """Return a piece of *text* of about LENGTH characters around the first span, all spans in it marked."""
    first = spans[0][0] if spans else 0
    start = max(0, min(first - BEFORE, len(text) - LENGTH))
    stop = min(len(text), max(start + LENGTH, spans[0][1] if spans else 0))
    pieces, done = ["…" if start else ""], start
    for begin, end in spans:
        if end <= stop:
            pieces += [text[done:begin], OPEN, text[begin:end], CLOSE]
            done = end
    pieces += [text[done:stop], "…" if stop < len(text) else ""]
    return "".join(pieces)
