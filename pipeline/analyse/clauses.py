"""Takes from a text, around a word, so many clauses in a row that they say something by themselves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from pipeline.analyse.asides import Span, asides
from pipeline.analyse.cues import Reading


def clauses(reading: Reading) -> Sequence[Span]:
    """Return where the clauses of the squeezed text begin and end; the mark of a sentence's end is in none."""
    return asides.parted(reading.normal, reading.offsets)


def telling(spans: Sequence[Span], start: int, end: int, enough: int) -> Iterator[Span]:
    """Yield for each clause from *start* to *end* where it and those after it in its sentence have *enough* letters.

    If they have not, those before it help.
    """
    for at in range(bisect_right(spans, start, key=_end), len(spans)):
        if spans[at][0] >= end:
            return
        yield _grown(spans, at, enough)


def _grown(spans: Sequence[Span], at: int, enough: int) -> Span:
    first = last = at
    while spans[last][1] - spans[first][0] < enough and last + 1 < len(spans) and _go_on(spans, last):
        last += 1
    while spans[last][1] - spans[first][0] < enough and first and _go_on(spans, first - 1):
        first -= 1
    return spans[first][0], spans[last][1]


def _go_on(spans: Sequence[Span], at: int) -> bool:
    """Say whether the clause after the one *at* belongs to the same sentence: no mark stands between them."""
    return spans[at][1] == spans[at + 1][0]


def _end(span: Span) -> int:
    return span[1]
