"""The contract of an analyser plug-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from pipeline.model import AnalysedPost


class Analyser(Protocol):
    """Finds one block of an analysed post, after the built-in ones; what it finds takes their place.

    *name* is the block it fills, *needs* the blocks it reads. The same post gives the same finding
    whatever stands beside it in the batch. Nothing about the author is read.
    """

    name: str
    needs: tuple[str, ...]

    def analyse(self, batch: Sequence[AnalysedPost]) -> Sequence[msgspec.Struct | None]:
        """Return one finding for each post, in the order given; None leaves the block as it is."""


def filled(docs: Sequence[AnalysedPost], block: str, findings: Sequence[msgspec.Struct | None]) -> list[AnalysedPost]:
    """Return *docs* with each finding as its *block*."""
    return [
        doc if finding is None else msgspec.structs.replace(doc, **{block: finding})
        for doc, finding in zip(docs, findings, strict=True)
    ]
