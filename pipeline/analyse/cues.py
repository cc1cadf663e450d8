"""Finds the cues of a word list in squeezed text, one pass for all of them."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from pipeline.analyse.frames import Ask, Company, frames
from pipeline.model import Reason
from pipeline.text.automaton import Automaton, automaton
from pipeline.text.normal import SENTENCE_ENDS, folded

try:
    from pipeline.analyse._cues import Table
except ImportError:  # no compiler where this was installed
    Table = None  # type: ignore[assignment,misc]

LISTS = tuple(Path(__file__).with_name(name) for name in ("matter.yaml", "harm.yaml"))
_ASIDE = frozenset({"words", "frames", "context"})  # no words to look for in every text
_LONGEST_SENTENCE = 300  # characters; so that a text without full stops costs no more than one with them
_SENTENCE_END = re.compile(f"[{SENTENCE_ENDS}]")
_PAIR = "~"
_MOST = 2_500  # questions to frames in one text; an honest letter of 28,000 characters asks some 1,300
_REACH = 12  # characters between the two words of a pair
_VOID = "void"
_TAMPERED = ("topics", "harm")  # words that matter, so people write them in disguise
_NOWHERE = (0, 0)
# What people write by sound to slip past a filter (煤气xie漏); read as the character it stands for.
_BY_SOUND = dict(
    zip(
        "停水电气煤漏泄欠薪资察监楼死火塌毒爆炸拆骗钱贪污坠淹救命埋烧暖着起跳自杀砍刀味燃困溺投昏迷晕烟浓失踪拐霸凌轻生活持",
        "ting shui dian qi mei lou xie qian xin zi cha jian lou si huo ta du bao zha chai pian qian tan wu zhui yan jiu ming mai shao nuan"
        " zhao qi tiao zi sha kan dao wei ran kun ni tou hun mi yun yan nong shi zong guai ba ling qing sheng huo chi".split(),
        strict=True,
    )
)
# Characters taken apart or swapped for one that sounds or looks alike.
_IN_DISGUISE = {
    one: others.split()
    for one, *others_ in (
        line.split(" ", 1)
        for line in (
            "楼 木娄 娄 偻",
            "烧 火尧",
            "炸 火乍",
            "爆 火暴 暴",
            "煤 火某 媒 霉",
            "跳 足兆",
            "砍 石欠 坎",
            "塌 土翕 榻",
            "淹 氵奄 腌",
            "漏 氵屚 陋 露",
            "死 歹匕 屎",
            "气 汽",
            "杀 鲨",
            "泄 泻 卸 谢",
            "毒 独",
            "停 亭 仃",
            "水 氺",
            "溺 氵弱",
            "救 求攵",
            "刀 叨",
        )
    )
    for others in others_
}


class Cue(msgspec.Struct, frozen=True, gc=False):
    """A word found, for what it speaks (``topic.water``), and where in the squeezed text."""

    word: str
    kind: str
    weight: float
    start: int
    end: int


_NONE: list[Cue] = []
_NO_KINDS: Mapping[str, list[Cue]] = {}


class Reading(msgspec.Struct, frozen=True, dict=True):
    """A text in normal and squeezed form with the cues found in it, by kind, in the order of the text.

    *peril* is where the squeezed text sounds like danger, with or without a word for it (``peril.Peril``).
    *families* has the same lists as *cues* under both parts of their kinds. Unless one of them is written *otherwise*,
    all words of topics and of harm stand there letter by letter as in the lists, but for pairs.
    """

    normal: str
    squeezed: str
    offsets: Sequence[int]
    cues: Mapping[str, list[Cue]]
    families: Mapping[str, Mapping[str, list[Cue]]]
    peril: tuple[int, int] | None = None
    otherwise: bool = True

    def of(self, kind: str) -> list[Cue]:
        return self.cues.get(kind, _NONE)

    def under(self, family: str) -> Mapping[str, list[Cue]]:
        """Return the cues of every kind below *family* (``water`` for ``topics.water``)."""
        return self.families.get(family, _NO_KINDS)

    @functools.cached_property
    def context(self) -> Reading:
        """The same text with the cues that can take a danger back. Few texts need it."""
        return _words_of_context().read_text(self.normal, self.squeezed, self.offsets)

    def reason(self, cue: Cue) -> Reason:
        return Reason(cue.word, cue.weight, self.offsets[cue.start], self.offsets[cue.end - 1] + 1)

    def sentence(self, at: int) -> tuple[int, int]:
        """Return where the sentence around *at* begins and ends in the squeezed text."""
        last = min(len(self.squeezed), at + _LONGEST_SENTENCE)
        end = _SENTENCE_END.search(self.squeezed, at, last)
        return self.begun(at), end.start() if end else last

    def begun(self, at: int) -> int:
        """Return where the sentence around *at* begins in the squeezed text."""
        first = max(0, at - _LONGEST_SENTENCE)
        return max([first, *[self.squeezed.rfind(mark, first, at) + 1 for mark in SENTENCE_ENDS]])

    def between(self, start: int, end: int) -> str:
        """Return what the normal text has from one place of the squeezed text to another."""
        if start >= end:
            return ""
        return self.normal[self.offsets[start] : self.offsets[end - 1] + 1]


class _Label(NamedTuple):
    """For what a word speaks, and how it is written in the list."""

    family: str
    kind: str
    weight: float
    written: str


class _Pair(NamedTuple):
    """The second word of a pair, its number, and what the pair says."""

    second: str
    number: int
    label: _Label


class _Pairs(NamedTuple):
    """The pairs that begin with a word, and the numbers of their second words."""

    seconds: frozenset[int]
    each: Sequence[_Pair]

    def told(self, there: set[int]) -> Sequence[_Pair]:
        """Return those whose second word is *there*."""
        return () if self.seconds.isdisjoint(there) else [pair for pair in self.each if pair.number in there]


class _Framed(NamedTuple):
    """What a word says in some company, the words beside it that this asks for, and whether they tell all."""

    company: Company
    label: _Label
    asks: Sequence[Ask]
    told: bool


class _Word(NamedTuple):
    """A word of the list: its labels, the pairs of words that begin with it, and what it says in some company."""

    latin: bool
    labels: Sequence[_Label]
    pairs: _Pairs | None
    framed: Sequence[_Framed]


_Found = tuple[int, int, int, _Label]  # start, minus the end (of two the longer sorts first), number
# By kind, by family and kind, and whether one is written otherwise.
_Read = tuple[dict[str, list[Cue]], Mapping[str, Mapping[str, list[Cue]]], bool]


class Lexicon:
    """A compiled word list (``matter.yaml`` and ``harm.yaml``)."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._labels: dict[str, list[_Label]] = defaultdict(list)
        self._pairs: dict[str, list[tuple[str, _Label]]] = defaultdict(list)
        self._framed: dict[str, list[_Framed]] = defaultdict(list)
        for kind, weight, word in _entries({family: tree[family] for family in tree if family not in _ASIDE}):
            self._add(kind, weight, word)
        for kind, at, company in frames(tree):
            self._frame(kind, at, company)
        for hints in [hints for framed in self._framed.values() for one in framed for _, hints in one.asks]:
            for hint in hints:
                self._labels[hint] += []
        words = sorted(self._labels)
        numbers = {word: number for number, word in enumerate(words)}
        self._words = [
            _Word(
                word.isascii(),
                self._labels[word],
                _paired(self._pairs[word], numbers) if word in self._pairs else None,
                self._framed.get(word, ()),
            )
            for word in words
        ]
        self._automaton = automaton(words)
        self._read = self._read_here if Table is None else _table(self._words, numbers, self._automaton).read

    @classmethod
    def read(cls) -> Lexicon:
        """Return the lists that ship."""
        return cls(_tree())

    @classmethod
    def of_context(cls) -> Lexicon:
        """Return the words that take a danger back, for texts that have one."""
        return cls({f"context.{kind}": words for kind, words in _tree()["context"].items()})

    def read_text(
        self, normal: str, squeezed: str, offsets: Sequence[int], peril: tuple[int, int] | None = None
    ) -> Reading:
        """Return *squeezed* with its cues; what lies inside a longer cue of the same family is none."""
        cues, families, otherwise = self._read(normal, squeezed, offsets)
        return Reading(normal, squeezed, offsets, cues, families, peril, otherwise)

    def _read_here(self, normal: str, squeezed: str, offsets: Sequence[int]) -> _Read:
        """Return what ``Table.read`` does, where there is none."""
        hits = self._automaton.find(squeezed)
        words, asked = self._words, 0
        found: list[_Found] = []
        pairs: list[tuple[int, int, _Pairs]] = []
        for start, end, number in hits:
            latin, labels, begun, framed = words[number]
            if latin and not _stands_alone(normal, offsets, start, end):
                continue
            for label in labels:
                found.append((start, -end, len(found), label))
            if begun is not None:
                pairs.append((start, end, begun))
            asked += len(framed)
            for one in framed if asked < _MOST else ():
                if one.company.keeps(squeezed, start, end):
                    found.append((start, -end, len(found), one.label))
        if pairs:
            there = {number for _, _, number in hits}
            for start, end, begun in pairs:
                for second, _, label in begun.told(there):
                    if until := _completed(second, squeezed, end):
                        found.append((start, -until, len(found), label))
        cues = _outermost(found)
        plain = [cue for each in cues.values() for cue in each if _plain(cue.kind, cue.word)]
        return cues, in_families(cues), not all(_written(cue, squeezed, offsets) for cue in plain)

    def kinds(self) -> Mapping[str, frozenset[str]]:
        """Return for each word, as it is written in the lists, the kinds for which it speaks."""
        labels = [label for found in self._labels.values() for label in found]
        labels += [label for pairs in self._pairs.values() for _, label in pairs]
        labels += [one.label for framed in self._framed.values() for one in framed]
        found: dict[str, set[str]] = defaultdict(set)
        for label in labels:
            found[label.written].add(label.kind)
        return {word: frozenset(of) for word, of in found.items()}

    def _add(self, kind: str, weight: float, word: str) -> None:
        first, _, second = word.partition(_PAIR)
        if second:
            self._pairs[folded(first)].append((folded(second), _label(kind, weight, word)))
            self._labels[folded(first)] += []
            self._labels[folded(second)] += []
            return
        for form in _forms(folded(word), kind):
            self._labels[form].append(_label(kind, weight, word))

    def _frame(self, kind: str, at: Sequence[str], company: Company) -> None:
        told = company.told()
        asks = company.hinted() if told is None else told
        for word in at:
            for form in _forms(folded(word), kind):
                self._labels[form] += []
                self._framed[form].append(_Framed(company, _label(kind, 1.0, word), asks, told is not None))


