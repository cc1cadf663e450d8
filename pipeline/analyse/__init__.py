"""What a post means: what it is about, how bad, where, how many; each label with its reasons.

An analyser is one file with a class. Its docstring is shown to analysts by ``yuqing plugins``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import msgspec

from pipeline.analyse.analyst import Analyst
from pipeline.analyse.stage import AnalyseStage
from pipeline.model import AnalysedPost

F = TypeVar("F", bound=msgspec.Struct, covariant=True)


class Analyser(Protocol[F]):
    """Finds one block of an analysed post.

    *name* is the block it fills, *needs* the blocks that must be filled before. The same post gives the
    same finding whatever stands beside it in the batch. Nothing about the author is read.
    """

    name: str
    needs: tuple[str, ...]

    def analyse(self, batch: Sequence[AnalysedPost]) -> Sequence[F | None]:
        """Return one finding for each post, in the order given; None where there is nothing to say."""


__all__ = ["AnalyseStage", "Analyser", "Analyst"]
