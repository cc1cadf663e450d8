"""Posts as the page shows them: masked text, where its words stand, nothing about who wrote it (DOMAIN P-06)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec

from pipeline.index import Hit, PostIndex
from pipeline.model import AnalysedPost, Reason, withheld

EXPORT_MOST: Final = 50  # DOMAIN P-28
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")  # Chinese Excel reads wide ones too

# Sealed posts and accusations stand on no board and in no list (DOMAIN P-11, P-33); their cases do.
_SEALED: Final = "NOT privacy.sealed:true AND NOT matter.accusation:true"
_BOARD: Final = f"{_SEALED} AND NOT privacy.minor:true AND NOT gate.status:spam"

Mark = tuple[int, int, str]
"""Start, end and kind of a piece of text: found, matter, feeling or place."""


class PostRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the stream or of a search. *withheld* says that its words are not shown."""

    id: str
    rev: str
    at: datetime
    kind: str
    source: str
    platform: str
    topic: str
    place: str
    label: str
    harm: str
    gate: str
    copy: bool
    withheld: bool
    title: str
    text: str
    url: str
    marks: dict[str, list[Mark]]


def search(
    index: PostIndex,
    query: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = 50,
) -> tuple[int, list[PostRow]]:
    """Return how many posts *query* finds and the newest of them. Raises Misconfigured, Unavailable."""
    found = index.search(asked(index, query), since=since, until=until, most=most)
    return found.total, [post_row(hit) for hit in found.hits]


def asked(index: PostIndex, query: str) -> str:
    """Return *query* without what is sealed. Raises Misconfigured if *query* is wrong by itself."""
    words = query.strip() or "*"
    if words == "*":
        return _SEALED
    index.search(words, most=1)  # alone first: brackets must close within it, and positions count in it
    return f"({words}) AND {_SEALED}"


def on_board(condition: str = "") -> str:
    """Return the query for counts that may stand on a board: no minors, no sealed matters, no spam."""
    return f"{condition} AND {_BOARD}" if condition else _BOARD


def post_row(hit: Hit) -> PostRow:
    doc = hit.post
    hidden = withheld(doc)
    marks = {} if hidden else _marks(hit)
    return PostRow(
        id=doc.post.id,
        rev=doc.post.rev,
        at=doc.post.at.astimezone(UTC),
        kind=doc.post.kind.value,
        source=doc.post.source.id,
        platform=doc.post.platform,
        topic=doc.matter.topic if doc.matter else "other",
        place=_place(doc),
        label=doc.sentiment.label.value if doc.sentiment else "",
        harm=doc.matter.harm if doc.matter else "",
        gate=doc.gate.status.value if doc.gate else "",
        copy=bool(doc.cluster and doc.cluster.kind != "first"),
        withheld=hidden,
        title="" if hidden else doc.post.title,
        text="" if hidden else doc.post.text,
        url="" if hidden else doc.post.url,
        marks=marks,
    )


def _place(doc: AnalysedPost) -> str:
    place = doc.place
    if place is None:
        return ""
    return place.site or place.facility or place.community or place.road or place.street or ""


def _marks(hit: Hit) -> dict[str, list[Mark]]:
    if hit.highlights:
        return {one.field: [(start, end, "found") for start, end in one.spans] for one in hit.highlights}
    doc = hit.post
    marks: dict[str, list[Mark]] = {}
    parts = [("matter", part.matter) for part in doc.parts]
    blocks = [*parts, ("matter", doc.matter), ("feeling", doc.sentiment), ("place", doc.place)]
    for kind, block in blocks:
        for field, start, end in _spans(doc, block.why if block else ()):
            taken = marks.setdefault(field, [])
            # What it is about comes first; a word of feeling that overlaps it would cut it in two.
            if start < end and not any(start < stop and begin < end for begin, stop, _ in taken):
                taken.append((start, end, kind))
    return marks


def _spans(doc: AnalysedPost, why: Iterable[Reason]) -> Iterator[tuple[str, int, int]]:
    """Yield where the cues stand; a finding counts in title, line break and text as one."""
    split = len(doc.post.title) + 1 if doc.post.title else 0
    for reason in why:
        if reason.start < 0:
            continue
        if reason.start >= split:
            yield "text", reason.start - split, reason.end - split
        elif reason.end < split:
            yield "title", reason.start, reason.end


def as_csv(rows: Iterable[PostRow]) -> str:
    """Return at most EXPORT_MOST rows as a table that a spreadsheet opens without running anything."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        ["at", "source.id", "matter.topic", "place", "sentiment.label", "matter.harm", "title", "text", "url"]
    )
    for row in list(rows)[:EXPORT_MOST]:
        words = [row.source, row.topic, row.place, row.label, row.harm, row.title, row.text, row.url]
        table.writerow([row.at.isoformat(), *(_harmless(word) for word in words)])
    return "\ufeff" + out.getvalue()  # without the mark, Excel reads Chinese as Latin


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
