"""A table from hashes to numbers that forgets the oldest where it is full: some bytes an entry, a whole batch at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Entries = npt.NDArray[np.uint32]
Places = npt.NDArray[np.intp]
Numbers = npt.NDArray[np.int64]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_LOW = np.uint64((1 << 32) - 1)


class Shelves:
    """Numbers below *most*, each under a hash; a shelf holds *width* of them, the newest, in any order.

    What is read may be an accident: a few hashes in a thousand share shelf and tag, and what was put long ago may
    mean something else by now. Whoever reads compares with what he kept under the number. Takes 4 bytes for each of
    *width* places on every shelf and one for the shelf, with *room* times as many places as *entries*.
    """

    def __init__(self, entries: int, most: int, width: int, room: float = 1.5) -> None:
        shelves = 1 << max(4, int(entries * room / width - 1).bit_length())
        self.width = width
        self._rows = np.zeros((shelves, width), np.uint32)
        self._next = np.zeros(shelves, np.uint8)  # which place of each shelf is filled next
        self._mask = np.uint64(shelves - 1)
        self._bits = np.uint32(int(most).bit_length())
        self._number = np.uint32((1 << int(self._bits)) - 1)

    @property
    def size(self) -> int:
        """The bytes that the table takes at most; the system gives them as shelves are written."""
        return self._rows.nbytes + self._next.nbytes

    def places(self, hashes: Hashes) -> tuple[Places, Entries]:
        """Return the shelf of each hash, and the tag that its entry bears."""
        mixed = hashes * _ODD
        mixed ^= mixed >> _HALF
        tags = (mixed >> _HALF).astype(np.uint32) >> self._bits << self._bits
        return (mixed & self._mask).astype(np.intp), tags

    def read(self, shelves: Places, tags: Entries) -> Numbers:
        """Return the numbers under each hash, one row of *width* for each; -1 where there is none."""
        entries = self._rows.take(shelves, axis=0)
        numbers = (entries & self._number).astype(np.int64) - 1
        numbers[(entries & ~self._number) != tags[..., None]] = -1
        return numbers

    def found(self, hashes: Hashes) -> tuple[Places, Numbers]:
        """Return what ``read`` finds, one by one: which of the flat *hashes*, in their order, and a number under it."""
        shelves, tags = self.places(hashes.ravel())
        untagged = (self._rows.take(shelves, axis=0) ^ tags[:, None]).ravel()
        # Both conditions at once: the tag is the same, and there is an entry; below zero is far above.
        hits = np.flatnonzero(untagged - np.uint32(1) < self._number)
        return hits // self.width, untagged[hits].astype(np.int64) - 1

    def put_all(self, hashes: Hashes, numbers: Numbers) -> None:
        """Put each number under as many of *hashes* as there are for each, in the order given."""
        each = len(hashes) // max(1, len(numbers))
        self.put(*self.places(hashes), np.repeat(numbers, each))

    def put(self, shelves: Places, tags: Entries, numbers: Numbers) -> None:
        """Put each number under its hash, in the order given."""
        if not numbers.size:
            return
        entries = (tags | (numbers + 1).astype(np.uint32)).ravel()
        # Shelf and place in one number: numbers sort many times faster than places do.
        keys = np.sort(shelves.ravel().astype(np.uint64) << _HALF | np.arange(shelves.size, dtype=np.uint64))
        order, shelves = (keys & _LOW).astype(np.intp), (keys >> _HALF).astype(np.intp)
        first = np.append(True, shelves[1:] != shelves[:-1])
        at = np.arange(len(keys))
        columns = self._next[shelves] + at - np.maximum.accumulate(np.where(first, at, 0))
        columns -= columns // self.width * self.width  # the remainder, in half the time
        stays = np.ones(len(keys), bool)  # of more than fit, the newest
        np.not_equal(shelves[self.width :], shelves[: -self.width], out=stays[: -self.width])
        self._rows.ravel()[(shelves * self.width + columns)[stays]] = entries[order[stays]]
        last = np.append(first[1:], True)
        self._next[shelves[last]] = (columns[last] + 1) % self.width
