"""How much of what is personal the masker finds, and how much of what it finds is personal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from typing import Final, NamedTuple

from pipeline.privacy.invented import Case, all_cases
from pipeline.privacy.masker import Masker
from pipeline.privacy.span import PLACEHOLDERS

SEED = 20260310


GROUPS: Final = {
    "checksum": frozenset({"CN_ID18", "BANK_CARD"}),
    "mobile": frozenset({"CN_MOBILE"}),
    "names": frozenset({"PERSON_NAME", "OFFICIAL_NAME"}),
}


class Score(NamedTuple):
    """What was found of a class: *recall* of what stands there, *precision* of what was masked; *wanted* stand there."""

    name: str
    recall: float
    precision: float
    wanted: int


def proof(masker: Masker, seed: int = SEED, count: int = 20) -> list[tuple[str, float]]:
    """Return rows (name, value): recall and precision of each class and of groups of them, from 0 to 1.

    Measured over *count* invented texts of each kind, the same for the same *seed*.
    """
    counted = _counted(masker, list(all_cases(seed, count)))
    alone = {name: frozenset({name}) for name in PLACEHOLDERS}
    rows = [_score(name, classes, counted) for name, classes in (GROUPS | alone).items()]
    return [
        row
        for name, recall, precision, _ in rows
        for row in (
            (f"privacy.{name}.recall", recall),
            (f"privacy.{name}.precision", precision),
            (f"privacy.{name}.f1", _f1(recall, precision)),
        )
    ]


def scores(masker: Masker, cases: Iterable[Case]) -> list[Score]:
    """Return the scores by class. A class is right where exactly what is personal got its placeholder."""
    counted = _counted(masker, list(cases))
    named = {name for counts in counted for name in counts}
    return [_score(name, {name}, counted) for name in PLACEHOLDERS if name in named]


_Counts = tuple[Counter[str], Counter[str], Counter[str]]


def _counted(masker: Masker, cases: Sequence[Case]) -> _Counts:
    """Return by class how many things stand in the *cases*, how many were masked, and how many of these are right."""
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for case, masked in zip(cases, masker.mask_batch([("", case.text) for case in cases]), strict=True):
        stands = {(start, end): name for start, end, name in case.wanted}
        wanted.update(stands.values())
        for span in masked.spans:
            there = stands.get((span.start, span.end))
            found[span.name] += 1
            right[span.name] += there == span.name
    return wanted, found, right


def _score(name: str, classes: Set[str], counted: _Counts) -> Score:
    wanted, found, right = (sum(counts[each] for each in classes) for counts in counted)
    return Score(name, _share(right, wanted), _share(right, found), wanted)


def _f1(recall: float, precision: float) -> float:
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
