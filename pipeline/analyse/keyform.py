"""The key form of a text: what stays the same when people pass it on; its 3-grams and their MinHash.

Dropped are links, mentions, forwarding words, emoticons in brackets, punctuation, emoji and spaces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from pipeline.text.normal import SENTENCE_ENDS, squeeze_batch

ROWS: Final = 24
SKETCH: Final = 2_048  # bits; as many as fourteen texts of usual length set
SHORTEST: Final = 6  # a shorter text is only compared whole
LONGEST: Final = 2_000  # a longer text is known by its beginning

Codes = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.intp]

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
_ONE, _TWO, _THREE = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_random = np.random.default_rng(20260310)
_FACTORS = _random.integers(1, 1 << 32, (ROWS, 1), np.uint32) | np.uint32(1)
_SHIFTS = _random.integers(0, 1 << 32, (ROWS, 1), np.uint32)
_PLACE = _random.integers(0, 1 << 63, ROWS, np.uint64)  # so that a minimum means another band in another place


class Traces(NamedTuple):
    """What is left of the 3-grams of some texts, one row each; nothing of texts that are too short.

    Of two texts as many *minima* are equal as their 3-grams are alike. A *sketch* has for every 3-gram one of
    SKETCH bits set, the same in both texts where both have it; *bits* is how many are.
    """

    minima: Codes
    sketches: Hashes
    bits: Places


@dataclass(frozen=True)
class Forms:
    """The key forms of a batch, place by place.

    Texts with the same *keys* say the same. *words* is what is compared in parts, empty where a text is too short.
    """

    keys: list[int]
    words: list[str]
    traces: Traces


def forms(normals: Sequence[str]) -> Forms:
    """Return the key forms of *normals*; each depends on its own text only."""
    stripped = [_stripped(normal[:LONGEST]) for normal in normals]
    squeezed = [_without_ends(letters) for letters, _ in squeeze_batch(stripped)]
    # What is nothing but emoji or punctuation is compared as it stands.
    whole = [letters or normal for letters, normal in zip(squeezed, normals, strict=True)]
    keys = [xxhash.xxh3_64_intdigest(word.encode("utf-8", "surrogatepass")) for word in whole]
    words = [letters if len(letters) >= SHORTEST else "" for letters in squeezed]
    return Forms(keys, words, _traces(words))


def bands(minima: Codes) -> Hashes:
    """Return a hash of each two neighbouring minima, the last and the first being neighbours too.

    Of a hundred pairs of texts that are half alike 99 have one in common, of ten thousand that say other things one or two.
    """
    wide = minima.astype(np.uint64)
    hashes: Hashes = (wide << np.uint64(32) | np.roll(wide, -1, axis=1)) ^ _PLACE
    return hashes


def grams(words: str) -> set[int]:
    """Return the distinct 3-grams of *words*, each as one number."""
    codes = _codes(words).astype(np.uint64)
    return set((codes[:-2] << np.uint64(42) | codes[1:-1] << np.uint64(21) | codes[2:]).tolist())


def passed_on(normal: str) -> bool:
    """Say whether the words themselves show that this was passed on."""
    return _REPOST.search(normal) is not None


def _stripped(normal: str) -> str:
    body, last = normal[:-_LAST_WORDS], normal[-_LAST_WORDS:]
    return _NOISE.sub(_instead, body + _ASIDE.sub(" ", last))


def _instead(noise: re.Match[str]) -> str:
    # A point inside a number is no punctuation: 4.5元 is not 45元.
    return "点" if noise[0] in ".:/-" else " "


def _without_ends(letters: str) -> str:
    for end in SENTENCE_ENDS:  # many times faster than str.translate
        letters = letters.replace(end, "")
    return letters


def _traces(words: Sequence[str]) -> Traces:
    minima = np.zeros((len(words), ROWS), np.uint32)
    set_ = np.zeros((len(words), SKETCH), np.bool_)
    long = [place for place, text in enumerate(words) if text]
    if long:
        flat, starts = _hashed([words[place] for place in long])
        least = np.empty((ROWS, len(long)), np.uint32)
        for row in range(ROWS):
            least[row] = np.minimum.reduceat(flat * _FACTORS[row] + _SHIFTS[row], starts)
        minima[long] = least.T
        set_[np.repeat(long, np.diff(starts, append=len(flat))), flat % np.uint32(SKETCH)] = True
    return Traces(minima, np.packbits(set_, axis=1).view(np.uint64), np.count_nonzero(set_, axis=1))


def _hashed(texts: Sequence[str]) -> tuple[Codes, Places]:
    """Return the hashes of the 3-grams of all *texts* one after the other, and where each begins."""
    codes = _codes("".join(texts))
    hashed = codes[:-2] * _ONE + codes[1:-1] * _TWO ^ codes[2:] * _THREE
    hashed ^= hashed >> np.uint32(15)
    hashed *= _TWO
    lengths = np.fromiter(map(len, texts), np.intp, len(texts))
    ends = np.cumsum(lengths)
    inside = np.ones(len(codes), bool)
    inside[ends - 1] = inside[ends - 2] = False  # these would reach into the next text
    return hashed[inside[:-2]], np.concatenate(([0], np.cumsum(lengths - 2)))[:-1]


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
