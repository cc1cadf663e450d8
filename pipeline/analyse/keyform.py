"""The key form of a text: what stays the same when people pass it on; its 3-grams and their MinHash.

Dropped are links, mentions, forwarding words, emoticons in brackets, punctuation, emoji and spaces.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest as hashed

from pipeline.text.normal import SENTENCE_ENDS, squeeze

ROWS: Final = 24
SKETCH: Final = 2_048  # bits; as many as fourteen texts of usual length set
SHORTEST: Final = 6  # a shorter text is only compared whole
LONGEST: Final = 2_000  # a longer text is known by its beginning

Codes = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.intp]
Grams = npt.NDArray[np.uint64]
Classes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

# Each way begins with a plain character: the search then runs from one of these to the next.
_FORWARDED = r"//@[^:\s]{1,30}:|【(?:转|转发|扩散|转帖)[】\]]|\[(?:转|转发|扩散|转帖)[】\]]|转发微博"
_POINTS = "|".join(rf"{point}(?<=\d{point})(?=\d)" for point in (r"\.", ":", "/", "-"))
# Mentions go as a whole and before punctuation does, or the name would stay in the key.
_NOISE = re.compile(rf"https?://[a-z0-9./?=&%#~:+,!_-]+|{_FORWARDED}|@[\w-]{{1,20}}|\[[^\[\]]{{1,8}}\]|{_POINTS}")
_REPOST = re.compile(_FORWARDED)
_LAST_WORDS = 16  # characters in which the last words stand
_ASIDE = re.compile(
    r"(?:[\s,。!?~]|^)(?:大家|求|请|帮忙|速)?(?:帮转|转发扩散|求?扩散|求?转发?|帮顶|同问|顶+|路过|围观)[\W_]*$"
)
_UTF32: Final = "utf-32-le"
_WIDE: Final = 4  # bytes of a code point
_ONE, _TWO, _THREE = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_random = np.random.default_rng(20260310)
_FACTORS = _random.integers(1, 1 << 32, ROWS, np.uint32) | np.uint32(1)
_SHIFTS = _random.integers(0, 1 << 32, ROWS, np.uint32)
_PLACES = _random.integers(0, 1 << 63, ROWS, np.uint64)  # so that a minimum means another band in another place


# What a code point may be: a letter or digit that stays, or a hint that one of the expressions may find something.
_KEPT, _DIGIT, _POINT, _ASIDES, _NOISY = (np.uint8(1 << bit) for bit in range(5))
_HINTS = {_NOISY: "@/[【博", _POINT: ".:/-", _ASIDES: "转散发顶问过观"}


class Traces(NamedTuple):
    """What is left of the 3-grams of some texts, one row each; nothing of texts that are too short.

    Of a hundred pairs of texts that are half alike 99 have one of their *bands* in common, of ten thousand that say
    other things one or two. A *sketch* has for every 3-gram one of SKETCH bits set, the same in both texts where both
    have it; *bits* is how many are. *lengths* are in characters.
    """

    bands: Hashes
    sketches: Hashes
    bits: Places
    lengths: Places


@dataclass(frozen=True)
class Forms:
    """The key forms of a batch, place by place.

    Texts with the same *keys* say the same. *words* is what is compared in parts, empty where a text is too short.
    """

    keys: Hashes
    words: list[str]
    traces: Traces


class Former:
    """Makes key forms and compares them; ``_keyform.c`` does the same many times as fast.

    *classes* tells for every code point what it is to a key form. Each minimum is of the hashes times one of *factors*
    and plus one of *shifts*; *places* are mixed into the bands.
    """

    def __init__(self, classes: Classes, factors: Codes, shifts: Codes, places: Hashes) -> None:
        self._classes, self._places = classes, places
        self._mixing = list(zip(factors, shifts, strict=True))

    def form(
        self, normals: list[str], keys: Hashes, bands: Hashes, sketches: Hashes, bits: Places, lengths: Places, /
    ) -> list[str]:
        """Fill one row of each column for each of *normals*; return their words."""
        letters, ends = self._letters([normal[:LONGEST] for normal in normals])
        cuts = list(pairwise([0, *ends.tolist()]))
        flat, text = memoryview(letters.tobytes()), _text(letters)
        # What is nothing but emoji or punctuation is compared as it stands.
        keys[:] = [
            hashed(flat[_WIDE * start : _WIDE * end] if start < end else _bytes(normal))
            for (start, end), normal in zip(cuts, normals, strict=True)
        ]
        self._trace(letters, ends, bands, sketches, lengths)
        bits[:] = np.bitwise_count(sketches).sum(axis=1, dtype=np.intp)
        return [text[start:end] if end - start >= SHORTEST else "" for start, end in cuts]

    def overlap(self, words: str, other: str, /) -> tuple[int, int, int]:
        """Return how many distinct 3-grams there are in *words*, in the *other* words, and in both."""
        ours, theirs = _grams(words), _grams(other)
        both = np.concatenate((ours, theirs))
        both.sort()
        return len(ours), len(theirs), int(np.count_nonzero(both[1:] == both[:-1]))

    def _letters(self, texts: Sequence[str]) -> tuple[Codes, Places]:
        """Return the letters and digits that stay of *texts*, one after the other, and where those of each end."""
        ends = np.cumsum(np.fromiter(map(len, texts), np.intp, len(texts)))
        codes = _codes("".join(texts))
        classes = self._classes.take(codes)
        kept = np.flatnonzero(classes & _KEPT != 0)
        noisy = _noisy(codes, classes, kept, ends)
        if noisy.any():
            # As long as before, so that it fits where it stood: spaces are dropped.
            stripped = [_stripped(text).ljust(len(text)) for text in compress(texts, noisy.tolist())]
            theirs = np.repeat(noisy, np.diff(ends, prepend=0))
            codes = codes.copy()
            codes[theirs] = instead = _codes("".join(stripped))
            classes[theirs] = self._classes[instead]
            kept = np.flatnonzero(classes & _KEPT != 0)
        return codes[kept], np.searchsorted(kept, ends)

    def _trace(self, letters: Codes, ends: Places, bands: Hashes, sketches: Hashes, lengths: Places) -> None:
        each = np.diff(ends, prepend=0)
        long = each >= SHORTEST
        minima = np.zeros((len(ends), ROWS), np.uint32)
        set_ = np.zeros((len(ends), SKETCH), np.bool_)
        if long.any():
            flat, counts = _hashed(letters, ends, long), each[long] - 2
            starts = np.cumsum(counts) - counts
            least, mixed = np.empty((ROWS, len(counts)), np.uint32), np.empty_like(flat)
            for row, (factor, shift) in zip(least, self._mixing, strict=True):
                np.multiply(flat, factor, out=mixed)
                np.add(mixed, shift, out=mixed)
                np.minimum.reduceat(mixed, starts, out=row)
            minima[long] = least.T
            set_.ravel()[np.repeat(np.flatnonzero(long) * SKETCH, counts) + (flat & np.uint32(SKETCH - 1))] = True
        wide = minima.astype(np.uint64)
        # Each two neighbours make a band, the last and the first being neighbours, too.
        bands[:] = (wide << np.uint64(32) | np.roll(wide, -1, axis=1)) ^ self._places
        sketches[:] = np.packbits(set_, axis=1).view(np.uint64)
        lengths[:] = each * long


def forms(normals: Sequence[str], by: Former | None = None) -> Forms:
    """Return the key forms of *normals*; each depends on its own text only."""
    rows = len(normals)
    keys, bits, lengths = np.empty(rows, np.uint64), np.empty(rows, np.intp), np.empty(rows, np.intp)
    bands, sketches = np.empty((rows, ROWS), np.uint64), np.empty((rows, SKETCH // 64), np.uint64)
    words = (by or former()).form(list(normals), keys, bands, sketches, bits, lengths)
    return Forms(keys, words, Traces(bands, sketches, bits, lengths))


def overlap(words: str, other: str) -> tuple[int, int, int]:
    """Return how many distinct 3-grams there are in *words*, in the *other* words, and in both."""
    return former().overlap(words, other)


@functools.cache
def former(make: type[Former] | None = None) -> Former:
    """Return the fastest there is, or one of that make."""
    return (make or _Compiled)(classes(), _FACTORS, _SHIFTS, _PLACES)


def passed_on(normal: str) -> bool:
    """Say whether the words themselves show that this was passed on."""
    # One of these stands in all that the expression finds, and they are looked for many times as fast.
    hinted = "转" in normal or "//@" in normal or "扩散" in normal
    return hinted and _REPOST.search(normal) is not None


@functools.lru_cache(256)
def _grams(words: str) -> Grams:
    """Return the distinct 3-grams of *words*, each as one number, in order."""
    codes = _codes(words).astype(np.uint64)
    found = codes[:-2] << np.uint64(42)
    found |= codes[1:-1] << np.uint64(21)
    found |= codes[2:]
    found.sort()
    new = np.empty(len(found), bool)
    new[:1] = True
    np.not_equal(found[1:], found[:-1], out=new[1:])
    return found[new]


def _noisy(codes: Codes, classes: Classes, kept: Places, ends: Places) -> Flags:
    """Say which texts may have something to drop that is no punctuation; the expressions are slow, and few need them."""
    noisy = np.zeros(len(ends), bool)
    if len(kept):
        last = kept[np.searchsorted(kept, ends) - 1]
        noisy |= classes[last] & _ASIDES != 0
    hints = np.flatnonzero(classes & (_NOISY | _POINT) != 0)
    before, after = classes[hints - 1], classes[(hints + 1) % max(1, len(codes))]
    told = (classes[hints] & _NOISY != 0) | (before & after & _DIGIT != 0)
    noisy[np.searchsorted(ends, hints[told], side="right")] = True
    return noisy


@functools.cache
def classes() -> Classes:
    """Return for every code point what it is to a key form."""
    every = _text(np.arange(sys.maxunicode + 1, dtype=np.uint32))
    told = np.zeros(len(every), np.uint8)
    told[np.asarray(squeeze(every)[1])] = _KEPT
    told[_codes(SENTENCE_ENDS)] = 0
    for hint, points in _HINTS.items():
        told[_codes(points)] |= hint
    told[[found.start() for found in re.finditer(r"\d", every)]] |= _DIGIT
    return told


def _stripped(normal: str) -> str:
    body, last = normal[:-_LAST_WORDS], normal[-_LAST_WORDS:]
    return _NOISE.sub(_instead, body + _ASIDE.sub(" ", last))


def _instead(noise: re.Match[str]) -> str:
    # A point inside a number is no punctuation: 4.5元 is not 45元.
    return "点" if noise[0] in ".:/-" else " "


def _hashed(codes: Codes, ends: Places, long: Flags) -> Codes:
    """Return the hashes of the 3-grams of those texts that are *long* enough, one after the other."""
    found: Codes = codes[:-2] * _ONE + codes[1:-1] * _TWO ^ codes[2:] * _THREE
    found ^= found >> np.uint32(15)
    found *= _TWO
    inside = np.repeat(long, np.diff(ends, prepend=0))
    inside[ends[long] - 1] = inside[ends[long] - 2] = False  # these would reach into the next text
    return found[inside[:-2]]


def _codes(text: str) -> Codes:
    return np.frombuffer(_bytes(text), np.uint32)


def _bytes(text: str) -> bytes:
    return text.encode(_UTF32, "surrogatepass")


def _text(codes: Codes) -> str:
    return codes.tobytes().decode(_UTF32, "surrogatepass")


try:
    from pipeline.analyse._keyform import Former as _Compiled
except ImportError:  # no compiler where this was installed
    _Compiled = Former  # type: ignore[misc]
