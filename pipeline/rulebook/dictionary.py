"""What the segmenter's dictionary knows of a word: whether it is a name, how common it is, what holds it."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

_COMMON: Final = 10_000
_FREQUENT: Final = 50


class Entry(NamedTuple):
    """How often the dictionary's texts had a word, and its part of speech (``nr`` is a person's name)."""

    frequency: int
    tag: str


def look_up(word: str) -> Entry | None:
    """Return what the dictionary says of *word*; None if it is not there."""
    start = _text().find(f"\n{word} ")
    if start < 0:
        return None
    frequency, tag = _text()[start + len(word) + 2 : start + len(word) + 40].partition("\n")[0].split(" ")[:2]
    return Entry(int(frequency), tag)


def common(word: str) -> bool:
    """Say whether *word* is so common that a post holds it by chance."""
    found = look_up(word)
    return found is not None and found.frequency >= _COMMON


def holding(word: str, most: int = 3) -> tuple[str, ...]:
    """Return the frequent longer words that hold *word*, the commonest first."""
    return _longer().get(word, ())[:most]


@functools.cache
def _text() -> str:
    # Found, not imported: all that jieba loads would stay in every process that reads rules.
    package = find_spec("jieba")
    assert package is not None and package.origin is not None  # noqa: S101 # we depend on it
    return "\n" + Path(package.origin).with_name("dict.txt").read_text(encoding="utf-8")


@functools.cache
def _longer() -> Mapping[str, tuple[str, ...]]:
    """Return, for each part of a frequent word, the words that hold it."""
    rows = (line.split(" ") for line in _text().splitlines() if line)
    frequent = sorted(
        ((int(row[1]), row[0]) for row in rows if int(row[1]) >= _FREQUENT and len(row[0]) > 2), reverse=True
    )
    found: dict[str, list[str]] = defaultdict(list)
    for _, word in frequent:
        parts = {word[start:end] for start in range(len(word)) for end in range(start + 2, len(word) + 1)}
        for part in parts - {word}:
            found[part].append(word)
    return {part: tuple(words) for part, words in found.items()}
