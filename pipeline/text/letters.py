"""What each letter is read as, and which are kept; ``_letters.c`` does the same several times as fast."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Codes: TypeAlias = NDArray[np.uint32]

_UTF32 = "utf-32-le"


class Letters:
    """A *table* of what every code point is read as, and which of them squeezing has *kept*.

    The *doubtful* ones stand for two, and their neighbours tell for which: whoever asks must look at those.
    """

    def __init__(self, table: Codes, kept: NDArray[np.bool_], doubtful: str) -> None:
        self._table = table
        self._kept = kept
        self._doubtful = doubtful

    def folded(self, texts: list[str], /) -> tuple[list[str], list[tuple[int, list[int]]]]:
        """Return each of *texts* letter by letter as it is read, and by place those in which doubtful letters are left,
        with the places of these."""
        joined = letters(self._table[codes("".join(texts))])
        folded = [joined[start:end] for start, end in pairwise(_bounds(texts).tolist())]
        if not self._in_doubt(joined):
            return folded, []
        return folded, [(place, self._doubts(text)) for place, text in enumerate(folded) if self._in_doubt(text)]

    def squeezed(self, texts: list[str], /) -> list[tuple[str, Sequence[int]]]:
        """Return of each of *texts* the letters that are kept, and a view of where they stood."""
        read = codes("".join(texts))
        places = np.flatnonzero(self._kept[read])
        bounds = _bounds(texts)
        cuts = np.searchsorted(places, bounds)
        offsets = (places - np.repeat(bounds[:-1], np.diff(cuts))).data
        squeezed = letters(read[places])
        return [(squeezed[start:end], offsets[start:end]) for start, end in pairwise(cuts.tolist())]

    def _in_doubt(self, text: str) -> bool:
        return any(one in text for one in self._doubtful)

    def _doubts(self, text: str) -> list[int]:
        return [at for at, one in enumerate(text) if one in self._doubtful]


def codes(text: str) -> Codes:
    return np.frombuffer(text.encode(_UTF32, "surrogatepass"), dtype=np.uint32)


def letters(read: Codes) -> str:
    return read.tobytes().decode(_UTF32, "surrogatepass")


def _bounds(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return where each text starts in the joined one, and where the last ends."""
    return np.concatenate(([0], np.cumsum([len(text) for text in texts], dtype=np.int64)))
