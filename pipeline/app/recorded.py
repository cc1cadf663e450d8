"""Recorded posts, masked as intake masks them, in the order in which they were collected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from crawlers import RawPost, SourceCard
from crawlers.intake import Intake
from crawlers.pseudonyms import Pseudonyms
from crawlers.recording import card_of, raw_post, read_rows
from pipeline.app.desk import App
from pipeline.errors import Fault, Misconfigured, Rejected
from pipeline.log import get
from pipeline.model import Access, Post
from pipeline.privacy import Masker
from pipeline.settings import Settings

log = get("replay")

_UNTOLD = datetime(9000, 1, 1, tzinfo=UTC)  # stands for "the row does not say when it was collected"


def recorded(files: Sequence[Path], settings: Settings) -> list[Post]:
    """Return the posts of *files* by time of collection; a row without one counts as collected when published.

    Raises Misconfigured for a file that is not there. Rows that cannot be read are left out and counted.
    """
    app = App(settings)
    intake = Intake(app.bus, Masker(app.directory), Pseudonyms.fixed())
    default = SourceCard(id="recording", connector="import", access=Access.IMPORT, zone=settings.timezone)
    posts: list[Post] = []
    for file in files:
        for card, rows in groupby(_rows(file, default), key=lambda row: row[0]):
            posts += intake.posts(card, [raw for _, raw in rows])
    app.close()
    return sorted(posts, key=lambda post: (post.fetched_at, post.id, post.rev))


def _rows(file: Path, default: SourceCard) -> Iterator[tuple[SourceCard, RawPost]]:
    if not file.exists():
        raise Misconfigured([Fault(str(file), "没有这个文件", "there is no such file")])
    unreadable = 0
    for _line, row in read_rows(file):
        try:
            if isinstance(row, Rejected):
                raise row
            raw = raw_post(row, fetched_at=_UNTOLD, zone=default.zone)
            yield card_of(row, default), replace(raw, fetched_at=_collected_at(raw))
        except Rejected:
            unreadable += 1
    if unreadable:
        log.warning("rows left out", file=file.name, rows=unreadable)


def _collected_at(raw: RawPost) -> datetime:
    return raw.published.at if raw.fetched_at == _UNTOLD else raw.fetched_at
