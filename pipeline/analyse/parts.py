"""The matters of a long article and where each is told: it may complain of three things and praise a fourth.

A resident's letter, however long, is about one matter, and many offices may have a hand in it (DOMAIN SC-17). An article
is read sentence by sentence where it says that something is wrong, each by its own words: how the rest of it sounds
decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from operator import attrgetter
from typing import Final, NamedTuple

from msgspec.structs import replace

from pipeline.analyse import harm, matter
from pipeline.analyse.cues import Lexicon, Reading
from pipeline.analyse.numbers import count
from pipeline.analyse.place import Gazetteer
from pipeline.model import Kind, MatterFinding, Numbers, Part, PlaceFinding, PlaceStatus, Post
from pipeline.text.normal import SENTENCE_ENDS, squeeze

LONG: Final = 1000
"""Characters; a shorter article is about one matter."""
MOST: Final = 50
"""Parts of one article; of more, the gravest are told."""
_MOST_READ: Final = 400  # sentences that say something is wrong; an article with more is a flood
_WRONG: Final = (
    "appeal.complaint", "appeal.help", "appeal.report",
    "harm.H2", "harm.H3", "harm.self", "harm.weak", "harm.state", "harm.hazard",
)  # fmt: skip
_ASKING: Final = frozenset({"complaint", "help", "report"})
_UNTOLD: Final = "other"
_START: Final = attrgetter("start")
_OPENING: Final = 200  # characters; where an article begins it says what it is about, and where
_HARM: Final = attrgetter("matter.harm")
# 改造前电梯经常停用 praises what came after.
_THEN: Final = re.compile("(?:改造|整治|更新|治理|维修|加装|搬迁)之?前|以前|此前|过去|从前|昔日|原先|曾|当年|去年|早年")
_NOW: Final = re.compile("现在|如今|目前|眼下|至今|仍|依然|依旧|还是|还没|一直|又")

Span = tuple[int, int]
"""Where a sentence begins and ends in the squeezed text."""


class _Article(NamedTuple):
    """An article, how bad it is as a whole, where it is, and whether it is about building.

    Then its lifts and stairs are the builder's matter, and no caretaker's.
    """

    reading: Reading
    harm: str
    place: PlaceFinding
    building: bool


class Parts:
    """Finds the parts of long articles."""

    def __init__(self, lexicon: Lexicon, gazetteer: Gazetteer) -> None:
        self._lexicon = lexicon
        self._gazetteer = gazetteer

    def find(self, reading: Reading, whole: MatterFinding, place: PlaceFinding) -> tuple[Part, ...]:
        """Return the parts in the order of the text: none overlaps another, and each is about a matter of its own.

        *whole* and *place* are what the text says as a whole. Danger is believed only where the whole text tells of it:
        many an article tells of an old fire. What names no place is where the article begins.
        """
        if whole.accusation or matter.announced(reading):
            return ()
        told: dict[str, Part] = {}
        for part in self._run(self._opened(reading, whole, place)):
            before = told.get(part.about)
            if before is None or part.matter.harm > before.matter.harm:
                told[part.about] = part
        return tuple(sorted(sorted(told.values(), key=_HARM, reverse=True)[:MOST], key=_START))

    def _opened(self, reading: Reading, whole: MatterFinding, place: PlaceFinding) -> _Article:
        """Return what the opening says of all that follows; of a place named later only whether it is ours."""
        opening = reading.normal[:_OPENING]
        alone = self._lexicon.read_text(opening, *squeeze(opening))
        named = self._gazetteer.find(alone)
        setting = PlaceFinding(status=place.status, district=place.district, confidence=place.confidence)
        setting = replace(named, why=()) if _names_one(named) else setting
        return _Article(reading, whole.harm, setting, matter.names(alone, "housing"))

    def _run(self, article: _Article) -> list[Part]:
        """Return what the sentences complain of; one that goes on about the same is the same part."""
        run: list[Part] = []
        for sentence in islice(_sentences(article.reading), _MOST_READ):
            part = self._read(article, sentence)
            if part is None:
                continue
            before = run[-1] if run and not article.reading.normal[run[-1].end : part.start].strip() else None
            if before is None and part.matter.topic == _UNTOLD:
                part = self._led(article, sentence, run) or part
            if before is not None and (part.matter.topic == _UNTOLD or part.about == before.about):
                run[-1] = _joined(before, part)
            elif part.matter.topic != _UNTOLD or part.matter.harm > "H1":
                run.append(part)
        return run

    def _led(self, article: _Article, sentence: Span, run: list[Part]) -> Part | None:
        """Return what *sentence* says if the one before it tells what it is about: 电梯装好了。停用两个月。"""
        reading, at = article.reading, sentence[0] - 1
        if at < 0 or reading.squeezed[at] == "\n":
            return None
        lead = reading.begun(at)
        if run and reading.offsets[lead] < run[-1].end:
            return None
        return self._read(article, (lead, sentence[1]))

    def _read(self, article: _Article, sentence: Span) -> Part | None:
        """Return what a stretch of the text complains of; None if of nothing that holds now."""
        start, end = _span(article.reading, *sentence)
        normal = article.reading.normal[start:end]
        alone = self._lexicon.read_text(normal, *squeeze(normal))
        numbers = count(normal)
        what = _matter(alone, numbers, article)
        if what.appeal_type not in _ASKING or (what.harm == "H0" and not what.accusation) or _over(alone):
            return None
        where = self._gazetteer.find(alone)
        return Part(
            start=start,
            end=end,
            matter=replace(what, why=tuple([why.moved(start) for why in what.why])),
            place=replace(where, why=tuple([why.moved(start) for why in where.why]))
            if _names_one(where)
            else article.place,
            numbers=numbers,
        )


def several(post: Post, normal: str) -> bool:
    """Say whether *post* is one that is read matter by matter."""
    return len(normal) >= LONG and post.kind is Kind.ARTICLE


def gravest(whole: MatterFinding, parts: tuple[Part, ...]) -> MatterFinding:
    """Return *whole* as bad as its worst part where there are several: a crowd in one of them is no crowd in another."""
    if len(parts) < 2 or whole.harm == "H3":
        return whole
    return replace(whole, harm=max(map(_HARM, parts)))


def _sentences(reading: Reading) -> Iterator[Span]:
    """Yield the sentences that say something is wrong, each once."""
    until = 0
    for at in sorted({cue.start for kind in _WRONG for cue in reading.of(kind)}):
        if at >= until:
            start, end = reading.sentence(at)
            yield max(start, until), end
            until = end


def _span(reading: Reading, start: int, end: int) -> Span:
    """Return where a stretch of the squeezed text lies in the text, with the sign that ends it."""
    closed = end < len(reading.squeezed) and reading.squeezed[end] in SENTENCE_ENDS.replace("\n", "")
    return reading.offsets[start], reading.offsets[end if closed else end - 1] + 1


def _matter(alone: Reading, numbers: Numbers, article: _Article) -> MatterFinding:
    what = matter.matter(alone, numbers)
    if what.harm == "H3" and article.harm != "H3":
        what = replace(what, harm=matter.without_danger(alone, numbers)[0], needs_human=True)
    if what.harm != "H3" and not matter.names(alone, what.topic):
        return replace(what, topic=_UNTOLD, ranked={})
    if what.topic == "property" and article.building:
        return replace(what, topic="housing", ranked={})
    return what


def _over(alone: Reading) -> bool:
    """Say whether it is told of what was, or of what has been mended."""
    return bool((_THEN.search(alone.normal) and not _NOW.search(alone.normal)) or harm.settled(alone))


def _names_one(place: PlaceFinding) -> bool:
    return bool(place.why) or place.status is not PlaceStatus.UNKNOWN


def _joined(first: Part, second: Part) -> Part:
    """Return two parts that stand side by side as one, as bad as the worse of them."""
    worse = max(first.matter.harm, second.matter.harm)
    why = (*first.matter.why, *second.matter.why)[: matter.MOST_REASONS]
    return replace(first, end=second.end, matter=replace(first.matter, harm=worse, why=why))
