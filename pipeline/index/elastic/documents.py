"""A post as documents: its fields by their names, and its words as our own cuts, which find it and are not shown.

Words are cut by the code that cuts them for every index (``pipeline.text.grams``): the characters of a run, one after
the other, a bar between two runs. The server indexes characters and pairs of neighbours (``index_phrases``), so that a
phrase of characters finds a word exactly where it was cut out. ``title`` and ``text`` are there besides, analysed by
the server's own ``cjk``, for people who search in Kibana.

A withheld post has two: one among the others with nothing but what may be counted, and one by which we find it, apart,
where nobody else may read. The post whole, with its author's pseudonym, stands only in the register (``writing.py``).
"""

from __future__ import annotations

import base64
import functools
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from pipeline.index.buckets import telling
from pipeline.index.operand import milliseconds
from pipeline.model import FIELDS, PERSONAL, REVEALING, AnalysedPost, Reader, Type, Values, digest, encode, withheld
from pipeline.text.grams import edition as gram_edition
from pipeline.text.grams import runs

LAYOUT: Final = "2"  # of what stands besides the fields
TIME: Final = "@timestamp"
SEALED: Final = "sealed-"
"""Before a month: where the withheld posts of that month are found."""
LONGEST_KEYWORD: Final = 8191  # characters; four bytes each are what a term may hold
BREAK: Final = "|"  # between two runs; in no run

SHOWN: Final = tuple(field for field in FIELDS.values() if field.name not in PERSONAL)
_KEYWORD: Final = {"type": "keyword", "ignore_above": LONGEST_KEYWORD}
_DATE: Final = {"type": "date", "format": "strict_date_optional_time||epoch_millis"}
_TYPES: Final[Mapping[Type, Mapping[str, Any]]] = {
    Type.TEXT: {"type": "text", "analyzer": "cjk"},
    Type.KEYWORD: _KEYWORD,
    Type.KEYWORDS: _KEYWORD,
    Type.NUMBER: {"type": "double"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.TIME: _DATE,
}
_CUT: Final = {"type": "text", "analyzer": "whitespace", "index_phrases": True}
_TEXTS: Final = tuple(field.name for field in SHOWN if field.type is Type.TEXT)
_READER: Final[Reader[AnalysedPost]] = Reader(AnalysedPost)
_encoder: Final = msgspec.json.Encoder()


def path(field: str) -> str:
    """Return what the server calls *field*."""
    return TIME if field == "at" else field


def mappings() -> dict[str, Any]:
    """Return the mappings of an index of posts."""
    fields = {path(field.name): dict(_TYPES[field.type]) for field in SHOWN}
    return {
        "dynamic": "strict",
        "_source": {"excludes": ["cut.*"]},
        "properties": fields
        | {
            "at": {"type": "alias", "path": TIME},
            "cut": {"properties": {"title": _CUT, "text": _CUT, "tokens": {"type": "text", "analyzer": "whitespace"}}},
            "words": _KEYWORD,
            "told": _KEYWORD,
            "bare": {"type": "boolean"},
            "token_version": _KEYWORD,
        },
    }


@functools.cache
def edition() -> str:
    """Return what changes when a post may give another document than before: indices should then be built anew."""
    fields = [f"{field.name} {field.type} {field.path}" for field in SHOWN]
    return digest(LAYOUT, *fields, gram_edition())


def other_editions() -> dict[str, Any]:
    """Return the query for what another edition wrote."""
    return {"bool": {"must_not": [{"term": {"token_version": edition()}}]}}


def places(doc: AnalysedPost) -> tuple[str, ...]:
    """Return where a post stands: in its month and, if it is withheld, also in the sealed month."""
    name = month(doc.post.at)
    return (name, f"{SEALED}{name}") if withheld(doc) else (name,)


def documents(doc: AnalysedPost) -> tuple[msgspec.Raw, ...]:
    """Return what the server gets of *doc* for each of its places, as JSON. Its author's pseudonym is in none."""
    facets = _facets(doc)
    found = _json(facets | _words(doc, facets))
    if not withheld(doc):
        return (found,)
    bare = {name: value for name, value in facets.items() if name not in REVEALING}
    return _json({**bare, "bare": True}), found


def cut(text: str) -> str:
    """Return the characters of *text* that can be searched for, and where its runs end."""
    return f" {BREAK} ".join(" ".join(run) for run in runs(text))


def packed(doc: AnalysedPost) -> str:
    return base64.b64encode(zlib.compress(encode(doc), 1)).decode()


def unpacked(kept: str) -> AnalysedPost:
    """Return what ``packed`` kept."""
    return _READER.read(zlib.decompress(base64.b64decode(kept)))


def month(at: datetime) -> str:
    """Return the month of a post of this time, in UTC."""
    at = at.astimezone(UTC)
    return f"{at.year:04}.{at.month:02}"


def month_of(name: str) -> str:
    """Return the month of a place, or of an index."""
    return name.rpartition("-")[2]


def since_1970(at: datetime) -> int:
    """Return *at* in whole milliseconds; earlier times count as 1970."""
    return max(milliseconds(at), 0)


_VALUES: Final = Values(SHOWN)
_TIMES: Final = tuple(path(field.name) for field in SHOWN if field.type is Type.TIME)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _facets(doc: AnalysedPost) -> dict[str, Any]:
    """Return every field that *doc* has."""
    found: dict[str, Any] = {path(name): value for name, value in _VALUES.of(doc).items()}
    for name in _TIMES:
        found[name] = _instant(found[name])
    found["token_version"] = edition()
    return found


def _words(doc: AnalysedPost, facets: Mapping[str, Any]) -> dict[str, Any]:
    """Return that by which words are found and counted."""
    tokens = doc.text.line if doc.text else ""
    return {
        "cut": {"title": cut(doc.post.title), "text": cut(doc.post.text), "tokens": tokens},
        "words": telling(doc),
        "told": [name for name in _TEXTS if name in facets],
    }


def _instant(at: datetime) -> str:
    """Return *at* to the millisecond."""
    return max(at, _EPOCH).astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _json(body: Mapping[str, Any]) -> msgspec.Raw:
    return msgspec.Raw(_encoder.encode(body))
