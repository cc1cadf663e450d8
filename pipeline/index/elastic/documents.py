"""A post as a document: its fields by their names, its words as our own cuts, and itself whole.

Words are cut by the code that cuts them for every index (``pipeline.text.grams``): the characters of a run, one after
the other, a bar between two runs. The server indexes characters and pairs of neighbours (``index_phrases``), so that a
phrase of characters finds a word exactly where it was cut out. ``title`` and ``text`` are there besides, analysed by
the server's own ``cjk``, for people who search in Kibana.
"""

from __future__ import annotations

import base64
import functools
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pipeline.index.buckets import telling
from pipeline.index.operand import milliseconds
from pipeline.model import FIELDS, PERSONAL, AnalysedPost, Field, Reader, Type, digest, encode
from pipeline.text.grams import edition as gram_edition
from pipeline.text.grams import runs

LAYOUT: Final = "1"  # of what stands besides the fields
TIME: Final = "@timestamp"
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
_READER: Final[Reader[AnalysedPost]] = Reader(AnalysedPost)


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
            "token_version": _KEYWORD,
            "kept": {"type": "binary"},
        },
    }


@functools.cache
def edition() -> str:
    """Return what changes when a post may give another document than before: indices should then be built anew."""
    fields = [f"{field.name} {field.type} {field.path}" for field in SHOWN]
    return digest(LAYOUT, *fields, gram_edition())


def document(doc: AnalysedPost, kept: str) -> dict[str, Any]:
    """Return *doc* as the server gets it, *kept* whole besides. The author's pseudonym is only in there."""
    return {
        **{path(field.name): value for field in SHOWN if (value := _value(field, doc)) is not None},
        "cut": {
            "title": cut(doc.post.title),
            "text": cut(doc.post.text),
            "tokens": " ".join(doc.text.tokens) if doc.text else "",
        },
        "words": sorted(telling(doc.text.tokens)) if doc.text else [],
        "told": [field.name for field in SHOWN if field.type is Type.TEXT and field.of(doc) is not None],
        "token_version": edition(),
        "kept": kept,
    }


def cut(text: str) -> str:
    """Return the characters of *text* that can be searched for, and where its runs end."""
    return f" {BREAK} ".join(" ".join(run) for run in runs(text))


def packed(doc: AnalysedPost) -> str:
    return base64.b64encode(zlib.compress(encode(doc), 1)).decode()


def unpacked(kept: str) -> AnalysedPost:
    """Return what ``packed`` kept."""
    return _READER.read(zlib.decompress(base64.b64decode(kept)))


def month(at: datetime) -> str:
    """Return the month that names the index of a post of this time, in UTC."""
    return f"{at.astimezone(UTC):%Y.%m}"


def since_1970(at: datetime) -> int:
    """Return *at* in whole milliseconds; earlier times count as 1970."""
    return max(milliseconds(at), 0)


def _value(field: Field, doc: AnalysedPost) -> object:
    value = field.of(doc)
    if isinstance(value, datetime):
        at = datetime.fromtimestamp(since_1970(value) // 1000, UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{since_1970(value) % 1000:03}Z"
    return value
