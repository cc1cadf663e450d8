"""``yuqing search``: hits or counts, as a table, JSON or CSV."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo

from crawlers.dates import read_time
from pipeline.app import App
from pipeline.errors import Fault, Misconfigured
from pipeline.index import present
from pipeline.settings import Settings

Format = Literal["table", "json", "csv"]


def print_search(
    settings: Settings, query: str, since: str | None, until: str | None, agg: str | None, most: int, format: str
) -> None:
    app = App(settings)
    start, end = (_moment(text, name, settings) for text, name in ((since, "--since"), (until, "--until")))
    kind = cast(Format, format)  # typer allows no other
    if agg is None:
        found = app.index.search(query, since=start, until=end, most=most)
        sys.stdout.write(present.hits(found, kind, settings.timezone))
    else:
        rows = app.index.aggregate(query, agg, since=start, until=end)
        sys.stdout.write(present.buckets(rows, agg, kind))
    app.close()


def _moment(text: str | None, option: str, settings: Settings) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(settings.timezone))).astimezone(UTC)
    except ValueError:
        found = read_time(text, base=datetime.now(UTC), zone=settings.timezone)
    if found is None:
        raise Misconfigured([Fault(option, f"看不懂时间 {text}，请写成 2026-03-10", f"cannot read the time {text}")])
    return found.at
