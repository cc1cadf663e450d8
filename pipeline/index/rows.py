"""A post as rows of the embedded index: what the tables are and what stands in them."""

from __future__ import annotations

import functools
import json
import unicodedata
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

import lz4.block

from pipeline.index import ROLLED
from pipeline.index.operand import milliseconds
from pipeline.index.sql import facet, indexed, slot
from pipeline.model import FIELDS, PERSONAL, AnalysedPost, Field, Reader, Type, digest, encode, side_by_side
from pipeline.text.grams import edition as gram_edition
from pipeline.text.grams import gram_line
from pipeline.text.normal import TABLE

_HOUR_MS: Final = 3_600_000
LAYOUT: Final = "2"  # of tables and packing
READABLE: Final = (LAYOUT, "1")  # what can be brought up to it; another one cannot be read

_AFFINITY: Final = {
    Type.KEYWORD: "text",
    Type.KEYWORDS: "text",  # a JSON list
    Type.NUMBER: "numeric",
    Type.BOOLEAN: "integer",
    Type.TIME: "integer",  # milliseconds
}

SCHEMA: Final = """
create table if not exists about (name text primary key, value text) without rowid ;
create table if not exists posts (seq integer primary key) ;
create table if not exists documents (seq integer primary key, packed blob not null) ;
create table if not exists gone (id text primary key, at text not null) without rowid ;
create table if not exists volume (
    hour integer, source text, topic text, street text, label text, n integer not null,
    primary key (hour, source, topic, street, label)
) without rowid ;
"""
GRAMS: Final = """
drop table if exists grams ;
create virtual table grams using fts5 (text, tokens, facets, title, content = '', tokenize = "ascii") ;
insert into grams (grams, rank) values ('automerge', 0) ;
insert into grams (grams, rank) values ('crisismerge', 512) ;
insert into grams (grams, rank) values ('usermerge', 16) ;
insert into grams (grams, rank) values ('hashsize', 16777216) ;
"""
"""The longest column is the first: a place in any other one is told with the number of its column. A batch becomes one
piece (of 16 MB at most), and whoever writes has pieces merged, by sixteen, when there is time (``PostIndex.tidy``):
a merge by SQLite itself would come while a back-log is read, when every moment counts."""

INDICES: Final = """
create unique index if not exists posts_by_id on posts (id) ;
create index if not exists posts_by_native_id on posts (native_id) ;
"""

Cell = str | int | float | None
Words = tuple[str, str, str, str]
"""A row of the full-text table: grams of the text, search tokens, facets, grams of the title."""

Roll = tuple[int, str, str, str, str]
"""A row of the roll-up: hour since 1970, source, topic, street, label."""


class Row(NamedTuple):
    """What is written for one post, except its number."""

    first: int  # the lowest number of its millisecond
    cells: tuple[Cell, ...]
    words: Words
    roll: Roll


@functools.cache
def edition() -> str:
    """Return what changes when a post may give other rows than before.

    What is taken out of the full-text table is computed anew, so it must never change without this.
    """
    fields = [f"{field.name} {field.type} {field.path} {indexed(field.name)}" for field in FIELDS.values()]
    letters = TABLE.read_bytes().decode("utf-8")
    return digest(*fields, gram_edition(), letters, unicodedata.unidata_version, _WORDING, GRAMS)


_WORDING: Final = "words/2"  # of a row of the full-text table
_READER: Final[Reader[AnalysedPost]] = Reader(AnalysedPost)
_WITH_COMMON: Final = b"5"  # nothing that zlib writes begins so
_WITH_WORDS: Final = b"4"  # as it was packed before: with the full-text row behind it
_BETWEEN: Final = b"\x00"  # in no JSON
_COMMON: Final = Path(__file__).with_name("common.jsonl").read_bytes()
"""What most posts have in common. Files are packed with it: it must stay to the letter."""


def packed(doc: AnalysedPost) -> bytes:
    """Return what is kept of a post: itself, in a third of its length."""
    whole: bytes = lz4.block.compress(encode(doc), dict=_COMMON)
    return _WITH_COMMON + whole


def unpacked(kept: bytes) -> AnalysedPost:
    """Return what ``packed`` kept, today or in any earlier version."""
    return _READER.read(_body(kept))


