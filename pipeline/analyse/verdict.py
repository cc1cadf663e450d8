"""Puts together what words, their doubts and the sound of a text say of how bad it is.

A fact either holds or not (``live.harm.H3``, ``doubt.past``, ``near.story``); each has one weight per question, learned
from sentences for which no word list was mended.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final

from pipeline.analyse.alike import Told
from pipeline.analyse.cues import Reading
from pipeline.analyse.doubts import Weighed
from pipeline.analyse.tiers import LOWER, TIERS, odds
from pipeline.analyse.weighing import Row

try:
    from pipeline.analyse import _weighing
except ImportError:  # no compiler where this was installed
    from pipeline.analyse import weighing as _weighing  # type: ignore[no-redef]

SOUND = "sound."
BIAS = "always"
LOSS = "loss"  # words tell of a lost service, and nothing takes them back
_REMEMBERED = 1 << 10  # sets of facts; less than a megabyte
_STAYS, _LOSS_STAYS = 0.4, 1.2  # so much likelier another tier must be than that of the words


def facts_of_danger(reading: Reading, found: Sequence[Weighed], told: Told) -> frozenset[str]:
    """Return what holds of what is *told*, among whose words of danger are those *found*."""
    facts = list(_named(found)) if found else ["unnamed"]
    if "harm.H2" in reading.cues:
        facts.append(LOSS if found else f"unnamed.{LOSS}")
    for kind, cues in reading.context.under("context").items():
        if told.has_one(cues):
            facts.append(f"near.{kind}")
    return frozenset(facts)


def _named(found: Sequence[Weighed]) -> Iterator[str]:
    """Yield what holds of words of danger."""
    for one in found:
        yield f"any.{one.cue.kind}"
        yield f"live.{one.cue.kind}" if one.doubt is None else f"doubt.{one.name}"
    if all(one.doubt for one in found):
        yield "all.doubted"


def sound_of_danger(close: Sequence[float], quick: Sequence[float]) -> dict[str, float]:
    """Return how a text sounds at both looks for each tier beside the others, and for danger beside all of them."""
    return dict(zip(_OF_DANGER, [*_beside(close), *_beside(quick)], strict=True))


def _beside(sounds: Sequence[float]) -> list[float]:
    nothing, grievance, loss, danger = sounds
    middle = (nothing + grievance + loss + danger) / len(TIERS)
    return [nothing - middle, grievance - middle, loss - middle, danger - middle, odds(sounds)]


def danger(weights: Mapping[str, float], facts: Set[str], close: Sequence[float], quick: Sequence[float]) -> float:
    """Return how much speaks for danger to life; 0 is as much as against it."""
    heard = 0.0
    for name, value in zip(_HEARD, [*_beside(close), *_beside(quick)], strict=True):
        heard += weights[name] * value
    return weights[BIAS] + _held(weights, sorted(facts)) + heard


class Below:
    """Judges which tier below danger a text has; what facts weigh together is remembered, for the same come again."""

    def __init__(self, weights: Mapping[str, Mapping[str, float]]) -> None:
        self._weights = [weights[tier] for tier in LOWER]
        self._sounds = [[weights[tier][SOUND + heard] for heard in LOWER] for tier in LOWER]
        self._held = functools.lru_cache(maxsize=_REMEMBERED)(self._of)

    def tier(self, words: str, facts: tuple[str, ...], sounds: Sequence[float]) -> str:
        """Return the likeliest tier, that of the *words* if no other is clearly likelier; *sounds* are of each.

        *facts* are told once each, in any order.
        """
        return _weighing.likeliest(self._held(words, facts), sounds)

    def _of(self, words: str, facts: tuple[str, ...]) -> list[Row]:
        """Return for each tier what *facts* weigh, that it is the one of the *words*, and what each sound weighs."""
        ordered, stays = sorted(facts), _LOSS_STAYS if LOSS in facts else _STAYS
        return [
            (tier, weights[BIAS] + _held(weights, ordered), stays if tier == words else 0.0, nothing, grievance, loss)
            for tier, weights, (nothing, grievance, loss) in zip(LOWER, self._weights, self._sounds, strict=True)
        ]


def _held(weights: Mapping[str, float], facts: Sequence[str]) -> float:
    held, weight = 0.0, weights.get
    for fact in facts:  # a generator costs as much again, and sum() rounds otherwise from one Python to the next
        held += weight(fact, 0.0)
    return held


_OF_DANGER: Final = [f"{look}{of}" for look in ("", "quick.") for of in (*TIERS, "odds")]
_HEARD: Final = [SOUND + name for name in _OF_DANGER]
