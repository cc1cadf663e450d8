"""Import a file: 12345 work orders and any other table, as CSV or JSON lines. Again is harmless."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from crawlers import RawPost, SourceCard
from crawlers.intake import Intake
from crawlers.recording import NO_ID, ROUNDED_ID, card_of, raw_post
from crawlers.tables.memory import ImportMemory
from crawlers.tables.rejects import RejectFile
from crawlers.tables.rows import TableRow, table
from pipeline.errors import Rejected, Unavailable
from pipeline.model import Access, Post

__all__ = ["ImportReport", "import_file", "importing"]

_BATCH = 500
Progress = Callable[[int], None]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class ImportReport:
    """What an import did. ``read`` = ``imported`` + ``unchanged`` + ``rejected``; *rejects* is the file of the last."""

    read: int = 0
    imported: int = 0
    unchanged: int = 0
    rejected: int = 0
    warnings: list[str] = field(default_factory=list)
    dropped: tuple[str, ...] = ()
    rejects: Path | None = None


def import_file(
    path: Path,
    card: SourceCard,
    intake: Intake,
    *,
    home: Path,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    clock: Callable[[], datetime] = _now,
) -> ImportReport:
    """Put the rows of *path* on the bus and say what happened to each.

    A row's own ``source`` wins over *card*. *mapping* is column → field (``read_mapping``); *progress* is
    told how many rows were read so far. Rows that cannot be read go to ``home/imports/NAME.rejects.csv``,
    masked. Raises Misconfigured if the file as a whole cannot be read, Unavailable if the bus or the disk
    failed or the file grew meanwhile: what was imported stays, and the same command goes on from there.
    """
    before = path.stat() if path.is_file() else None
    rows = table(path, mapping or {})
    report = ImportReport(dropped=rows.dropped)
    memory = ImportMemory(home / "imports.db")
    try:
        with RejectFile(home / "imports" / f"{path.name}.rejects.csv") as rejects:
            work = _Import(card, intake, memory, rejects, report, clock)
            for batch in _batches(rows.rows):
                work.take(batch)
                if progress:
                    progress(report.read)
            report.rejects = rejects.path
    finally:
        memory.close()
    report.warnings += work.warnings()
    _check_unchanged(path, before)
    return report


def _batches(rows: Iterator[TableRow]) -> Iterator[list[TableRow]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _check_unchanged(path: Path, before: object) -> None:
    after = path.stat()
    if getattr(before, "st_size", None) != after.st_size or getattr(before, "st_mtime_ns", None) != after.st_mtime_ns:
        raise Unavailable(
            f"{path.name} 在导入时还在变化；已导入的部分有效，等文件写完后再导入一次"
            f" / {path.name} changed during the import; what was imported stays, import it again when it is complete"
        )


class _Import:
    """One run: rows in, posts out, the rest to the reject file."""

    def __init__(
        self,
        card: SourceCard,
        intake: Intake,
        memory: ImportMemory,
        rejects: RejectFile,
        report: ImportReport,
        clock: Callable[[], datetime],
    ) -> None:
        self._card, self._intake, self._memory = card, intake, memory
        self._rejects, self._report, self._clock = rejects, report, clock
        self._rounded: list[int] = []
        self._nameless: list[int] = []

    def take(self, rows: Iterable[TableRow]) -> None:
        """Import *rows*: publish, and only then remember, so that a crash between costs a repeat and no row."""
        by_card: dict[SourceCard, list[RawPost]] = {}
        for row in rows:
            self._report.read += 1
            if read := self._read(row):
                by_card.setdefault(read[0], []).append(read[1])
        posts = [post for card, raw in by_card.items() for post in self._intake.posts(card, raw)]
        self._publish(posts)

    def _publish(self, posts: list[Post]) -> None:
        fresh = self._memory.news(posts)
        self._intake.publish(fresh)
        self._memory.remember(fresh)
        self._report.imported += len(fresh)
        self._report.unchanged += len(posts) - len(fresh)

    def _read(self, row: TableRow) -> tuple[SourceCard, RawPost] | None:
        if row.fields is None:
            self._reject(row, row.reason)
            return None
        try:
            card = card_of(row.fields, self._card)
            raw = raw_post(row.fields, fetched_at=self._clock(), zone=self._card.zone)
        except Rejected as reason:
            self._reject(row, str(reason))
            return None
        self._notice(row.line, raw)
        return card, raw

    def _reject(self, row: TableRow, reason: str) -> None:
        self._rejects.add(row.line, reason, row.shown)
        self._report.rejected += 1

    def _notice(self, line: int, raw: RawPost) -> None:
        if ROUNDED_ID in raw.fetch.warnings:
            self._rounded.append(line)
        if NO_ID in raw.fetch.warnings:
            self._nameless.append(line)

    def warnings(self) -> list[str]:
        said = []
        if self._rounded:
            where = ranges(self._rounded)
            said.append(
                f"编号已被改成科学计数法（第 {where} 行），位数已丢失：按内容另编号"
                f" / ids in scientific notation have lost digits (lines {where}): named by content instead"
            )
        if self._nameless:
            where = ranges(self._nameless)
            said.append(f"没有编号（第 {where} 行）：按内容编号 / no id (lines {where}): named by content")
        return said


def ranges(lines: list[int]) -> str:
    """Return line numbers as people write them: ``2–4、9``; the first twenty runs."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    words = [str(first) if first == last else f"{first}–{last}" for first, last in runs[:20]]
    return "、".join(words) + ("……" if len(runs) > 20 else "")


def importing(source_id: str) -> SourceCard:
    """Return the card of a source that nobody configured: what is imported under its name comes from a file."""
    return SourceCard(id=re.sub(r"[^A-Za-z0-9_.-]", "-", source_id)[:64], connector="import", access=Access.IMPORT)
