"""The rows that could not be imported: line, reason, and what may be shown of the row."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from pipeline.errors import Unavailable
from pipeline.privacy import scrub

_FORMULA = tuple("=+-@\t\r")


class RejectFile:
    """A CSV for a spreadsheet, made when the first row goes in; an older one of the same import is replaced."""

    def __init__(self, file: Path) -> None:
        self._path = file
        self._file: IO[str] | None = None
        self.count = 0

    def __enter__(self) -> RejectFile:
        self._path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    @property
    def path(self) -> Path | None:
        """Where the file is; None if nothing was rejected."""
        return self._path if self.count else None

    def add(self, line: int, reason: str, cells: Sequence[str] = ()) -> None:
        """Write one row; *cells* are masked here once more. Raises Unavailable."""
        try:
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("w", encoding="utf-8-sig", newline="")
                csv.writer(self._file).writerow(["行号", "原因", "内容（已脱敏）"])
            csv.writer(self._file).writerow([line, reason, *(_harmless(scrub(cell)) for cell in cells)])
        except OSError as error:
            raise Unavailable(f"拒收文件写不进去：{error} / cannot write the reject file: {error}") from error
        self.count += 1


def _harmless(cell: str) -> str:
    """Return *cell* so that no spreadsheet takes it for a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell
