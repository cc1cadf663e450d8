"""Overlapping pairs of characters: what makes any word cut out of a text findable, without a dictionary.

A run is letters, digits, ideographs or emoji without a gap. ``待处理`` becomes 待处 处理 理: every character begins a
gram, so that a word is in the text exactly if its grams follow one another there. The grams are the same for every
engine; an engine needs to split at blanks and to find phrases, no more.
"""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple

from pipeline.model import digest
from pipeline.text.normal import CONTEXT, normal
from pipeline.text.pairs import RUN, pairs

try:
    from pipeline.text._pairs import line
except ImportError:  # no compiler where this was installed
    from pipeline.text.pairs import line

_FORMAT: Final = "grams/1"
_FOLDED: Final = "".join(map(chr, range(0x20, 0xD800)))  # every character that is written in another way

_BREAK = r"(?![^\W_]|[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff])(?s:.)"  # one character outside any run


@functools.cache
def edition() -> str:
    """Return what changes when a text may give other grams than before: an index must then be built anew."""
    return digest(_FORMAT, RUN.pattern, CONTEXT, normal(_FOLDED))


class Phrase(NamedTuple):
    """What to look for: *grams* in a row; the last one is only the beginning of a gram if *open*."""

    grams: tuple[str, ...]
    open: bool


def runs(words: str) -> list[str]:
    """Return the runs of *words* in normal form; none if nothing in it can be searched for."""
    return RUN.findall(normal(words))


def grams(text: str) -> list[str]:
    """Return the grams of *text* in order: pairs, and the last character of each run alone."""
    return pairs(normal(text))


def gram_line(text: str) -> str:
    """Return the grams of *text* with a blank between them: what an engine that splits at blanks is told."""
    return line(normal(text))


def phrase(words: str) -> Phrase | None:
    """Return what finds *words* wherever they were cut out; None if nothing in them can be searched for."""
    found = grams(words)
    if not found:
        return None
    if len(runs(words)[-1]) == 1:
        return Phrase(tuple(found), True)
    return Phrase(tuple(found[:-1]), False)  # the word may end in the middle of the text's run


def pattern(words: str) -> re.Pattern[str] | None:
    """Return an expression that finds *words* in a normal text in exactly the places where the grams do."""
    parts = [re.escape(run) for run in runs(words)]
    return re.compile(f"(?:{_BREAK})+".join(parts)) if parts else None