@functools.cache
def _tree() -> dict[str, Any]:
    """Return the word lists as one; what two of them say of the same goes together."""
    merged: dict[str, Any] = {}
    for path in LISTS:
        for family, branch in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).items():
            merged[family] = f"{merged[family]} {branch}" if family in merged else branch
    return merged


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
    """Yield the word, and for words that matter each form with one character in disguise, and the whole by sound."""
    yield word
    if not kind.startswith(_TAMPERED) or not 2 <= len(word) <= 6 or word.isascii():
        return
    for at, one in enumerate(word):
        for other in (*_BY_SOUND.get(one, "").split(), *_IN_DISGUISE.get(one, ())):
            yield f"{word[:at]}{other}{word[at + 1 :]}"
    if all(one in _BY_SOUND for one in word):
        yield "".join(_BY_SOUND[one] for one in word)


@functools.cache
def _words_of_context() -> Lexicon:
    return Lexicon.of_context()


def _label(kind: str, weight: float, written: str) -> _Label:
    return _Label(kind.partition(".")[0], kind, weight, written)


def _paired(pairs: Sequence[tuple[str, _Label]], numbers: Mapping[str, int]) -> _Pairs:
    each = [_Pair(second, numbers[second], label) for second, label in pairs]
    return _Pairs(frozenset(pair.number for pair in each), each)


