"""Read recorded posts: our own form ``yuqing.post/1``, and the looser forms in which people keep such rows."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

import msgspec

from crawlers import RawPost, SourceCard
from crawlers.columns import NAMES
from crawlers.dates import read_time
from crawlers.keys import bare, rounded
from pipeline.errors import Rejected, Unavailable
from pipeline.model import Access, Basis, Engagement, Fetch, Kind, Op, Order, Precision, Published, SourceClass, digest
from pipeline.privacy import scrub

Row = Mapping[str, object]
ROUNDED_ID = "rounded_id"  # the id came in scientific notation and was replaced by a hash of the content
NO_ID = "no_id"
_COUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(万|亿|[wk]?)\+?", re.I)
_TIMES = {"": 1, "k": 1_000, "w": 10_000, "万": 10_000, "亿": 100_000_000}
_NOT_ID = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_LINE = 8 << 20  # bytes; a post of 200 000 characters has less than one million
_LONGEST_TREE = 128 << 20
E = TypeVar("E", bound=StrEnum)


def read_rows(path: Path) -> Iterator[tuple[int, Row | Rejected]]:
    """Yield each row of a ``.jsonl``, ``.jsonl.gz`` or ``.json`` file with its line number (or place in the list).

    A row that is no JSON object comes as Rejected, and the next one follows. Raises Unavailable if the file
    ends in the middle of a compressed block: it is still being written. Raises Rejected if it cannot be unpacked.
    """
    try:
        with _opened(path) as file:
            yield from _tree_of(file) if path.name.removesuffix(".gz").endswith(".json") else _lines(file)
    except EOFError as error:
        raise Unavailable(f"{path.name}：压缩文件不完整，等它写完再导入 / the compressed file is cut off") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Rejected(f"{path.name}：不是 gzip 文件，或者已损坏 / not a gzip file, or a damaged one") from error


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def _tree_of(file: BinaryIO) -> Iterator[tuple[int, Row | Rejected]]:
    content = file.read(_LONGEST_TREE + 1)
    if len(content) > _LONGEST_TREE:
        raise Rejected(
            f"超过 {_LONGEST_TREE >> 20} MB，请改成每行一条的 .jsonl / too large, write one post a line (.jsonl)"
        )
    yield from rows_of(content)


def _lines(file: BinaryIO) -> Iterator[tuple[int, Row | Rejected]]:
    for number, line in enumerate(_bounded(file), start=1):
        if len(line) > _LONGEST_LINE:
            yield number, Rejected(f"这一行超过 {_LONGEST_LINE >> 20} MB / the line is too long")
        elif line.strip(b"\xef\xbb\xbf\r\n\t "):
            yield number, row_of(line)


def _bounded(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines; of one that is too long only so much that this can be seen: it may be a packed bomb."""
    while line := file.readline(_LONGEST_LINE + 1):
        yield line
        while len(line) > _LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(_LONGEST_LINE + 1)


def row_of(line: bytes) -> Row | Rejected:
    """Return the JSON object in *line*."""
    return _row(_parsed(line))


def rows_of(content: bytes) -> Iterator[tuple[int, Row | Rejected]]:
    """Yield each row of *content*: one JSON object, a list of them, or one a line; numbered from 1."""
    tree = _parsed(content)
    if isinstance(tree, Rejected) and content.strip().count(b"\n"):
        yield from _lines(BytesIO(content))
    else:
        yield from ((number, _row(row)) for number, row in enumerate(tree if isinstance(tree, list) else [tree], 1))


def _parsed(content: bytes) -> object:
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # half characters and other alphabets: what the slower reader can still make sense of is welcome
    try:
        try:
            return json.loads(content.decode("utf-8"))
        except UnicodeDecodeError:
            return json.loads(content.decode("gb18030"))
    except (ValueError, RecursionError):
        return Rejected("不是有效的 JSON / not valid JSON")


def _row(tree: object) -> Row | Rejected:
    if isinstance(tree, dict | Rejected):
        return tree
    return Rejected("不是一个 JSON 对象 / not a JSON object")


def card_of(row: Row, default: SourceCard) -> SourceCard:
    """Return the source that *row* names itself, made fit to be an id, else *default*. Raises Rejected."""
    field = _Fields(row)
    id_ = _NOT_ID.sub("-", field.text("source")).strip("-")[:64] or default.id
    class_ = field.choice("source.class", SourceClass, default.class_)
    if class_ is SourceClass.OTHER and field.text("order.id"):
        class_ = SourceClass.HOTLINE
    connector = field.text("source.connector") or default.connector
    access = field.choice("source.access", Access, default.access)
    if (id_, class_, connector, access) == (default.id, default.class_, default.connector, default.access):
        return default
    return replace(default, id=id_, class_=class_, connector=connector, access=access)


