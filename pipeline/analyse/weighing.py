"""Which topics and which tier weigh most in a text, which words stand together, and which are told as reasons.

``_weighing.c`` does the same several times as fast.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pipeline.analyse.cues import Cue
from pipeline.model import Ranked, Reason

_DIGITS = 4  # of a share

Row = tuple[
    str, float, float, float, float, float
]  # a name, what counts before and after the sounds, and each of three


def ranked(
    topics: Mapping[str, list[Cue]], harm: Mapping[str, list[Cue]], part: float, unknown: float, most: int, /
) -> tuple[Ranked, ...]:
    """Return the *most* heaviest topics, of equals the one named first, each with its share of all that weighs.

    A cue that begins in one of *harm* weighs *part* more; what no list of words knows weighs *unknown*.
    """
    harmful = {place for cues in harm.values() for cue in cues for place in range(cue.start, cue.end)}
    weighed: list[tuple[float, int, str]] = []
    for topic, cues in topics.items():
        weight = sum([cue.weight + (part if cue.start in harmful else 0.0) for cue in cues])
        weighed.append((-weight, cues[0].start, topic))
    whole = unknown - sum([weight for weight, _, _ in weighed])
    return tuple([Ranked(topic, round(-weight / whole, _DIGITS)) for weight, _, topic in sorted(weighed)[:most]])


def reasons(labels: Sequence[Sequence[Cue]], offsets: Sequence[int], most: int, /) -> tuple[Reason, ...]:
    """Return the first cue of every label, then others while there are not *most*, and where each stands."""
    told: list[Cue] = []
    for cue in [cues[0] for cues in labels if cues]:
        if cue not in told:
            told.append(cue)
    for cue in [cue for cues in labels for cue in cues[1:]]:
        if len(told) >= most:
            break
        if cue not in told:
            told.append(cue)
    return tuple([Reason(cue.word, cue.weight, offsets[cue.start], offsets[cue.end - 1] + 1) for cue in told])


def of_others(
    topics: Mapping[str, list[Cue]], ours: frozenset[str], least: float, until: int, but: frozenset[str], /
) -> list[Cue]:
    """Return the cues of the topics that are not *ours*: those that weigh at least *least* and begin before *until*.

    Those that are one of the words *but* are left out.
    """
    return [
        cue
        for topic, cues in topics.items()
        if topic not in ours
        for cue in cues
        if cue.weight >= least and cue.start < until and cue.word not in but
    ]


def likeliest(rows: list[Row], sounds: Sequence[float], /) -> str:
    """Return the name of the row that weighs most, of equals the first; the first three *sounds* count."""
    likeliest, most = "", -math.inf
    first, second, third, *_ = sounds
    for name, before, after, of_first, of_second, of_third in rows:
        weight = before + (of_first * first + of_second * second + of_third * third) + after
        if weight > most:
            likeliest, most = name, weight
    return likeliest


def together(
    cues: Sequence[Cue], others: Sequence[Cue], until: int, normal: str, offsets: Sequence[int], ends: str, /
) -> list[Cue]:
    """Return those of *cues* that stand in a clause with one of *others* that begins before *until*.

    None of *ends* stands between them.
    """
    near = [other for other in others if other.start < until]
    return [cue for cue in cues if any(_share(cue, other, normal, offsets, ends) for other in near)]


def _share(cue: Cue, other: Cue, normal: str, offsets: Sequence[int], ends: str) -> bool:
    first, second = (cue, other) if cue.start <= other.start else (other, cue)
    return not any(mark in normal[offsets[first.end - 1] : offsets[second.start]] for mark in ends)
