"""Finds the cues of a word list in squeezed text, one pass for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from daachorse import CharwiseDoubleArrayAhoCorasick

from pipeline.model import Reason
from pipeline.text.normal import SENTENCE_ENDS, folded

LEXICON = Path(__file__).with_name("matter.yaml")
_PAIR = "~"
_REACH = 12  # characters between the two words of a pair
_VOID = "void"
_NOWHERE = (0, 0)
# What people write by sound to slip past a filter (煤气xie漏); read as the character it stands for.
_BY_SOUND = dict(
    zip(
        "停水电气煤漏泄欠薪资察监楼死火塌毒爆炸拆骗钱贪污坠淹救命埋烧暖",
        "ting shui dian qi mei lou xie qian xin zi cha jian lou si huo ta du bao zha chai pian qian tan wu zhui yan jiu ming mai shao nuan".split(),
        strict=True,
    )
)


class Cue(NamedTuple):
    """A word found, for what it speaks (``topic.water``), and where in the squeezed text."""

    word: str
    kind: str
    weight: float
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """A text in normal and squeezed form with the cues found in it, by kind."""

    normal: str
    squeezed: str
    offsets: Sequence[int]
    cues: Mapping[str, Sequence[Cue]] = field(default_factory=dict)

    def of(self, kind: str) -> Sequence[Cue]:
        return self.cues.get(kind, ())

    def under(self, family: str) -> Iterator[Cue]:
        """Yield the cues of every kind below *family* (``topic`` for ``topic.water``)."""
        for kind, cues in self.cues.items():
            if kind.startswith(family + "."):
                yield from cues

    def reason(self, cue: Cue) -> Reason:
        return Reason(cue.word, cue.weight, self.offsets[cue.start], self.offsets[cue.end - 1] + 1)

    def sentence(self, at: int) -> tuple[int, int]:
        """Return where the sentence around *at* begins and ends in the squeezed text."""
        start = max(self.squeezed.rfind(mark, 0, at) for mark in SENTENCE_ENDS) + 1
        ends = [end for mark in SENTENCE_ENDS if (end := self.squeezed.find(mark, at)) >= 0]
        return start, min(ends, default=len(self.squeezed))

    def between(self, start: int, end: int) -> str:
        """Return what the normal text has from one place of the squeezed text to another."""
        if start >= end:
            return ""
        return self.normal[self.offsets[start] : self.offsets[end - 1] + 1]


class _Label(NamedTuple):
    """For what a word speaks, and how it is written in the list."""

    kind: str
    weight: float
    written: str


class _Word(NamedTuple):
    """A word of the list: its labels, and the pairs of words that begin with it."""

    word: str
    latin: bool
    labels: Sequence[_Label]
    pairs: Sequence[tuple[str, _Label]]


_Found = tuple[int, int, int, _Label]  # start, minus the end (of two the longer sorts first), number, label


class Lexicon:
    """A compiled word list (``matter.yaml``)."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._labels: dict[str, list[_Label]] = defaultdict(list)
        self._pairs: dict[str, list[tuple[str, _Label]]] = defaultdict(list)
        for kind, weight, word in _entries(tree):
            self._add(kind, weight, word)
        self._words = sorted(self._labels)
        self._found = [
            _Word(word, word.isascii(), self._labels[word], self._pairs.get(word, [])) for word in self._words
        ]
        self._automaton = CharwiseDoubleArrayAhoCorasick(self._words)

    @classmethod
    def read(cls, path: Path = LEXICON) -> Lexicon:
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")))

    def read_text(self, normal: str, squeezed: str, offsets: Sequence[int]) -> Reading:
        """Return *squeezed* with its cues; what lies inside a longer cue of the same family is none."""
        found: list[_Found] = []
        paired: list[tuple[int, int, str, _Label]] = []
        for start, end, index in self._automaton.find_overlapping(squeezed):
            word = self._found[index]
            if word.latin and not _stands_alone(normal, offsets, start, end):
                continue
            for label in word.labels:
                found.append((start, -end, len(found), label))
            for second, label in word.pairs:
                paired.append((start, end, second, label))
        for start, end, second, label in paired:
            at = squeezed.find(second, end, end + _REACH + len(second))
            if at >= 0 and not any(mark in squeezed[end:at] for mark in SENTENCE_ENDS):
                found.append((start, -(at + len(second)), len(found), label))
        by_kind: dict[str, list[Cue]] = defaultdict(list)
        for cue in _outermost(found):
            by_kind[cue.kind].append(cue)
        return Reading(normal, squeezed, offsets, by_kind)

    def _add(self, kind: str, weight: float, word: str) -> None:
        first, _, second = word.partition(_PAIR)
        if second:
            self._pairs[folded(first)].append((folded(second), _Label(kind, weight, word)))
            self._labels[folded(first)] += []
            self._labels[folded(second)] += []
            return
        for form in _forms(folded(word), kind):
            self._labels[form].append(_Label(kind, weight, word))


def _entries(tree: Mapping[str, Any]) -> Iterator[tuple[str, float, str]]:
    """Yield kind, weight and word of everything in the word list."""
    for family, branch in tree.items():
        if isinstance(branch, str):
            yield from ((family, 1.0, word) for word in branch.split())
            continue
        for name, leaf in branch.items():
            weighted = leaf if isinstance(leaf, dict) else {1.0: leaf}
            for weight, words in weighted.items():
                yield from ((f"{family}.{name}", float(weight), word) for word in words.split())


def _forms(word: str, kind: str) -> Iterator[str]:
    """Yield the word, and for words that matter each form with one character written by its sound."""
    yield word
    if kind.startswith(("topics", "harm")) and 2 <= len(word) <= 6 and not word.isascii():
        for at, one in enumerate(word):
            if one in _BY_SOUND:
                yield f"{word[:at]}{_BY_SOUND[one]}{word[at + 1 :]}"


def _stands_alone(normal: str, offsets: Sequence[int], start: int, end: int) -> bool:
    """Say whether Latin letters are a word of their own and not part of one (bus in business)."""
    first, last = offsets[start], offsets[end - 1]
    before, after = normal[first - 1 : first], normal[last + 1 : last + 2]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def _outermost(found: list[_Found]) -> Iterator[Cue]:
    """Yield the cues in order of place, without those inside a void or inside a longer one of their family."""
    found.sort()
    voids = [(start, minus) for start, minus, _, label in found if label.kind == _VOID]
    widest: dict[str, tuple[int, int]] = {}
    for start, minus, _, (kind, weight, written) in found:
        if voids and (kind == _VOID or any(first <= start and minus >= last for first, last in voids)):
            continue
        family = kind[: kind.index(".")] if "." in kind else kind
        around = widest.get(family, _NOWHERE)
        if minus >= around[1] and (start, minus) != around:
            continue
        widest[family] = start, minus
        yield Cue(written, kind, weight, start, -minus)