def raw_post(row: Row, *, fetched_at: datetime, zone: str = "Asia/Shanghai") -> RawPost:
    """Return the post that *row* tells of. Fields of nobody's business here (nickname, avatar, IP) are not read.

    *fetched_at* is used where the row has none; *zone* where a time has none. A row without a usable id gets
    one from its content. Raises Rejected, with a reason that quotes nothing.
    """
    field = _Fields(row)
    fetched = _moment(field, "fetched", fetched_at, zone) or fetched_at
    published = _published(field, fetched, zone)
    op = field.choice("op", Op, Op.UPSERT)
    title, text = field.text("title"), field.text("text")
    if op is Op.UPSERT and not (title.strip() or text.strip()) and not _wordless(field):
        raise Rejected("没有标题也没有正文 / neither title nor text")
    native_id, warnings = _native_id(field, op)
    return RawPost(
        native_id=native_id,
        published=published,
        fetched_at=fetched,
        platform=field.text("platform"),
        kind=field.choice("kind", Kind, Kind.WORKORDER if field.text("order.id") else Kind.POST),
        op=op,
        title=title,
        text=text,
        url=field.text("url"),
        channel=field.text("channel"),
        author=field.id("author") or None,
        author_key=field.text("author.key") or None,
        public_account=field.get("public_account") is True,
        account_id=field.text("account") or None,
        root_native_id=field.id("root") or None,
        parent_native_id=field.id("parent") or None,
        repost_of_native_id=field.id("repost_of") or None,
        engagement=_engagement(field, fetched, zone),
        order=_order(field, native_id),
        tags=field.words("tags") + _labels(field),
        missing=field.words("missing"),
        flags=field.words("flags"),
        fetch=Fetch(warnings=field.words("warnings") + warnings),
        edited_at=_moment(field, "edited_at", fetched, zone),
    )


class _Fields:
    """A row by our own names; dotted keys and nested objects are the same."""

    def __init__(self, row: Row) -> None:
        self._flat = dict(_flat(row, ""))

    def get(self, name: str) -> object:
        for key in NAMES[name]:
            if (value := self._flat.get(key)) not in (None, "", [], {}):
                return value
        return None

    def empty(self, name: str) -> bool:
        """Say whether the field is there and says nothing."""
        return any(self._flat.get(key) == "" for key in NAMES[name])

    def text(self, name: str) -> str:
        value = self.get(name)
        return "" if value is None or isinstance(value, list | dict) else str(value)

    def id(self, name: str) -> str:
        return bare(self.get(name))

    def words(self, name: str) -> tuple[str, ...]:
        value = self.get(name)
        return tuple(str(item) for item in value) if isinstance(value, list) else ()

    def choice(self, name: str, kind: type[E], default: E) -> E:
        word = self.text(name).strip().lower()
        if not word:
            return default
        try:
            return kind(word)
        except ValueError:
            raise Rejected(f"{name}：只能是 / must be one of {', '.join(kind)}") from None


def _flat(tree: Row, prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, dict) and prefix.count(".") < 3:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + str(key).strip().lower(), value


def _published(field: _Fields, fetched: datetime, zone: str) -> Published:
    raw = field.text("published").strip()
    if not raw:
        return Published(at=fetched, basis=Basis.FETCH)
    published = _time(raw, fetched, zone)
    if published is None:
        raise Rejected("发布时间看不懂，请写成 2026-03-10 08:00:00 / the time cannot be read")
    return msgspec.structs.replace(
        published,
        precision=field.choice("published.precision", Precision, published.precision),
        basis=field.choice("published.basis", Basis, published.basis),
        raw=field.text("published.raw") or published.raw,
    )


def _time(raw: str, base: datetime, zone: str) -> Published | None:
    try:
        at = datetime.fromisoformat(raw)
    except ValueError:
        return read_time(raw, base=base, zone=zone)
    return Published(at=at.astimezone(UTC)) if at.tzinfo else read_time(raw, base=base, zone=zone)


def _moment(field: _Fields, name: str, base: datetime, zone: str) -> datetime | None:
    raw = field.text(name).strip()
    if not raw:
        return None
    if found := _time(raw, base, zone):
        return found.at
    raise Rejected(f"{name}：时间看不懂 / the time cannot be read")


def _wordless(field: _Fields) -> bool:
    """Say whether a row knows that it has no words: a picture or a video, insufficient text but not lost (DOMAIN C31)."""
    return field.empty("text") and bool(field.text("native_id").strip())


def _native_id(field: _Fields, op: Op) -> tuple[str, tuple[str, ...]]:
    raw = field.get("native_id")
    if raw is not None and not rounded(raw) and (id_ := bare(raw)):
        return id_, ()
    if op is not Op.UPSERT:
        raise Rejected("没有编号，不知道指哪一条 / without an id nobody knows which post is meant")
    # Of the masked words: from a plain hash a telephone number could be guessed back.
    content = digest(scrub(field.text("title")), scrub(field.text("text")), field.text("published"))
    return f"sha:{content}", (ROUNDED_ID if raw is not None else NO_ID,)


def _engagement(field: _Fields, fetched: datetime, zone: str) -> Engagement:
    counts = {name: _count(field.get(name)) for name in ("like", "comment", "share", "view")}
    if all(count is None for count in counts.values()):
        return Engagement()
    return Engagement(at=_moment(field, "engagement.at", fetched, zone) or fetched, **counts)


def _count(value: object) -> int | None:
    found = _COUNT.fullmatch(str(value).replace(",", "").strip()) if value is not None else None
    if found is None or len(found[1]) > 15:
        return None
    return int(float(found[1]) * _TIMES[found[2].lower()])


def _order(field: _Fields, native_id: str) -> Order | None:
    raw = field.get("order.id")
    if raw is None:
        return None
    id_ = native_id if rounded(raw) else bare(raw)
    return Order(id=id_, unit=field.text("order.unit") or None, status=field.text("order.status") or None)


def _labels(field: _Fields) -> tuple[str, ...]:
    """Return what a table says about place and kind as tags; whoever analyses decides whether to believe it."""
    names = ("place.street", "place.community", "appeal", "category")
    return tuple(f"{name}:{value.strip()}" for name in names if (value := field.text(name)))
