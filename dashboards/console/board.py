"""The board for leaders and walls: aggregates only, and no number so small that it points at somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from dashboards.console.picture import Bar, Hot
from dashboards.console.rows import CaseRow
from pipeline.model import Level

FEWEST: Final = 5  # DOMAIN P-30
RANGE: Final = "24h"  # one fixed span and no filter: two questions cannot be subtracted from each other


class BoardBar(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of a bar; None is "a few"."""

    at: datetime
    neg: int | None
    neu: int | None
    pos: int | None


class BoardRow(msgspec.Struct, frozen=True, kw_only=True):
    topic: str
    street: str
    n: int | None
    before: int | None


def shown(n: int) -> int | None:
    """Return *n*, or None for a number that is small and not zero."""
    return None if 0 < n < FEWEST else n


def board_bars(bars: Iterable[Bar]) -> list[BoardBar]:
    return [BoardBar(at=bar.at, neg=shown(bar.neg), neu=shown(bar.neu), pos=shown(bar.pos)) for bar in bars]


def board_rows(rows: Iterable[Hot]) -> list[BoardRow]:
    return [BoardRow(topic=row.topic, street=row.street, n=shown(row.n), before=shown(row.before)) for row in rows]


def open_by_level(rows: Iterable[CaseRow]) -> dict[str, int]:
    """Count open cases; sealed ones stand on no board (DOMAIN P-11, P-33)."""
    counts = {level.value: 0 for level in Level}
    for row in rows:
        if row.open and not row.sealed:
            counts[row.level.value] += 1
    return counts
