"""What ``yuqing search`` prints: a table for people, JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.index import CLOSE, OPEN, Bucket, Found, Hit
from pipeline.model import FIELDS, AnalysedPost, as_tree, value_of

Format = Literal["table", "json", "csv"]

_COLUMNS: Final = (
    "at", "id", "source.id", "platform", "kind", "title", "text", "sentiment.label", "matter.topic", "matter.harm",
    "place.street", "url",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")  # what a spreadsheet may execute
_LABELS: Final = {"neg": "负面", "neu": "中性", "pos": "正面"}
_STYLES: Final = {"neg": "red", "pos": "green"}
_WIDTH: Final = 120


def hits(found: Found, format: Format, timezone: str, width: int | None = None) -> str:
    """Return one page of posts as text; *width* is that of the terminal, in columns."""
    match format:
        case "json":
            return _json([hit_tree(hit) for hit in found.hits])
        case "csv":
            return _csv(_COLUMNS, (_cells(hit.post, timezone) for hit in found.hits))
        case "table":
            return _rendered(_hit_table(found, ZoneInfo(timezone)), width)


def buckets(rows: Sequence[Bucket], by: str, format: Format, width: int | None = None) -> str:
    """Return counts as text."""
    match format:
        case "json":
            return _json([{"bucket": row.key, "count": row.count, "neg": row.neg} for row in rows])
        case "csv":
            return _csv(("bucket", "count"), ((row.key, row.count) for row in rows))
        case "table":
            return _rendered(_bucket_table(rows, by), width)


def hit_tree(hit: Hit) -> dict[str, object]:
    """Return a hit as nested plain values: the fields by their names, how its time is known, how it was fetched."""
    post = hit.post.post
    return as_tree(hit.post) | {
        "published": {
            "at": post.published.at.isoformat(),
            "precision": post.published.precision.value,
            "basis": post.published.basis.value,
            "raw": post.published.raw,
        },
        "fetch": {"charset": post.fetch.charset, "warnings": list(post.fetch.warnings)},
        "highlight": [
            {
                "field": mark.field,
                "spans": [list(span) for span in mark.spans],
                "words": [getattr(post, mark.field)[start:end] for start, end in mark.spans],
            }
            for mark in hit.highlights
        ],
        "excerpt": hit.excerpt,
    }


def _json(rows: list[dict[str, object]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def _harmless(cell: object) -> object:
    """Return *cell* so that a spreadsheet shows it and does not compute it."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\r\n", "\n").replace("\r", "\n")  # a bare return would end the row for some readers
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(doc: AnalysedPost, timezone: str) -> list[object]:
    zone = ZoneInfo(timezone)
    values = (value_of(doc, name) for name in _COLUMNS)
    return [value.astimezone(zone).isoformat() if isinstance(value, datetime) else value for value in values]


def _hit_table(found: Found, zone: ZoneInfo) -> Table:
    table = Table(title=f"共 {found.total} 条，显示 {len(found.hits)} 条", title_justify="left")
    for name, least in (("时间", 16), ("信源", 8), ("情感", 4), ("事项", 8), ("街道", 8)):
        table.add_column(name, min_width=least, no_wrap=name == "时间")
    table.add_column("内容", ratio=1)
    for hit in found.hits:
        table.add_row(*_row(hit, zone))
    return table


def _row(hit: Hit, zone: ZoneInfo) -> list[str | Text]:
    doc = hit.post
    label = str(value_of(doc, "sentiment.label") or "")
    return [
        f"{doc.post.at.astimezone(zone):%Y-%m-%d %H:%M}",
        Text(doc.post.source.id),
        Text(_LABELS.get(label, ""), style=_STYLES.get(label, "")),
        Text(str(value_of(doc, "matter.topic") or "")),
        Text(str(value_of(doc, "place.street") or "")),
        _marked(hit.excerpt.replace("\n", " ")),
    ]


def _marked(excerpt: str) -> Text:
    """Return *excerpt* with its marks in bold; Text, because a post may write what rich would take for markup."""
    shown = Text()
    for piece in excerpt.split(OPEN):
        inside, close, outside = piece.rpartition(CLOSE)
        shown.append(f"{OPEN}{inside}{CLOSE}" if close else "", style="bold")
        shown.append(outside)
    return shown


def _bucket_table(rows: Sequence[Bucket], by: str) -> Table:
    table = Table()
    table.add_column(FIELDS[by].zh if by in FIELDS else "时间")
    table.add_column("条数", justify="right")
    table.add_column("负面", justify="right")
    for row in rows:
        table.add_row(Text(row.key), str(row.count), str(row.neg))
    return table


def _rendered(table: Table, width: int | None) -> str:
    out = io.StringIO()
    Console(file=out, width=width or _WIDTH, force_terminal=width is not None).print(table)
    return out.getvalue()
