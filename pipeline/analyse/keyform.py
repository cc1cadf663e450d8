"""The key form of a text: what stays the same when people pass it on; its 3-grams and their MinHash.

Dropped are links, mentions, forwarding words, emoticons in brackets, punctuation, emoji and spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xxhash

from pipeline.text.normal import SENTENCE_ENDS, squeeze_batch

BANDS, ROWS = 14, 2
SKETCH = 2_048  # bits; three times as many as a text of usual length sets
SHORTEST = 8  # a shorter text is only compared whole
LONGEST = 4_000  # a longer text is known by its beginning

Codes = npt.NDArray[np.uint32]
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
_EMPTY = np.zeros(0, np.uint32)
_random = np.random.default_rng(20260310)
_FACTORS = _random.integers(1, 1 << 32, (BANDS * ROWS, 1), np.uint32) | np.uint32(1)
_SHIFTS = _random.integers(0, 1 << 32, (BANDS * ROWS, 1), np.uint32)


@dataclass(frozen=True)
class Forms:
    """The key forms of a batch, place by place.

    Texts with the same *keys* say the same. *grams* are sorted and distinct; a short text has none.
    Two texts are candidates where their *bands* (one row each) have an equal number in one place.
    A *sketch* has for every gram one bit of SKETCH set.
    """

    keys: list[int]
    grams: list[Codes]
    bands: Codes
    sketches: list[int]


def forms(normals: Sequence[str]) -> Forms:
    """Return the key forms of *normals*; each depends on its own text only."""
    stripped = [_stripped(normal[:LONGEST]) for normal in normals]
    squeezed = [_without_ends(letters) for letters, _ in squeeze_batch(stripped)]
    # What is nothing but emoji or punctuation is compared as it stands.
    words = [letters or normal for letters, normal in zip(squeezed, normals, strict=True)]
    keys = [xxhash.xxh3_64_intdigest(word.encode("utf-8", "surrogatepass")) for word in words]
    return Forms(keys, *_shingled(squeezed))


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


def _shingled(squeezed: Sequence[str]) -> tuple[list[Codes], Codes, list[int]]:
    """Return the 3-grams, the bands and the sketch of each text that is long enough."""
    grams, sketches = [_EMPTY] * len(squeezed), [0] * len(squeezed)
    bands = np.zeros((len(squeezed), BANDS), np.uint32)
    long = [place for place, text in enumerate(squeezed) if len(text) >= SHORTEST]
    if not long:
        return grams, bands, sketches
    flat, bounds = _grams([squeezed[place] for place in long])
    bands[long] = _bands(flat, bounds[:-1])
    for place, distinct, sketch in zip(long, _distinct(flat, bounds), _sketches(flat, bounds), strict=True):
        grams[place], sketches[place] = distinct, sketch
    return grams, bands, sketches


def _sketches(flat: Codes, bounds: Places) -> list[int]:
    bits = np.zeros((len(bounds) - 1, SKETCH), bool)
    bits[np.repeat(np.arange(len(bits)), np.diff(bounds)), flat % np.uint32(SKETCH)] = True
    packed = np.packbits(bits, axis=1)
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def _distinct(flat: Codes, bounds: Places) -> Iterator[Codes]:
    """Yield the sorted distinct 3-grams of each text; one sort for all is far faster than one for each."""
    numbers = np.arange(len(bounds), dtype=np.uint64) << np.uint64(32)
    keys = np.repeat(numbers[:-1], np.diff(bounds)) | flat
    keys.sort()
    first = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    keys = keys.compress(first)
    grams = keys.astype(np.uint32)
    for start, end in pairwise(np.searchsorted(keys, numbers).tolist()):
        yield grams[start:end].copy()  # a view would keep the whole batch in memory


def _grams(texts: Sequence[str]) -> tuple[Codes, Places]:
    """Return the 3-grams of all *texts* one after the other, and where each begins and the last ends."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    hashed = codes[:-2] * _ONE + codes[1:-1] * _TWO ^ codes[2:] * _THREE
    hashed ^= hashed >> np.uint32(15)
    hashed *= _TWO
    lengths = np.fromiter(map(len, texts), np.intp, len(texts))
    ends = np.cumsum(lengths)
    inside = np.ones(len(codes), bool)
    inside[ends - 1] = inside[ends - 2] = False  # these would reach into the next text
    return hashed[inside[:-2]], np.concatenate(([0], np.cumsum(lengths - 2)))


def _bands(flat: Codes, starts: Places) -> Codes:
    """Return the MinHash of each text, ROWS minima folded into one number per band."""
    minima = np.empty((BANDS * ROWS, len(starts)), np.uint32)
    for row in range(BANDS * ROWS):
        minima[row] = np.minimum.reduceat(flat * _FACTORS[row] + _SHIFTS[row], starts)
    first, second = minima[0::ROWS], minima[1::ROWS]
    folded = first * _ONE ^ (second * _TWO + (second >> np.uint32(7)))
    return np.ascontiguousarray(folded.T)
