"""Tell a story as people would record it, and hear what the desk would have said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from crawlers.tables import import_file, importing
from pipeline.app import App
from pipeline.app.replay import Line, Options, replay
from pipeline.cli.import_ import digest
from pipeline.model import Case
from pipeline.settings import Settings

CHINA = timezone(timedelta(hours=8))
EVENING = datetime(2026, 3, 10, 19, 2, tzinfo=CHINA)  # a Tuesday

Said = Mapping[str, Any]


def said(
    text: str, after_s: float = 0.0, by: str = "甲", *, start: datetime = EVENING, lag_s: float = 0.0, **more: Any
) -> Said:
    """Return one row of a recording; who wrote what when makes its id. A dot in a name is written ``__``."""
    at = start + timedelta(seconds=after_s)
    row = {
        "id": f"{by}-{after_s:g}",
        "text": text,
        "published": at.isoformat(),
        "fetched": (at + timedelta(seconds=lag_s)).isoformat(),
        "author": by,
        "source": "qh-bbs",
        "source.class": "forum",
    }
    return row | {name.replace("__", "."): value for name, value in more.items()}


def recorded(folder: Path, rows: Sequence[Said], name: str = "told.jsonl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


def heard(folder: Path, rows: Sequence[Said], options: Options | None = None, rules: Sequence[Path] = ()) -> list[Line]:
    """Return every notification that *rows* cause under the shipped rules, or under *rules*."""
    return list(replay([recorded(folder, rows)], Settings(rules=list(rules)), options))


def filed(folder: Path, rows: Sequence[Said], directory: Path | None = None) -> list[Case]:
    """Return the cases that *rows* open on the ledger of a desk that reads them, the first opened first."""
    app = App(Settings(home=folder / "desk", directory=directory))
    import_file(recorded(folder, rows), importing("table"), app.intake, home=app.home, clock=app.clock.now)
    digest(app)
    cases = app.desk.cases(most=1000)
    app.close()
    return sorted(cases, key=lambda case: (case.opened_at, case.id))


def first(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """Return (rule, level) of each thing that people hear of for the first time."""
    return [(line.rule, line.level) for line in lines if line.reason == "first"]


def clock(line: Line) -> str:
    return datetime.fromisoformat(line.at).strftime("%H:%M:%S")


def began(line: Line) -> str:
    return datetime.fromisoformat(line.active_at).strftime("%H:%M:%S")
