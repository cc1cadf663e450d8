"""Several messages in one, as lines: a message costs a bus as much as two or three kilobytes do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pipeline.bus import LINES, Message

ROOM: Final = 256 << 10
"""Bytes beyond which a message takes no further line: a bus takes far more, but what is read together should not be much."""


def joined(messages: Sequence[Message], partition: Callable[[str], int]) -> list[Message]:
    """Return *messages* with those of one *partition* joined in their order, each a line, under the key of the first.

    So all of them go where they would have gone alone. Raises ValueError for one that has a line break in it.
    """
    whole: list[Message] = []
    waiting: dict[int, _Lines] = {}
    for message in messages:
        if b"\n" in message.value:
            raise ValueError("a line with a line break in it")
        place = partition(message.key)
        lines = waiting.get(place)
        if lines is None or not lines.takes(message.value):
            if lines is not None:
                whole.append(lines.message())
            lines = waiting[place] = _Lines(message.key)
        lines.add(message.value)
    return [*whole, *(lines.message() for lines in waiting.values())]


class _Lines:
    def __init__(self, key: str) -> None:
        self._key = key
        self._values: list[bytes] = []
        self._size = 0

    def takes(self, value: bytes) -> bool:
        return len(self._values) < LINES and self._size + len(value) <= ROOM

    def add(self, value: bytes) -> None:
        self._values.append(value)
        self._size += len(value)

    def message(self) -> Message:
        return Message(self._key, b"\n".join(self._values))
