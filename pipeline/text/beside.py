"""Finds letters of one kind beside letters of another; ``_beside.c`` does the same several times as fast."""

from __future__ import annotations

import re


class Beside:
    """One letter of *first*, some of *between* or none, and one of *last*; if there is no last, the first is enough.

    All letters are of Unicode's first plane. Raises ValueError.
    """

    def __init__(self, first: str, between: str = "", last: str = "") -> None:
        if not first or max(first + between + last) > "\uffff":
            raise ValueError("letters of the first plane are looked for")
        more = f"{_any(between)}*{_any(last)}" if between else _any(last)
        self._row = re.compile(f"{_any(first)}{more if last else ''}")

    def found(self, text: str, /) -> bool:
        """Say whether they stand in *text*."""
        return self._row.search(text) is not None


def _any(letters: str) -> str:
    return f"[{re.escape(letters)}]"


try:
    from pipeline.text._beside import Beside as _Fastest
except ImportError:  # no compiler where this was installed
    _Fastest = Beside  # type: ignore[misc]


def beside(first: str, between: str = "", last: str = "") -> Beside:
    """Return the fastest ``Beside`` that is here. Raises ValueError."""
    return _Fastest(first, between, last)