def _table(words: Sequence[_Word], numbers: Mapping[str, int], automaton: Automaton) -> Table:
    """Return *words* as the compiled loop reads them: their labels and companies by number."""
    labels: dict[_Label, int] = {}
    sets: dict[frozenset[str], int] = {}

    def number(label: _Label) -> int:
        return labels.setdefault(label, len(labels))

    def told(one: _Framed) -> tuple[int, int, tuple[tuple[int, int], ...], Callable[[str, int, int], bool] | None]:
        asks = tuple([(int(side), sets.setdefault(words, len(sets))) for side, words in one.asks])
        return number(one.label), one.company.within, asks, None if one.told else one.company.keeps

    rows = [
        (
            word.latin,
            tuple(map(number, word.labels)),
            tuple([(pair.number, number(pair.label)) for pair in word.pairs.each]) if word.pairs else (),
            tuple([told(one) for one in word.framed]),
        )
        for word in words
    ]
    families = {family: at for at, family in enumerate(dict.fromkeys([_VOID, *(label.family for label in labels)]))}
    kinds = {kind: at for at, kind in enumerate(dict.fromkeys(label.kind for label in labels))}
    return Table(
        automaton,
        rows,
        tuple(
            [
                (families[one.family], kinds[one.kind], one.weight, one.written, _plain(one.kind, one.written))
                for one in labels
            ]
        ),
        tuple([(kind, *_parts(kind)) for kind in kinds]),
        tuple([tuple([numbers[word] for word in words_]) for words_ in sets]),
        families[_VOID],
        _MOST,
        _REACH,
        SENTENCE_ENDS,
        Cue,
    )


