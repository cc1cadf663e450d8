"""Writes matches as they travel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

import msgspec

from pipeline.bus import Message
from pipeline.model import Match, encode

MOST: Final = 100
ROOM: Final = 128 << 10
"""Matches and bytes in one message: a bus takes far more, but what is judged together should not be much."""


def written(matches: Iterable[Match]) -> Iterator[bytes]:
    """Yield the bytes of each match, those that ``encode`` makes; the post of several in a row is written once."""
    for _, group in groupby(matches, lambda match: id(match.analysed)):
        same = list(group)
        if len(same) > 1:
            post = msgspec.Raw(encode(same[0].analysed))
            same = [msgspec.structs.replace(match, analysed=post) for match in same]
        yield from map(encode, same)


def bundled(keyed: Iterable[tuple[str, bytes]]) -> list[Message]:
    """Return what goes to the bus: the matches of one key in their order, as many in a message as have room.

    One that is alone is a JSON object, several are an array of such. A message costs a bus as much as two or three
    kilobytes do, and most matches are of few keys.
    """
    messages: dict[str, list[Message]] = {}
    waiting: dict[str, list[bytes]] = {}
    sizes: dict[str, int] = {}
    for key, value in keyed:
        together = waiting.setdefault(key, [])
        if together and (len(together) == MOST or sizes[key] + len(value) > ROOM):
            messages.setdefault(key, []).append(Message(key, _joined(together)))
            together.clear()
            sizes[key] = 0
        together.append(value)
        sizes[key] = sizes.get(key, 0) + len(value)
    return [
        message for key, last in waiting.items() for message in [*messages.get(key, ()), Message(key, _joined(last))]
    ]


def _joined(values: list[bytes]) -> bytes:
    return values[0] if len(values) == 1 else b"[" + b",".join(values) + b"]"
