"""Write the table of readings: ``python -m pipeline.text.make_pinyin`` (needs pypinyin, MIT, which nothing else does).

A line of ``pinyin.txt`` is a syllable without its tone, the characters that are read so first of all, and those
that can be read so too; a character has two readings at most. It is kept so that rules expand alike everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

TABLE = Path(__file__).with_name("pinyin.txt")
MOST = 2
_FIRST, _LAST = 0xB0A1, 0xF7FE  # the ideographs of GB 2312


def characters() -> Iterator[str]:
    """Yield every ideograph of plain simplified Chinese."""
    for code in range(_FIRST, _LAST + 1):
        try:
            yield code.to_bytes(2, "big").decode("gb2312")
        except UnicodeDecodeError:
            continue


def lines(known: Iterable[str], readings: Callable[[str], Sequence[str]]) -> list[str]:
    """Return the lines of the table for the characters *known*, in order of their syllables."""
    table: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for character in known:
        for rank, syllable in enumerate(list(dict.fromkeys(readings(character)))[:MOST]):
            table[syllable][min(rank, 1)].append(character)
    return [f"{syllable} {''.join(first)} {''.join(also)}\n" for syllable, (first, also) in sorted(table.items())]


def main() -> None:
    import pypinyin  # type: ignore[import-not-found] # only here: the table is in the repository

    def readings(character: str) -> list[str]:
        found: list[str] = pypinyin.pinyin(character, style=pypinyin.Style.NORMAL, heteronym=True)[0]
        return [one for one in found if one.isascii() and one.isalpha()]

    TABLE.write_text("".join(lines(characters(), readings)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
