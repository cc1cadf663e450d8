from collections.abc import Sequence

from numpy import int32
from numpy.typing import NDArray

Column = NDArray[int32]

class Filed:
    """``pipeline.match.filed.Filed`` in C."""

    def __init__(
        self,
        written: list[str],
        edged: bytes,
        rules: int,
        filed: Column,
        entries: Column,
        way_rule: Column,
        ways: Column,
        groups: Column,
        group_words: Column,
    ) -> None: ...
    def candidates(
        self, hits: list[tuple[int, int, int]], squeezed: str, offsets: Sequence[int], /
    ) -> list[tuple[int, tuple[str, ...] | None]]: ...
    def make_ready(self, rule: int, barred: tuple[int, ...], spoken: tuple[int, ...], /) -> None: ...
