"""One form for every way of writing the same: width, case, traditional characters, variants.

The normal form has exactly one code point for every code point of the original, so an offset found in the
one holds in the other. Where Unicode's NFKC would make several characters of one ("…", "㎡") the original
stays. The squeezed form, on which rules match, also drops what people put between letters.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.text.beside import Beside, beside
from pipeline.text.letters import Codes, codes

try:
    from pipeline.text._letters import Letters
except ImportError:  # no compiler where this was installed
    from pipeline.text.letters import Letters

TABLE = Path(__file__).with_name("fold.txt")
SENTENCE_ENDS = "。!?;\n"  # what is left of 。！？； after folding; rules look for words within one sentence
# Characters that simplified text has as well, in a few words; anywhere else they are another's traditional form.
_BOTH_WAYS = {
    "著": "(?<![显名原编论巨专土昭卓拙遗译合])著(?![名作称书述录者文])",
    "乾": "乾(?![坤隆清元嘉卦陵宁安县])",
    "瞭": "瞭(?!望)",
    "徵": "(?<!角)徵(?!羽)",
    "藉": "(?<![狼慰枕蕴])藉",
    "祇": "(?<![神地])祇",
    "甚": "甚(?=么)",
    "彷": "彷(?=佛)",
}
_MEANT = dict(zip(_BOTH_WAYS, "着干了征借只什仿", strict=True))
CONTEXT = "|".join(_BOTH_WAYS.values())  # with the table, all that the normal form hangs on
_EITHER = re.compile(CONTEXT)
_CODE_POINTS = 0x110000
_SURROGATES = slice(0xD800, 0xE000)
_REPLACEMENT = 0xFFFD
_TELLING = 1000  # letters; whoever writes in a script begins in it
# Letters and digits. Modifier letters (ー, ˇ, tatweel) only stretch or decorate, except 々.
_LETTERS = frozenset("Lu Ll Lt Lo Nd Nl No".split())
_IDEOGRAPHS = slice(0x20000, 0x32000)  # the rare ones, all letters
# They count as letters and show nothing: people hide words with them.
_INVISIBLE = "\u115f\u1160\u3164\uffa0\u17b4\u17b5"


def normal(text: str) -> str:
    """Return the normal form of *text*: as long, character by character. Lone surrogates become U+FFFD."""
    if text.isascii():
        return text.lower()
    return normal_batch([text])[0]


def normal_batch(texts: Sequence[str]) -> list[str]:
    """Return the normal forms in one pass; far faster than one by one."""
    normals, doubtful = _letters().folded(list(texts))
    for place, doubts in doubtful:
        normals[place] = _meant(normals[place], doubts)
    return normals


def squeeze(normal_text: str) -> tuple[str, Sequence[int]]:
    """Return only the letters, digits and sentence ends of *normal_text*, and where each of them stood."""
    return _letters().squeezed([normal_text])[0]


def squeeze_batch(normal_texts: Sequence[str]) -> list[tuple[str, Sequence[int]]]:
    """Return what ``squeeze`` says of each, in one pass."""
    return _letters().squeezed(list(normal_texts))


def folded(text: str) -> str:
    """Return the squeezed normal form: how a word must be written to be found in squeezed text."""
    return squeeze(normal(text))[0]


def traditional(text: str) -> bool:
    """Say whether *text* is written, where it begins, in characters that only traditional script has."""
    return _traditional().found(text[:_TELLING])


def _meant(text: str, doubts: Sequence[int]) -> str:
    """Return *text* with each character that is written for two, there at *doubts*, as the one its neighbours tell."""
    changed = [at for at in doubts if _EITHER.match(text, at)]
    if not changed:
        return text
    letters = list(text)
    for at in changed:
        letters[at] = _MEANT[letters[at]]
    return "".join(letters)


@functools.cache
def _letters() -> Letters:
    return Letters(_table(), kept(), "".join(_BOTH_WAYS))


@functools.cache
def _traditional() -> Beside:
    """Return a look for the ideographs that are read as another and that GB 2312 does not have."""
    pairs = TABLE.read_bytes().decode("utf-8").splitlines()
    return beside("".join(pair[0] for pair in pairs if _han(pair[0]) and _han(pair[1]) and not _plain(pair[0])))


def _han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _plain(character: str) -> bool:
    """Say whether simplified Chinese has the character, if only in a name."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@functools.cache
def _table() -> Codes:
    """Return what every code point is read as."""
    table = np.arange(_CODE_POINTS, dtype=np.uint32)
    table[_SURROGATES] = _REPLACEMENT  # they cannot be encoded, so nothing after us could store them
    lines = codes(TABLE.read_bytes().decode("utf-8")).reshape(-1, 3)  # written, read, end of line
    table[lines[:, 0]] = lines[:, 1]
    return table


@functools.cache
def kept() -> NDArray[np.bool_]:
    """Return which code points survive squeezing: letters and digits of any script, and sentence ends."""
    stays = np.zeros(_CODE_POINTS, dtype=np.bool_)
    stays[: _IDEOGRAPHS.start] = [unicodedata.category(chr(code)) in _LETTERS for code in range(_IDEOGRAPHS.start)]
    stays[_IDEOGRAPHS] = True
    stays[_SURROGATES] = False
    stays[[ord(one) for one in _INVISIBLE]] = False
    stays[[ord(one) for one in "々" + SENTENCE_ENDS]] = True
    return stays
