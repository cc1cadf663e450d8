"""How much of what is personal the masker finds, and how much of what it finds is personal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.privacy.invented import Case, all_cases
from pipeline.privacy.masker import Masker
from pipeline.privacy.span import PLACEHOLDERS

SEED = 20260310


class Score(NamedTuple):
    """What was found of a class: *recall* of what stands there, *precision* of what was masked, *wanted* of them stand there."""

    name: str
    recall: float
    precision: float
    wanted: int


def proof(masker: Masker, seed: int = SEED, count: int = 12) -> list[tuple[str, float]]:
    """Return rows (name, value) of recall and precision by class, over *count* invented texts of each kind."""
    return [
        row
        for score in scores(masker, all_cases(seed, count))
        for row in (
            (f"privacy.{score.name}.recall", score.recall),
            (f"privacy.{score.name}.precision", score.precision),
        )
    ]


def scores(masker: Masker, cases: Iterable[Case]) -> list[Score]:
    """Return the scores by class. A class is right where exactly what is personal got its placeholder."""
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for case, spans in _masked(masker, list(cases)):
        wanted.update(name for _, _, name in case.wanted)
        found.update(name for _, _, name in spans)
        right.update(name for _, _, name in spans.intersection(case.wanted))
    return [
        Score(name, _share(right[name], wanted[name]), _share(right[name], found[name]), wanted[name])
        for name in PLACEHOLDERS
        if wanted[name] or found[name]
    ]


def _masked(masker: Masker, cases: list[Case]) -> Iterator[tuple[Case, set[tuple[int, int, str]]]]:
    for case, masked in zip(cases, masker.mask_batch([("", case.text) for case in cases]), strict=True):
        yield case, {(span.start, span.end, span.name) for span in masked.spans}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
