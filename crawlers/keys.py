"""Ids that passed through a spreadsheet: what can be cleaned, and what has lost digits and is no key any more."""

from __future__ import annotations

import re

_FORMULA_TEXT = re.compile(r'=\s*"(.*)"', re.S)  # ="0123": how people keep a spreadsheet from rounding
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+?\d+")
_WHOLE = re.compile(r"(\d+)\.0+")
_EXACT = 2**53  # beyond this a floating-point number has lost digits


def bare(raw: object) -> str:
    """Return the id that *raw* stands for, without the apostrophe, tab, ``="…"`` or ``.0`` around it."""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < _EXACT:
        return str(int(raw))
    text = "" if raw is None else str(raw).strip().lstrip("'‘’＇").strip()
    if wrapped := _FORMULA_TEXT.fullmatch(text):
        text = wrapped[1].strip()
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def rounded(raw: object) -> bool:
    """Say whether *raw* is a number that has lost digits: scientific notation, or too large a float."""
    if isinstance(raw, float):
        return not raw.is_integer() or abs(raw) >= _EXACT
    return bool(_SCIENTIFIC.fullmatch(bare(raw)))
