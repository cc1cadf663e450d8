"""Write the folding table: ``python -m pipeline.text.make_table`` (needs the development dependency opencc).

Every line of ``fold.txt`` is two characters: one as people write it, and the one it is read as. The table
is kept in the repository so that folding is the same on every machine and Python.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

TABLE = Path(__file__).with_name("fold.txt")
# They mean two things in simplified text (著名, 乾坤, 瞭望 ...): their neighbours tell which (see normal.py).
BOTH_WAYS = frozenset("著乾瞭徵藉")
# Written in Taiwan and Hong Kong for what the mainland writes in another way, and missing in opencc's characters.
VARIANTS = dict(zip("妳牠揹衹", "你它背只", strict=True))
SURROGATES = range(0xD800, 0xE000)


def fold(character: str, simplify: Callable[[str], str], modernise: Callable[[str], str]) -> str:
    """Return the one character that *character* is read as; itself where there is no single one."""
    folded = _single(unicodedata.normalize("NFKC", character), character)
    folded = _single(folded.lower(), folded)
    if folded in BOTH_WAYS:
        return folded
    if folded in VARIANTS:
        return VARIANTS[folded]
    simple = _single(simplify(folded), folded)
    if simple == folded and not _in_plain_use(folded):
        simple = _single(simplify(modernise(folded)), folded)
    return simple


def _single(candidate: str, otherwise: str) -> str:
    return candidate if len(candidate) == 1 else otherwise


def _in_plain_use(character: str) -> bool:
    """Say whether simplified Chinese has the character (GB 2312), so that it is no variant of another."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def pairs(read_as: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield every character that is read as another, folded until nothing changes any more."""
    for code in range(0x110000):
        if code in SURROGATES:
            continue
        character = chr(code)
        folded = read_as(character)
        while read_as(folded) != folded:
            folded = read_as(folded)
        if folded != character:
            yield character, folded


def main() -> None:
    import opencc  # a development dependency: the pipeline itself never needs it

    simplify, modernise = opencc.OpenCC("t2s").convert, opencc.OpenCC("jp2t").convert
    lines = [f"{written}{read}\n" for written, read in pairs(lambda one: fold(one, simplify, modernise))]
    TABLE.write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
