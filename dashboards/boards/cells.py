"""Which numbers of a table may be told, so that none below five can be read or worked out (DOMAIN P-30).

A cell from one to four is shown as ``<5``. Where the rest of the table and its total would give it back, larger
cells are withheld as well (``—``), the smallest first, until every small cell could still be any number from one to
four. If that cannot be had, nothing of the table is told but its total.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LEAST: Final = 5
SMALL: Final = "<5"
WITHHELD: Final = "—"


@dataclass(frozen=True)
class Cell:
    """What may be told of one number: the number, or None and the sign that stands for it."""

    n: int | None
    shown: str

    @property
    def small(self) -> bool:
        return self.shown == SMALL


def alone(n: int) -> Cell:
    """Return a number that stands in no table."""
    return Cell(None, SMALL) if 0 < n < LEAST else Cell(n, str(n))


def protected(counts: Mapping[str, int]) -> dict[str, Cell]:
    """Return what may be told of a table whose total is told as well."""
    small = {key for key, n in counts.items() if 0 < n < LEAST}
    hidden = set(small)
    others = sorted((n, key) for key, n in counts.items() if n >= LEAST)
    while hidden and not _ambiguous(counts, small, hidden):
        if not others:
            return {key: Cell(None, WITHHELD) for key in counts}
        hidden.add(others.pop(0)[1])
    return {key: _cell(n, key in small, key in hidden) for key, n in counts.items()}


def _cell(n: int, small: bool, hidden: bool) -> Cell:
    if small:
        return Cell(None, SMALL)
    return Cell(None, WITHHELD) if hidden else Cell(n, str(n))


def _ambiguous(counts: Mapping[str, int], small: set[str], hidden: set[str]) -> bool:
    """Say whether, by all that is told, each small cell may still be anything from one to four.

    Told are the total and every cell that is not hidden, hence the sum of the hidden ones; a small one is one to
    four, a withheld one at least five and, since the smallest go first, at most the smallest that is told.
    """
    told = sum(counts[key] for key in hidden)
    most = min((n for key, n in counts.items() if n >= LEAST and key not in hidden), default=told)
    withheld, others = len(hidden) - len(small), len(small) - 1
    largest = told - others - withheld * LEAST
    smallest = told - others * (LEAST - 1) - withheld * most
    return largest >= LEAST - 1 and smallest <= 1
