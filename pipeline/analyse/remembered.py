"""The memory of single posts: which cluster each is of, found by its id or by its very words. Some 50 bytes a post."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import xxhash

from pipeline.analyse.shelves import Hashes, Numbers, Shelves

WIDTH: Final = 8


class Row(msgspec.Struct, frozen=True, gc=False):
    """What is remembered of a post: its event time in seconds, its cluster and how it joined."""

    at: float
    cluster: int
    kind: int
    likeness: float


class Remembered:
    """The *most* posts that were kept last; what a batch brings is kept when all of it is judged.

    ``_remembered.c`` does the same several times as fast.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = 0
        self._ids, self._keys = (np.zeros(most, np.uint64) for _ in range(2))
        self._at = np.zeros(most)
        self._cluster = np.zeros(most, np.int64)
        self._kind = np.zeros(most, np.uint8)
        self._likeness = np.zeros(most, np.float32)
        self._by_id, self._by_key = (Shelves(most, most, WIDTH) for _ in range(2))

    def look_up(self, ids: Hashes, keys: Hashes, /) -> tuple[list[int], list[int], list[int]]:
        """Return the place of each post of a batch by its id, that of the foremost with the same words, -1 where there
        is none; and which posts have any, or share id or words with another of the batch."""
        known, copied = _places(ids, self._by_id, self._ids), _places(keys, self._by_key, self._keys)
        doubtful = (known >= 0) | (copied >= 0) | _repeated(ids) | _repeated(keys)
        return known.tolist(), copied.tolist(), np.flatnonzero(doubtful).tolist()

    def by_id(self, id: int, /) -> int:
        """Return the place of a post; -1 if it is not known."""
        return int(_places(np.array([id], np.uint64), self._by_id, self._ids)[0])

    def row(self, place: int, /) -> tuple[float, int, int, float]:
        """Return the row of the post that is kept there."""
        at, cluster = float(self._at[place]), int(self._cluster[place])
        return at, cluster, int(self._kind[place]), float(self._likeness[place])

    def replaced(self, place: int, more: int, /) -> bool:
        """Say whether the post at *place* is forgotten once *more* are kept."""
        return (place - self._kept) % self._most < more

    def keep(
        self,
        ids: Hashes,
        keys: Hashes,
        at: list[float],
        clusters: list[int],
        kinds: list[int],
        likeness: list[float],
        foremost: list[bool],
        /,
    ) -> None:
        """Remember posts, at most as many as are remembered at all; those with a cluster below 0 are left out.

        *foremost* are the first with their words, in their cluster or at all.
        """
        chosen = np.flatnonzero(np.array(clusters, np.int64) >= 0)
        places = np.arange(self._kept, self._kept + len(chosen)) % self._most
        self._ids[places], self._keys[places] = ids[chosen], keys[chosen]
        self._at[places], self._cluster[places] = np.array(at)[chosen], np.array(clusters)[chosen]
        self._kind[places], self._likeness[places] = np.array(kinds)[chosen], np.array(likeness)[chosen]
        self._by_id.put_all(ids[chosen], places)
        first = np.array(foremost, bool)[chosen]
        self._by_key.put_all(keys[chosen][first], places[first])
        self._kept += len(chosen)


def hashed(id: str) -> int:
    return xxhash.xxh3_64_intdigest(id.encode("utf-8", "surrogatepass"))


def hash_all(texts: list[str], hashes: Hashes, /) -> None:
    """Put the hash of each of *texts* in its place."""
    hashes[:] = [hashed(text) for text in texts]


def _places(hashes: Hashes, shelves: Shelves, kept: Hashes) -> Numbers:
    which, numbers = shelves.found(hashes)
    same = kept[numbers] == hashes[which]
    places = np.full(len(hashes), -1)
    np.maximum.at(places, which[same], numbers[same])
    return places


def _repeated(hashes: Hashes) -> npt.NDArray[np.bool_]:
    _, which, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    return counts[which] > 1
