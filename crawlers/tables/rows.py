"""Rows of any importable file, one shape: a line number and either fields or a reason."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from crawlers.columns import NAMES
from crawlers.recording import Row, read_rows
from crawlers.tables.delimited import Line, Reader, encoding_of
from crawlers.tables.header import FIRST_LINES, Header, find_header
from pipeline.errors import Fault, Misconfigured, Rejected

_AUTHORS = frozenset(NAMES["author"]) | frozenset(NAMES["author.key"])
_LATER = {".xlsx": "XLSX", ".xls": "XLS", ".parquet": "Parquet", ".ods": "ODS"}


@dataclass(frozen=True)
class TableRow:
    """One row: its *fields*, or why there are none. *shown* is what may be shown of it, before masking."""

    line: int
    fields: Row | None
    reason: str = ""
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """The rows of a file and the personal columns that were dropped unread."""

    rows: Iterator[TableRow]
    dropped: tuple[str, ...] = ()


def table(path: Path, mapping: Mapping[str, str]) -> Table:
    """Return the rows of *path* by its kind. Raises Misconfigured for a kind or a header that we cannot read."""
    name = path.name.lower().removesuffix(".gz")
    if kind := _LATER.get(Path(name).suffix):
        zh = f"这一版还不能读 {kind}；请另存为 CSV（UTF-8）或 JSONL 再导入"
        raise Misconfigured([Fault(path.name, zh, f"{kind} cannot be read yet; save it as CSV (UTF-8) or JSONL")])
    if not (path.is_file() and os.access(path, os.R_OK)):
        zh = "没有这个文件，或者没有读它的权限"
        raise Misconfigured([Fault(path.name, zh, "there is no such file, or it may not be read")])
    if name.endswith((".jsonl", ".json", ".ndjson")):
        return Table(_recorded(path, mapping))
    if path.suffix.lower() == ".gz":
        raise Misconfigured(
            [Fault(path.name, "压缩的表格请先解压再导入", "unpack a compressed table before importing it")]
        )
    return _delimited(path, mapping)


def _recorded(path: Path, mapping: Mapping[str, str]) -> Iterator[TableRow]:
    for line, row in read_rows(path):
        if isinstance(row, Rejected):
            yield TableRow(line, None, str(row))
        else:
            yield TableRow(line, {mapping.get(key, key): value for key, value in row.items()})


def _delimited(path: Path, mapping: Mapping[str, str]) -> Table:
    lines = _physical(path)
    first = list(islice(lines, FIRST_LINES))
    header = find_header(first, mapping)
    if header is None:
        zh = "没有认出任何一列；请用 --map 指定列名与字段的对应"
        raise Misconfigured([Fault(path.name, zh, "no column was recognised; name the columns with --map")])
    reader = Reader(
        chain(first[header.line :], lines), header.delimiter, columns=len(header.columns), before=header.line
    )
    return Table((_row(line, header) for line in reader), header.dropped)


def _physical(path: Path) -> Iterator[str]:
    # A broken byte costs one character; the mark that stands for it is seen by everyone.
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        yield from file


def _row(line: Line, header: Header) -> TableRow:
    if line.fault:
        return TableRow(line.number, None, line.fault, _shown_broken(line.cells, header))
    fields = {field: cell for field, cell in zip(header.fields, line.cells, strict=True) if field and cell.strip()}
    return TableRow(line.number, fields, shown=tuple(_shown(line.cells, header)))


def _shown(cells: Sequence[str], header: Header) -> Iterator[str]:
    for field, cell in zip(header.fields, cells, strict=True):
        if field and field not in _AUTHORS:
            yield cell


def _shown_broken(cells: Sequence[str], header: Header) -> tuple[str, ...]:
    """Return the cells of a row of the wrong width that surely stand outside the personal columns, wherever it broke."""
    read = [bool(field) and field not in _AUTHORS for field in header.fields]
    secret = [place for place, may in enumerate(read) if not may]
    if not secret:
        return tuple(cells)
    slack = max(1, abs(len(cells) - len(header.columns)))
    before, after = secret[0] - slack, secret[-1] + slack
    return tuple(cell for place, cell in enumerate(cells) if place < before or place > after)
