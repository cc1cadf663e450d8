"""Writes matches as they travel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from pipeline.model import Match, encode


def written(matches: Iterable[Match]) -> Iterator[bytes]:
    """Yield the bytes of each match, those that ``encode`` makes; the post of several in a row is written once."""
    for _, group in groupby(matches, lambda match: id(match.analysed)):
        same = list(group)
        if len(same) > 1:
            post = msgspec.Raw(encode(same[0].analysed))
            same = [msgspec.structs.replace(match, analysed=post) for match in same]
        yield from map(encode, same)
