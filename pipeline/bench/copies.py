"""How many edited copies are found, ours beside datasketch's: speed alone says nothing about near duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.analyse.edits import copies_found
from pipeline.bench import invented, usual
from pipeline.bench.contest import Row
from pipeline.text.normal import normal

TEXTS: Final = 600  # half of them edited in nine ways


def found(texts: int = TEXTS) -> list[Row]:
    """Return recall and precision on invented texts, each with datasketch's own beside it; these are no ratios."""
    said = [post.text for post in invented.posts(2 * texts, 0, invented.names(2_000))]
    fit = [text for text in dict.fromkeys(said) if len(text) >= 40][:texts]
    ours, theirs = copies_found(fit), copies_found(fit, group=_by_datasketch)
    return [
        _row("cluster-recall", ours.recall, theirs.recall),
        _row("cluster-precision", ours.precision, theirs.precision),
    ]


def _row(name: str, ours: float, theirs: float) -> Row:
    rounded = float(f"{ours:.4g}")
    return Row(name, rounded, rounded, rounded, f"datasketch MinHashLSH 128: {theirs:.3f}", 1)


def _by_datasketch(texts: Sequence[str]) -> list[int]:
    lsh, firsts = usual.Lsh(), list(range(len(texts)))
    for place, text in enumerate(texts):
        firsts[place] = firsts[int(lsh.assign(str(place), normal(text)))]
    return firsts
