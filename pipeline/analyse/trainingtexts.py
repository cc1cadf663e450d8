"""Reads invented sentences and public posts as the desk does; what both trainings of danger have in common."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.analyse.cues import Lexicon, Reading
from pipeline.analyse.peril import Peril
from pipeline.text.normal import normal_batch, squeeze_batch

POSTS = 6000  # of each file
SEED = 3
ORDINARY = 0.1  # weight of a post beside an invented sentence
LARGEST = 30_000  # weight in a table

Floats = npt.NDArray[np.float64]


def public(files: Sequence[Path], peril: Peril | None) -> Iterator[Reading]:
    """Yield some posts of each file, with the stretches that *peril* hears if there is one."""
    for file in sorted(files):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            posts = [json.loads(line).get("text") or "" for line in lines]
        some = random.Random(SEED).sample(posts, min(POSTS, len(posts)))
        yield from read([post for post in some if post], peril)


def read(texts: Sequence[str], peril: Peril | None) -> Iterator[Reading]:
    """Yield each text as it is read."""
    lexicon = Lexicon.read()
    normals = normal_batch(texts)
    folded = squeeze_batch(normals)
    heard = peril.stretches([letters for letters, _ in folded]) if peril else [None] * len(texts)
    for normal, letters, stretch in zip(normals, folded, heard, strict=True):
        yield lexicon.read_text(normal, *letters, stretch)


def squeezed(texts: Sequence[str]) -> list[str]:
    """Return the letters of each text."""
    return [letters.replace("\n", "。") for letters, _ in squeeze_batch(normal_batch(texts))]


def digest(weights: npt.NDArray[np.int16]) -> str:
    """Return a few letters that name these weights."""
    return sha256(weights.tobytes()).hexdigest()[:8]