def _parts(kind: str) -> tuple[str, str]:
    """Return the family of *kind* and its name within; two empty ones for a kind that has none."""
    family, _, name = kind.partition(".")
    return (family, name) if name else ("", "")


def _plain(kind: str, word: str) -> bool:
    """Say whether the letters of a word stand side by side as they are written, if nobody tampers with them."""
    return kind.startswith(_TAMPERED) and _PAIR not in word


def _written(cue: Cue, squeezed: str, offsets: Sequence[int]) -> bool:
    """Say whether a word stands there letter by letter as it is written in the list."""
    apart = offsets[cue.end - 1] - offsets[cue.start] != cue.end - 1 - cue.start
    return squeezed[cue.start : cue.end] == cue.word and not apart


def in_families(cues: Mapping[str, list[Cue]]) -> Mapping[str, Mapping[str, list[Cue]]]:
    """Return the lists of *cues* under both parts of their kinds."""
    families: dict[str, dict[str, list[Cue]]] = {}
    for kind, found in cues.items():
        family, name = _parts(kind)
        if name:
            families.setdefault(family, {})[name] = found
    return families


def _stands_alone(normal: str, offsets: Sequence[int], start: int, end: int) -> bool:
    """Say whether Latin letters are a word of their own and not part of one (bus in business)."""
    first, last = offsets[start], offsets[end - 1]
    before, after = normal[first - 1 : first], normal[last + 1 : last + 2]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def _completed(second: str, squeezed: str, end: int) -> int:
    """Return where a pair whose first word has its *end* there ends itself; 0 if its *second* is out of reach."""
    at = squeezed.find(second, end, end + _REACH + len(second))
    if at < 0 or any(mark in squeezed[end:at] for mark in SENTENCE_ENDS):
        return 0
    return at + len(second)


def _outermost(found: list[_Found]) -> dict[str, list[Cue]]:
    """Return the cues by kind in order of place, without those inside a void or a longer one of their family."""
    found.sort()
    voids = [(start, minus) for start, minus, _, label in found if label.family == _VOID]
    widest: dict[str, tuple[int, int]] = {}
    by_kind: dict[str, list[Cue]] = {}
    begun, void = 0, 0  # voids that begin before or with a word, and how far back the longest of them reaches, minus
    for start, minus, _, (family, kind, weight, written) in found:
        if voids:
            while begun < len(voids) and voids[begun][0] <= start:
                void = min(void, voids[begun][1])
                begun += 1
            if family == _VOID or minus >= void:
                continue
        around = widest.get(family, _NOWHERE)
        if minus >= around[1] and (start, minus) != around:
            continue
        widest[family] = start, minus
        cue = Cue(written, kind, weight, start, -minus)
        if kind in by_kind:
            by_kind[kind].append(cue)
        else:
            by_kind[kind] = [cue]
    return by_kind
