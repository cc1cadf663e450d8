"""Runs of letters and the overlapping pairs in them; ``_pairs.c`` writes the same line several times as fast."""

from __future__ import annotations

import re
from typing import Final

RUN: Final = re.compile(r"(?:[^\W_]|[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff])+")
"""Letters, digits, ideographs or emoji without a gap."""


def pairs(normal_text: str) -> list[str]:
    """Return the pairs of a text in normal form in order, and the last letter of each run alone."""
    return [run[i : i + 2] for run in RUN.findall(normal_text) for i in range(len(run))]


def line(text: str, /) -> str:
    """Return the pairs of *text* with a blank between them."""
    return " ".join(pairs(text))
