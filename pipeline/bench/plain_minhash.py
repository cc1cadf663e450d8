"""MinHash as packages do it: one post at a time, a cryptographic hash for each shingle, 16 bands of 4."""

from __future__ import annotations

import hashlib
from collections import defaultdict

import numpy as np

_PERMUTATIONS, _BANDS = 64, 16
_PRIME = np.uint64((1 << 61) - 1)
_LOW = np.uint64((1 << 32) - 1)


class PlainMinHash:
    """Remembers signatures by band and answers with the first post that shares one."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self._factors = rng.integers(1, 1 << 31, (_PERMUTATIONS, 1), np.uint64)
        self._shifts = rng.integers(0, 1 << 31, (_PERMUTATIONS, 1), np.uint64)
        self._bands: list[dict[bytes, list[str]]] = [defaultdict(list) for _ in range(_BANDS)]

    def assign(self, post: str, text: str) -> str:
        bands = np.split(self._signature(text), _BANDS)
        found = [ids[0] for table, band in zip(self._bands, bands, strict=True) if (ids := table.get(band.tobytes()))]
        for table, band in zip(self._bands, bands, strict=True):
            table[band.tobytes()].append(post)
        return found[0] if found else post

    def _signature(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        shingles = {text[start : start + 3] for start in range(max(1, len(text) - 2))}
        hashed = [
            int.from_bytes(hashlib.sha1(one.encode(), usedforsecurity=False).digest()[:4], "little") for one in shingles
        ]
        table = (np.array(hashed, np.uint64) * self._factors + self._shifts) % _PRIME & _LOW
        signature: np.ndarray[tuple[int], np.dtype[np.uint64]] = table.min(axis=1)
        return signature
