from collections.abc import Callable, Sequence

from pipeline.analyse.cues import Cue
from pipeline.text.automaton import Automaton

class Table:
    def __init__(
        self,
        automaton: Automaton,
        words: Sequence[
            tuple[
                bool,
                tuple[int, ...],
                tuple[tuple[int, int], ...],
                tuple[tuple[int, int, tuple[tuple[int, int], ...], Callable[[str, int, int], bool] | None], ...],
            ]
        ],
        labels: tuple[tuple[int, int, float, str, bool], ...],
        kinds: tuple[tuple[str, str, str], ...],
        hints: tuple[tuple[int, ...], ...],
        void: int,
        most: int,
        reach: int,
        ends: str,
        cue: type[Cue],
    ) -> None: ...
    def read(
        self, normal: str, squeezed: str, offsets: Sequence[int], /
    ) -> tuple[dict[str, list[Cue]], dict[str, dict[str, list[Cue]]], bool]: ...