def _body(kept: bytes) -> bytes:
    if kept[:1] == _WITH_COMMON:
        body: bytes = lz4.block.decompress(kept[1:], dict=_COMMON)
        return body
    whole: bytes = lz4.block.decompress(kept[1:]) if kept[:1] == _WITH_WORDS else zlib.decompress(kept)
    return whole.partition(_BETWEEN)[0]


def column(field: Field) -> str:
    return f'"{field.name}" {_AFFINITY[field.type]}'


class _Told(NamedTuple):
    """What values say that many posts share: in columns, and in the full-text table."""

    cells: tuple[Cell, ...]
    facets: str


class _Part:
    """The fields that stand side by side in one part of a post.

    Those that are facets come first; what they say is remembered, because most posts share most of it.
    """

    def __init__(self, path: tuple[str, ...], fields: Iterable[Field]) -> None:
        self.fields = tuple(sorted(fields, key=lambda field: not indexed(field.name)))
        self._shared = [field for field in self.fields if indexed(field.name)]
        self._find: Callable[[AnalysedPost], object] = attrgetter(".".join(path)) if path else lambda doc: doc
        own = self.fields[len(self._shared) :]
        self._read_shared = side_by_side(self._shared) if self._shared else None
        self._read_own = side_by_side(own) if own else None
        self._missing = (None,) * len(self.fields)
        self._told = functools.lru_cache(maxsize=1 << 12)(self._tell)

    def add(self, doc: AnalysedPost, cells: list[Cell], facets: list[str]) -> None:
        """Put what *doc* has here behind *cells* and *facets*."""
        part = self._find(doc)
        if part is None:
            cells += self._missing
            return
        if self._read_shared:
            shared, said = self._told(self._read_shared(part))
            cells += shared
            if said:
                facets.append(said)
        if self._read_own:
            cells += map(_cell, self._read_own(part))

    def _tell(self, values: tuple[object, ...]) -> _Told:
        cells = tuple(map(_cell, values))
        facets: list[str] = []
        for field, value, cell in zip(self._shared, values, cells, strict=True):
            if isinstance(value, tuple):
                facets += [facet(field.name, each) for each in value]
            elif cell is not None:
                facets.append(facet(field.name, value if isinstance(value, bool) else cell))
        return _Told(cells, " ".join(facets))


def _cell(value: Any) -> Cell:
    """Return *value* as it stands in its column; an empty text or list is missing."""
    if value is None or value.__class__ is float or value.__class__ is int:
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return milliseconds(value)
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False) if value else None
    return str(value.value if isinstance(value, Enum) else value) or None


_PART: Final = attrgetter("part")
_KEPT: Final = [field for field in FIELDS.values() if field.type is not Type.TEXT and field.name not in PERSONAL]
_PARTS: Final = tuple(_Part(path, some) for path, some in groupby(sorted(_KEPT, key=_PART), key=_PART))
COLUMNS: Final = tuple(field for part in _PARTS for field in part.fields)
_PLACES: Final = {field.name: place for place, field in enumerate(COLUMNS)}
_AT: Final = _PLACES["at"]
_ROLLED: Final = itemgetter(*(_PLACES[name] for name in ROLLED))
_HAS_TITLE, _HAS_TEXT = facet("title", ""), facet("text", "")


def row(doc: AnalysedPost) -> Row:
    """Return *doc* as rows."""
    cells: list[Cell] = []
    facets = [has for has, said in ((_HAS_TITLE, doc.post.title), (_HAS_TEXT, doc.post.text)) if said]
    for part in _PARTS:
        part.add(doc, cells, facets)
    at: Any = cells[_AT]
    source, topic, street, label = [str(cell or "") for cell in _ROLLED(cells)]
    return Row(slot(at), tuple(cells), _words(doc, facets), (at // _HOUR_MS, source, topic, street, label))


def first_slot(at: datetime) -> int:
    """Return the lowest row number of the millisecond of *at*."""
    return slot(milliseconds(at))


def _words(doc: AnalysedPost, facets: list[str]) -> Words:
    return (
        gram_line(doc.post.text),
        doc.text.line if doc.text else "",
        " ".join(facets),
        gram_line(doc.post.title),
    )
