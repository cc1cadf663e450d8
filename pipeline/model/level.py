"""Attention levels (关注级别) L1 to L4: ours, internal, never a public warning (DOMAIN §0.3)."""

from __future__ import annotations

from enum import StrEnum

_COLOURS = {"L1": "red", "L2": "orange", "L3": "yellow", "L4": "blue"}
_CHINESE = {"L1": "红", "L2": "橙", "L3": "黄", "L4": "蓝"}


class Level(StrEnum):
    """How loud a matter is, L1 the loudest. Stored as ``L1``; ``red`` and ``红`` are accepted spellings."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"

    @classmethod
    def read(cls, word: str) -> Level:
        """Return the level that *word* spells. Raises KeyError if none."""
        return _SPELLINGS[word.strip().lower()]

    @property
    def colour(self) -> str:
        return _COLOURS[self.value]

    @property
    def chinese(self) -> str:
        return _CHINESE[self.value]

    def louder_than(self, other: Level) -> bool:
        return self.value < other.value


def loudest(first: Level, *others: Level) -> Level:
    return min((first, *others), key=lambda level: level.value)


_SPELLINGS = {
    spelling.lower(): level
    for level in Level
    for spelling in (level.value, level.colour, level.chinese, level.chinese + "色")
}
