"""Split a delimited file into rows so that a stray quote or a surplus comma costs its own row at most."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_CHUNK = 1 << 20
_MOST_LINES = 500  # that one quoted cell may span
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Line:
    """A row's cells and the physical line, from 1, on which it begins; *fault* says why it cannot be trusted."""

    number: int
    cells: tuple[str, ...]
    fault: str = ""


def encoding_of(path: Path) -> str:
    """Return the encoding of *path* by its bytes: a mark, else strict UTF-8, else gb18030."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name
        if head[1:64:2].count(0) > len(head[:64]) // 4:
            return "utf-16-le"
        if head[0:64:2].count(0) > len(head[:64]) // 4:
            return "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while head:
                decoder.decode(head)
                head = file.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8"


class Reader:
    """The rows of *lines* (physical, with their ends), of which *before* were read; *columns* is the right width."""

    def __init__(self, lines: Iterator[str], delimiter: str, columns: int, before: int = 0) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._columns = columns
        self._ahead: list[str] = []
        self._number = before

    def __iter__(self) -> Iterator[Line]:
        while line := self._peek(0):
            first = self._number + 1
            cells, used = self._row(line)
            if cells is None:
                yield Line(first, tuple(loose(line, self._delimiter)), "引号不成对 / a stray quotation mark")
            elif any(cell.strip() for cell in cells):
                yield Line(first, tuple(cells), self._fault(cells))
            del self._ahead[:used]
            self._number += used

    def _row(self, line: str) -> tuple[list[str] | None, int]:
        """Return the cells of the row that begins with *line*, and how many lines it takes; None if it is broken."""
        cells, used = split(line, self._delimiter), 1
        text = line
        while cells is None and used < _MOST_LINES and (more := self._peek(used)):
            if self._stands_alone(more):
                return None, 1  # a quote that swallows a whole row was never meant as one
            text += more
            used += 1
            cells = split(text, self._delimiter)
        if cells is STRAY or cells is None:
            return None, 1
        if used > 1 and len(cells) != self._columns:
            return None, 1
        return cells, used

    def _stands_alone(self, line: str) -> bool:
        if line.count('"') % 2:  # it closes what another line opened
            return False
        alone = split(line, self._delimiter)
        return self._columns > 2 and alone is not None and len(alone) == self._columns

    def _fault(self, cells: Sequence[str]) -> str:
        if len(cells) == self._columns:
            return ""
        zh = f"列数不对：{len(cells)} 列，表头 {self._columns} 列"
        return f"{zh} / {len(cells)} columns where the header has {self._columns}"

    def _peek(self, ahead: int) -> str:
        missing = ahead + 1 - len(self._ahead)
        if missing > 0:
            self._ahead += islice(self._lines, missing)
        return self._ahead[ahead] if ahead < len(self._ahead) else ""


STRAY: list[str] = []
"""What ``split`` returns for a quote that closes where no cell ends."""


def split(text: str, delimiter: str) -> list[str] | None:
    """Return the cells of one row; None if a quote is still open at its end; ``STRAY`` if a quote is out of place.

    A quotation mark inside an unquoted cell is an ordinary character.
    """
    text = text.rstrip("\r\n")
    cells: list[str] = []
    at = 0
    while True:
        if not text.startswith('"', at):
            end = text.find(delimiter, at)
            cells.append(text[at:] if end < 0 else text[at:end])
        else:
            end = _closing(text, at)
            if end < 0:
                return None
            cells.append(_unquoted(text[at + 1 : end]))
            end += 1
            if end < len(text) and text[end] != delimiter:
                return STRAY
            end = end if end < len(text) else -1
        if end < 0:
            return cells
        at = end + 1


def _closing(text: str, opening: int) -> int:
    at = text.find('"', opening + 1)
    while at >= 0 and text.startswith('"', at + 1):
        at = text.find('"', at + 2)
    return at


def _unquoted(cell: str) -> str:
    return cell.replace('""', '"').replace("\r\n", "\n").replace("\r", "\n")


def loose(line: str, delimiter: str) -> list[str]:
    """Return the cells of a broken row, quotes ignored: good enough to name it, not to import it."""
    return line.rstrip("\r\n").replace('"', "").split(delimiter)
