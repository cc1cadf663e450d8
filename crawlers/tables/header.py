"""Find the header of a table, its delimiter, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from crawlers.columns import NAMES, known, personal
from crawlers.tables.delimited import split
from pipeline.errors import Fault, Misconfigured, guess

DELIMITERS = ",\t;|"
FIRST_LINES = 20  # a title and a note may stand above the header


@dataclass(frozen=True)
class Header:
    """The header: on which physical line, split by what, and the field that each column is read as ("" = not read)."""

    line: int
    delimiter: str
    columns: tuple[str, ...]
    fields: tuple[str, ...]

    @property
    def dropped(self) -> tuple[str, ...]:
        """The columns about persons: never read."""
        return tuple(column for column in self.columns if personal(column))


def find_header(lines: Sequence[str], mapping: Mapping[str, str]) -> Header | None:
    """Return the header among the first *lines*: the row with most columns that we know; None if no row has any."""
    best: Header | None = None
    for number, line in enumerate(lines[:FIRST_LINES], start=1):
        for delimiter in DELIMITERS:
            header = _read(number, line, delimiter, mapping)
            if header and _knows(header) > (_knows(best) if best else 0):
                best = header
    return best


def _read(number: int, line: str, delimiter: str, mapping: Mapping[str, str]) -> Header | None:
    cells = split(line, delimiter)
    if not cells:
        return None
    columns = tuple(tidy(cell) for cell in cells)
    return Header(number, delimiter, columns, tuple(_field(column, mapping) for column in columns))


def _knows(header: Header) -> int:
    return sum(bool(field) for field in header.fields)


def tidy(column: str) -> str:
    """Return a column's name without the marks that forms put around it."""
    name = "".join(column.split()).strip("*＊:：'\"\ufeff").lower()
    return name.replace("（", "(").replace("）", ")")


def _field(column: str, mapping: Mapping[str, str]) -> str:
    if personal(column):
        return ""
    return mapping.get(column) or (column if known(column) else "")


def read_mapping(file: Path) -> dict[str, str]:
    """Return column → field from a YAML file. Raises Misconfigured with every fault."""
    try:
        tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Misconfigured(
            [Fault(str(file), f"列对照表读不出来：{error}", f"cannot read the map: {error}")]
        ) from error
    if not isinstance(tree, dict):
        raise Misconfigured([Fault(str(file), "应写成 列名: 字段", "write COLUMN: FIELD")])
    mapping = {tidy(str(column)): str(field) for column, field in tree.items()}
    if faults := [fault for column, field in mapping.items() if (fault := _wrong(file, column, field))]:
        raise Misconfigured(faults)
    return mapping


def _wrong(file: Path, column: str, field: str) -> Fault | None:
    place = f"{file}: {column}"
    if personal(column):
        return Fault(place, "这一列是个人信息，不能导入", "this column holds personal data and cannot be imported")
    if known(field):
        return None
    zh, en = guess(field, NAMES, or_all=True)
    return Fault(place, f"没有字段 {field}{zh}", f"no field {field}{en}")
