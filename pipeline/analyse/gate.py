"""Whether a post is about a matter at all: advertising, too little text, small talk, orders to machines."""

from __future__ import annotations

from itertools import islice

from pipeline.analyse.cues import Cue, Reading
from pipeline.model import GateFinding, GateStatus, MatterFinding

_LEAST_LETTERS = 2
_OFFERS = 3  # so many offers are an advertisement even without a way to answer it
_ENTERTAINMENT = "culture"


def before_matter(reading: Reading) -> GateFinding | None:
    """Return why the post is about no matter; None if the matter has to decide."""
    if advert := _advert(reading):
        return GateFinding(GateStatus.SPAM, tuple(reading.reason(cue) for cue in advert))
    if not _letters(reading.squeezed, _LEAST_LETTERS):
        return GateFinding(GateStatus.INSUFFICIENT_TEXT)
    return None


def after_matter(reading: Reading, matter: MatterFinding) -> GateFinding:
    """Return whether a post with some text is about a matter of public service."""
    if matter.harm != "H0" or matter.accusation:
        return GateFinding()
    if matter.topic == _ENTERTAINMENT and matter.appeal_type in (None, "praise"):
        return GateFinding(GateStatus.IRRELEVANT)
    if matter.topic == "other" and matter.appeal_type is None:
        enough = _letters(reading.squeezed, 2 * _LEAST_LETTERS)
        return GateFinding(GateStatus.IRRELEVANT if enough else GateStatus.INSUFFICIENT_TEXT)
    return GateFinding()


def instruction_like(reading: Reading) -> bool:
    """Say whether the text gives orders to a machine. Nothing obeys them; people see the flag."""
    return bool(reading.of("instruction"))


def _advert(reading: Reading) -> tuple[Cue, ...]:
    """Return the cues of an advertisement: an offer and how to take it, or many offers."""
    contact, offers = reading.of("spam.contact"), reading.of("spam.offer")
    if reading.of("spam.not"):  # somebody complains about advertising
        return ()
    different = {cue.word for cue in offers}
    if (contact and different) or len(different) >= _OFFERS:
        return (*contact, *offers)
    return ()


def _letters(squeezed: str, enough: int) -> bool:
    """Say whether the text has *enough* letters."""
    return sum(1 for _ in islice(filter(str.isalpha, squeezed), enough)) == enough
