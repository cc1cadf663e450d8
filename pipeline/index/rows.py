"""A post as rows of the embedded index: what the tables are and what stands in them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import lz4.block

from pipeline.index import ROLLED
from pipeline.index.operand import milliseconds
from pipeline.index.sql import facet, indexed, slot
from pipeline.model import FIELDS, PERSONAL, AnalysedPost, Field, Reader, Type, Value, Values, digest, encode
from pipeline.text.grams import edition as gram_edition
from pipeline.text.grams import grams

LAYOUT: Final = "1"  # of tables and packing; another one cannot be read

COLUMNS: Final = tuple(field for field in FIELDS.values() if field.type is not Type.TEXT and field.name not in PERSONAL)
_AFFINITY: Final = {
    Type.KEYWORD: "text",
    Type.KEYWORDS: "text",  # a JSON list
    Type.NUMBER: "numeric",
    Type.BOOLEAN: "integer",
    Type.TIME: "integer",  # milliseconds
}
_FACETS: Final = tuple(field.name for field in COLUMNS if indexed(field.name))
_COLUMN_NAMES: Final = tuple(field.name for field in COLUMNS)
_TIMES: Final = tuple(place for place, field in enumerate(COLUMNS) if field.type is Type.TIME)
_LISTS: Final = tuple(place for place, field in enumerate(COLUMNS) if field.type is Type.KEYWORDS)
_VALUES: Final = Values(COLUMNS)
_WORDS: Final = tuple(field for field in FIELDS.values() if field.type is Type.TEXT)

SCHEMA: Final = """
create table if not exists about (name text primary key, value text) without rowid ;
create table if not exists posts (seq integer primary key) ;
create table if not exists documents (seq integer primary key, packed blob not null) ;
create table if not exists gone (id text primary key, at text not null) without rowid ;
create table if not exists volume (
    hour integer, source text, topic text, street text, label text, n integer not null,
    primary key (hour, source, topic, street, label)
) without rowid ;
create virtual table if not exists grams using fts5 (title, text, tokens, facets, content = '', tokenize = "ascii", prefix = '1') ;
"""
INDICES: Final = """
create unique index if not exists posts_by_id on posts (id) ;
create index if not exists posts_by_native_id on posts (native_id) ;
"""

Cell = str | int | float | None
Words = tuple[str, str, str, str]
"""A row of the full-text table: grams of title and text, search tokens, facets."""

Roll = tuple[int, str, str, str, str]
"""A row of the roll-up: hour since 1970, source, topic, street, label."""


class Row(NamedTuple):
    """What is written for one post, except its number."""

    cells: tuple[Cell, ...]
    words: Words
    roll: Roll


def edition() -> str:
    """Return what changes when a post may give other rows than before."""
    fields = [f"{field.name} {field.type} {field.path} {indexed(field.name)}" for field in FIELDS.values()]
    return digest(*fields, gram_edition())


_READER: Final[Reader[AnalysedPost]] = Reader(AnalysedPost)
_BETWEEN: Final = b"\x00"  # in neither JSON nor grams
_LZ4: Final = b"4"  # a seventh of zlib's time for a third more bytes; nothing that zlib writes begins so


def packed(doc: AnalysedPost, words: Words) -> bytes:
    """Return what is kept of a post: itself, and its full-text row to the letter.

    The full-text table has no copy of its own and must be told exactly what to take out again, which newer code
    might compute differently.
    """
    whole: bytes = lz4.block.compress(_BETWEEN.join([encode(doc), *(part.encode() for part in words)]))
    return _LZ4 + whole


def unpacked(kept: bytes) -> tuple[AnalysedPost, Words]:
    """Return what ``packed`` kept, today or when it was still packed with zlib."""
    whole: bytes = lz4.block.decompress(kept[1:]) if kept[:1] == _LZ4 else zlib.decompress(kept)
    body, *words = whole.split(_BETWEEN)
    title, text, tokens, facets = (part.decode() for part in words)
    return _READER.read(body), (title, text, tokens, facets)


def column(field: Field) -> str:
    return f'"{field.name}" {_AFFINITY[field.type]}'


def row(doc: AnalysedPost) -> Row:
    """Return *doc* as rows."""
    values = _VALUES.of(doc)
    cells: list[Any] = list(map(values.get, _COLUMN_NAMES))
    for place in _TIMES:
        if cells[place] is not None:
            cells[place] = milliseconds(cells[place])
    for place in _LISTS:
        if cells[place] is not None:
            cells[place] = json.dumps(cells[place], ensure_ascii=False)
    return Row(tuple(cells), _words(doc, values), _roll(doc, values))


def first_slot(at: datetime) -> int:
    """Return the lowest row number of the millisecond of *at*."""
    return slot(milliseconds(at))


def _words(doc: AnalysedPost, values: Mapping[str, Value]) -> Words:
    return (
        " ".join(grams(doc.post.title)),
        " ".join(grams(doc.post.text)),
        doc.text.line.replace("\x00", " ") if doc.text else "",
        " ".join(_facets(doc, values)),
    )


def _facets(doc: AnalysedPost, values: Mapping[str, Value]) -> list[str]:
    tokens = [facet(field.name, "") for field in _WORDS if field.of(doc) is not None]
    for name in _FACETS:
        value = values.get(name)
        if isinstance(value, tuple):
            tokens += [facet(name, each) for each in value]
        elif value is not None:
            tokens.append(facet(name, value))
    return tokens


def _roll(doc: AnalysedPost, values: Mapping[str, Value]) -> Roll:
    source, topic, street, label = (str(values.get(name) or "") for name in ROLLED)
    return milliseconds(doc.post.at) // 3_600_000, source, topic, street, label
