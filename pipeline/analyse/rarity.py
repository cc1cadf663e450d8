"""Count anew how rare each piece of a text is (``models/rarity.npy``): ``python -m pipeline.analyse.rarity FILES``.

The table holds a figure for each slot and none of the texts. FILES are JSONL, may be gzipped, and have ``text`` and
perhaps ``title`` or ``question``.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.analyse.terms import BITS, STEPS, TABLE, cut
from pipeline.text.normal import normal_batch, squeeze_batch

LONGEST = 400  # characters of a text that are counted
TWICE = 2  # texts that may have a piece by chance, or two pieces by their hash


class _Line(msgspec.Struct):
    title: str | None = None
    text: str | None = None
    question: str | None = None


def counted(texts: Iterable[str]) -> npt.NDArray[np.uint8]:
    """Return for each slot the logarithm of one text in how many has a piece of it, in steps."""
    seen, read = np.zeros(1 << BITS, np.uint32), 0
    for text in texts:
        ((letters, _),) = squeeze_batch(normal_batch([text[:LONGEST]]))
        seen[np.unique(cut([letters]).hashes >> np.uint32(32 - BITS))] += 1
        read += 1
    often = np.where(seen > TWICE, seen, 0)
    return np.round(STEPS * np.log((read + 1) / (often + 0.5))).clip(0, 255).astype(np.uint8)


def texts_of(files: Sequence[Path]) -> Iterator[str]:
    """Yield the title and text of each line."""
    decoder = msgspec.json.Decoder(_Line)
    for file in files:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
            for line in lines:
                row = decoder.decode(line)
                yield f"{row.title or ''}\n{row.text or row.question or ''}"


if __name__ == "__main__":
    np.save(TABLE, counted(texts_of([Path(name) for name in sys.argv[1:]])))
