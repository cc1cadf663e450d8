"""What may be wrong with a regular expression that can be compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as kinds  # type: ignore[attr-defined] # the only public way to a parsed expression
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

_REPEATS: Final = (kinds.MAX_REPEAT, kinds.MIN_REPEAT)
_LITERALS: Final = (kinds.LITERAL, kinds.IN)


def doubtful(pattern: str) -> tuple[str, str] | None:
    """Say in Chinese and English what speaks against *pattern*; None if nothing does.

    RE2 cannot be made to stall; but a repeat inside a repeat is hardly ever meant, and an expression without
    a single letter or class hits everywhere. What only RE2 understands is not judged.
    """
    try:
        tree = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    parts = list(_walk(tree, 0))
    if any(kind in _REPEATS and depth > 0 for kind, depth in parts):
        return "重复里面又有重复，如 (a+)+，请改写", "a repeat inside a repeat, such as (a+)+"
    if not any(kind in _LITERALS for kind, _ in parts):
        return "没有任何固定的字，会到处命中", "no literal part: it hits everywhere"
    return None


def _walk(tree: Any, repeats: int) -> Iterator[tuple[Any, int]]:
    """Yield every part of *tree* and in how many unbounded repeats it stands."""
    for kind, value in tree:
        unbounded = kind in _REPEATS and value[1] == kinds.MAXREPEAT
        yield kind, repeats if kind not in _REPEATS or unbounded else 0
        for inner in _trees(value):
            yield from _walk(inner, repeats + unbounded)


def _trees(value: Any) -> Iterator[Any]:
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _trees(part)
