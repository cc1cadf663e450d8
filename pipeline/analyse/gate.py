"""Whether a post is about a matter at all: advertising, too little text, small talk."""

from __future__ import annotations

import re
from itertools import islice

from pipeline.analyse.cues import Reading
from pipeline.model import GateFinding, GateStatus, MatterFinding, Reason

_LEAST_LETTERS = 2
_OFFERS = 3  # so many offers are an advertisement even without a way to answer it
_LETTERS_PER_OFFER = 100  # adverts are dense; a long letter that mentions a loan and a chat is none
_PROTESTS = ("appeal.complaint", "appeal.help", "appeal.suggestion")
# How to answer, drawn instead of written: ➕❤薇, +V, 扣 扣.
_DRAWN_CONTACT = re.compile(
    r"[+➕✚加➡👉][^\w\n]{0,4}(?:[薇微威徽v]|wx|扣|q(?![a-z])|企鹅)|[薇微威徽v][^\w\n,。]{1,3}[信芯我]"
)
_ENTERTAINMENT = "culture"
_RELEVANT, _IRRELEVANT = GateFinding(), GateFinding(GateStatus.IRRELEVANT)


def before_matter(reading: Reading) -> GateFinding | None:
    """Return why the post is about no matter; None if the matter has to decide."""
    if "spam.offer" in reading.cues and (advert := _advert(reading)):
        return GateFinding(GateStatus.SPAM, advert)
    if not _letters(reading.squeezed, _LEAST_LETTERS):
        return GateFinding(GateStatus.INSUFFICIENT_TEXT)
    return None


def after_matter(reading: Reading, matter: MatterFinding) -> GateFinding:
    """Return whether a post with some text is about a matter of public service."""
    if matter.harm != "H0" or matter.accusation:
        return _RELEVANT
    if matter.topic == _ENTERTAINMENT and matter.appeal_type in (None, "praise"):
        return _IRRELEVANT
    if matter.topic == "other" and matter.appeal_type is None:
        enough = _letters(reading.squeezed, 2 * _LEAST_LETTERS)
        return _IRRELEVANT if enough else GateFinding(GateStatus.INSUFFICIENT_TEXT)
    return _RELEVANT


def _advert(reading: Reading) -> tuple[Reason, ...]:
    """Return the reasons to call it an advertisement: an offer and how to take it, or many offers."""
    offers = reading.of("spam.offer")
    if not offers or reading.of("spam.not"):  # somebody complains about advertising
        return ()
    offered = sum({cue.word: cue.weight for cue in offers}.values())
    if offered <= sum(len(reading.of(kind)) for kind in _PROTESTS):
        return ()
    contact = _contact(reading)
    if offered < len(reading.squeezed) // _LETTERS_PER_OFFER + (1 if contact else _OFFERS):
        return ()
    return (*contact, *map(reading.reason, offers))


def _contact(reading: Reading) -> tuple[Reason, ...]:
    """Return where the text says how to answer, in words or drawn."""
    drawn = (Reason(found.group(), 1.0, *found.span()) for found in _DRAWN_CONTACT.finditer(reading.normal))
    return (*map(reading.reason, reading.of("spam.contact")), *drawn)


def _letters(squeezed: str, enough: int) -> bool:
    """Say whether the text has *enough* letters."""
    if squeezed[:enough].isalpha() and len(squeezed) >= enough:  # nearly all begin with some
        return True
    return sum(1 for _ in islice(filter(str.isalpha, squeezed), enough)) == enough
