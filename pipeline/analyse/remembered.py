"""The memory of single posts: which cluster each is of, found by its id or by its very words. Some 50 bytes a post."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import xxhash

from pipeline.analyse.shelves import Hashes, Shelves

WIDTH: Final = 8


Fields: TypeAlias = tuple[int, int, float, int, int, float, bool]


class Row(NamedTuple):
    """One post: hashes of its id and of its words, its event time in seconds, its cluster and how it joined.

    *foremost* is the first with these words, in its cluster or at all.
    """

    id: int
    key: int
    at: float
    cluster: int
    kind: int
    likeness: float
    foremost: bool


class Remembered:
    """The *most* posts that were kept last; what a batch brings is kept when all of it is judged."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = 0
        self._ids, self._keys = (np.zeros(most, np.uint64) for _ in range(2))
        self._at = np.zeros(most)
        self._cluster = np.zeros(most, np.int64)
        self._kind = np.zeros(most, np.uint8)
        self._likeness = np.zeros(most, np.float32)
        self._by_id, self._by_key = (Shelves(most, most, WIDTH) for _ in range(2))

    def by_ids(self, ids: Sequence[int]) -> list[int]:
        """Return the place of each post; -1 for those that are not known."""
        return _places(np.array(ids, np.uint64), self._by_id, self._ids)

    def by_keys(self, keys: Sequence[int] | Hashes) -> list[int]:
        """Return the place of the foremost post with the same words; -1 where there is none."""
        return _places(np.array(keys, np.uint64), self._by_key, self._keys)

    def __getitem__(self, place: int) -> Row:
        return Row(
            int(self._ids[place]), int(self._keys[place]), float(self._at[place]), int(self._cluster[place]),
            int(self._kind[place]), float(self._likeness[place]), foremost=True,
        )  # fmt: skip

    def replaced(self, place: int, more: int) -> bool:
        """Say whether the post at *place* is forgotten once *more* are kept."""
        return (place - self._kept) % self._most < more

    def keep(self, rows: Sequence[Fields]) -> None:
        """Remember *rows*, at most as many as are remembered at all."""
        if not rows:
            return
        places = np.arange(self._kept, self._kept + len(rows)) % self._most
        ids, keys, at, clusters, kinds, likeness, foremost = zip(*rows, strict=True)
        self._ids[places], self._keys[places] = np.array(ids, np.uint64), np.array(keys, np.uint64)
        self._at[places], self._cluster[places] = at, clusters
        self._kind[places], self._likeness[places] = kinds, likeness
        self._by_id.put(*self._by_id.places(self._ids[places]), places)
        first = places[np.array(foremost, bool)]
        self._by_key.put(*self._by_key.places(self._keys[first]), first)
        self._kept += len(rows)


def hashed(id: str) -> int:
    return xxhash.xxh3_64_intdigest(id.encode("utf-8", "surrogatepass"))


def _places(hashes: Hashes, shelves: Shelves, kept: Hashes) -> list[int]:
    which, numbers = shelves.found(hashes)
    same = kept[numbers] == hashes[which]
    places = np.full(len(hashes), -1)
    np.maximum.at(places, which[same], numbers[same])
    newest: list[int] = places.tolist()
    return newest
