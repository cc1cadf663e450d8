"""``yuqing label``: how much officers have labelled, and their labels as training data."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.app import App
from pipeline.cli.tables import print_table
from pipeline.index import PostIndex
from pipeline.ledger.corrections import Corrections
from pipeline.model import LABELS, withheld
from pipeline.settings import Settings

CITIZEN, POST = "citizen.corrections.jsonl", "post.corrections.jsonl"
"""What residents write to an office, and what people say elsewhere: feeling is told by a model for each."""

Row = dict[str, object]


def show_labels(settings: Settings, format: str) -> None:
    """Print how many posts have each label, and where to go on labelling."""
    app = App(settings)
    counts = Corrections(app.ledger).counts()
    if format == "json":
        sys.stdout.write(msgspec.json.encode({"page": f"{app.page}/label", "labelled": counts}).decode() + "\n")
    else:
        print_table(("标签 / label", "已标注 / labelled"), ((field, str(counts.get(field, 0))) for field in LABELS))
        sys.stdout.write(f"接着标注 / go on at {app.page}/label\n")
    app.close()


def export_labels(settings: Settings, out: Path | None) -> None:
    """Write a row for each labelled post: to standard output, or as files for ``yuqing train`` into the folder *out*.

    What is no longer in the index, because its author deleted it or its retention is over, is left out; so is what is
    withheld by now, and its words are forgotten.
    """
    app = App(settings)
    rows = list(_allowed(Corrections(app.ledger), app.index))
    app.close()
    if out is None:
        sys.stdout.write("".join(_lines(row for _, row in rows)))
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, of_citizens in ((CITIZEN, True), (POST, False)):
        lines = list(_lines(row for citizen, row in rows if citizen is of_citizens))
        if lines:
            (out / name).write_text("".join(lines), encoding="utf-8")
            sys.stderr.write(f"{out / name}：{len(lines)} 条 / rows\n")


def _allowed(corrections: Corrections, index: PostIndex) -> Iterator[tuple[bool, Row]]:
    for citizen, row in corrections.rows():
        doc = index.get(str(row["id"]))
        if doc is None:
            continue
        if withheld(doc):
            corrections.forget(str(row["id"]))
        else:
            yield citizen, row


def _lines(rows: Iterator[Row]) -> Iterator[str]:
    for row in rows:
        yield msgspec.json.encode(row).decode() + "\n"
