"""How bad it is for people: H3 danger to life now, H2 a basic service lost or a group hurt, H1 one grievance.

Only what happens decides. Who wrote, in which tone, script or language, and about whom, is not read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence, Set
from itertools import islice
from operator import attrgetter

from pipeline.analyse import doubts, verdict
from pipeline.analyse.alike import Told, told, told_within
from pipeline.analyse.asides import Span
from pipeline.analyse.clauses import clauses, telling
from pipeline.analyse.cues import Cue, Reading
from pipeline.analyse.doubts import Weighed
from pipeline.analyse.peril import STRETCH, Peril
from pipeline.analyse.tiers import LONGEST, Tiers
from pipeline.model import Numbers
from pipeline.text.beside import beside

GROUP = 10  # people; DOMAIN §2.5
_ENOUGH = 8  # dangers; more of them change nothing
_MOST = 1000  # words that are weighed; a text that says as many in vain is a flood
_START = attrgetter("start")
_DANGERS = ("H3", "self", "weak", "state")
_ANY_DANGER = frozenset(_DANGERS)
_FEARS = frozenset({"context.supposed", "context.liability", "context.chronic"})
_AS_A_WHOLE = frozenset({"context.story", "context.drill"})
_SOON = 80  # letters within which it is told how a danger ended
_A_CRY = 10  # letters; so few are all that somebody could type, and a word of danger among them is meant
_TERSE = 14  # letters; so few tell little
_STEP = 1.5  # more that must speak for danger where little is told or all its words are taken back
_DESPAIR = 1.5  # less that must speak for danger where words of ending one's life stand: to miss one is the worst
_WEAK_DOUBTS = frozenset({"exclaimed", "figurative", "laughed"})
_NEARBY = 60  # letters to either side in which somebody says that it is now
_OPENING = 40  # letters; what a long text begins with is what it is about
_PASSING_STEP = 3.5  # more that must speak for danger among other things: some clause or other sounds like it
_NAMED_TELLS, _UNNAMED_TELLS = 14, 24  # letters that say something of a danger, with a word for it or without
_FOREIGN = re.compile("[a-z\u0600-\u06ff]")
_ANY_FOREIGN = beside("".join(map(chr, (*range(0x61, 0x7B), *range(0x600, 0x700)))))
# In every crowd, and found in a twentieth of the time: the end of its number, and whom it counts.
_COUNTED = beside(
    "0123456789一二两三四五六七八九零十百千", "多几来余号个名位口", "户家人会老学孩村业兄员工病商农教环职保乘旅口"
)
_CROWD = re.compile(
    "(?:[0-9]{2,}|[一二两三四五六七八九]?十[一二三四五六七八九]?|几十|[上几数两]?百|[一二两三四五六七八九]百[零一二三四五六七八九十]*|[上几数两]?千)[多几来余]*(?:号|个|名|位|口|多)*(?:户|家|人|会员|老人|学生|孩子|村民|业主|兄弟|员工|工人|病友|商户|农户|教师|老师|环卫工|职工|保洁|乘客|旅客|口人)"
)


def dangers(
    reading: Reading, matter: Told, found: Sequence[Weighed], sounds: Sequence[float] | None = None
) -> list[Cue]:
    """Return the first cues of danger to life now: words that nothing takes back, or a stretch that sounds like it.

    What is said, what takes it back and how all of it sounds are weighed together. *matter* is what the text tells,
    *found* are its words of danger (``weighed``), *sounds* is what a quick look at it weighed (``heard``).
    """
    if not found:
        if not reading.peril and len(matter.letters) > LONGEST:  # no word and no stretch to look at
            return []
        suspected = sounds is not None and tiers().sound_dangerous(sounds)
        if not reading.peril and not suspected:
            return []
        if not suspected and matter.asides and _ear().stretches([matter.letters]) == [None]:
            return []
    if _foreign(matter.letters) or _a_cry(matter.letters, found):
        return [one.cue for one in found if one.doubt is None]
    if len(matter.letters) <= LONGEST:
        facts = verdict.facts_of_danger(reading, found, matter)
        if _weight(facts, matter.letters, sounds) >= _least(matter.letters, found):
            return _named(reading, found)
    return _in_passing(reading, found, long=len(matter.letters) > LONGEST)


def heard(letters: str) -> Sequence[float]:
    """Return what *letters* weigh for each tier at a quick look."""
    return tiers().quickly([letters])[0]


def taken_back(found: Sequence[Weighed]) -> list[Cue]:
    """Return what took back the first words of danger: 没有, 演练, 去年, or all that stands around them."""
    return [one.doubt or _calm(one.cue) for one in found[:_ENOUGH]] if found else []


def feared(doubted: list[Cue]) -> list[Cue]:
    """Return *doubted* if by them a danger is only feared: 万一, 谁负责, 隐患."""
    return doubted if doubted and all(doubt.kind in _FEARS for doubt in doubted) else []


def losses(reading: Reading, *, announced: bool) -> list[Cue]:
    """Return the cues of a lost service or a hurt group; none if it was *announced* or is restored."""
    cues = reading.of("harm.H2")
    if announced or not cues:
        return []
    return list(islice((cue for cue in cues[:_MOST] if doubts.lost(reading, cue)), _ENOUGH))


def announced(reading: Reading) -> bool:
    """Say whether the text has the words of a public notice."""
    return bool(reading.context.of("context.notice"))


def a_group(reading: Reading, numbers: Numbers | None) -> list[Cue]:
    """Return the cues that many speak as one: 我们38个工友, 一百八十户."""
    many = numbers is not None and numbers.people is not None and numbers.people >= GROUP
    if many and (cues := told(reading).of(reading.of("harm.group"))):
        return cues
    crowd = _CROWD.search(reading.squeezed) if _COUNTED.found(reading.squeezed) else None
    return [Cue(crowd.group(), "harm.group", 1.0, *crowd.span())] if crowd else []


def tells_by_sound(letters: str) -> bool:
    """Say whether it counts how a text sounds: it is Chinese and of few letters."""
    return len(letters) <= LONGEST and not _foreign(letters)


def lower_tier(words: str, facts: tuple[str, ...], sounds: Sequence[float]) -> str:
    """Return the likeliest tier below danger of a text that tells by its sound, of which the *words* say one."""
    return _below().tier(words, facts, sounds)


def settled(reading: Reading) -> list[Cue]:
    """Return the cues that it is over, unless they are wishes: 什么时候恢复供水."""
    return doubts.settled(reading)


def told_of(reading: Reading) -> bool:
    """Say whether a film, a book or a game is spoken of."""
    return bool(reading.context.of("context.story"))


def in_despair(reading: Reading) -> bool:
    """Say whether somebody speaks of ending their own life."""
    if "harm.self" not in reading.cues:
        return False
    return any(cue.kind == "harm.self" for cue in dangers(reading, told(reading), weighed(reading)))


def make_ready() -> None:
    """Load what is needed now, so that a fault is told at the start and not by a post. Raises Misconfigured."""
    tiers()
    _ear()


@functools.cache
def _ear() -> Peril:
    return Peril.read()


@functools.cache
def tiers() -> Tiers:
    """Return the tables of how each tier sounds."""
    return Tiers.read()


@functools.cache
def _below() -> verdict.Below:
    return verdict.Below(tiers().model.lower)


def weighed(reading: Reading) -> list[Weighed]:
    """Return the words of danger with what takes each back, until enough of them stand."""
    said = reading.families.get("harm")
    if said is None or _ANY_DANGER.isdisjoint(said):
        return []
    cues = sorted([cue for kind in _DANGERS if kind in said for cue in said[kind]], key=_START)[:_MOST]
    found: list[Weighed] = []
    context, standing = reading.context, 0
    for cue in cues:
        found.append(doubts.weigh(reading, context, cue))
        standing += found[-1].doubt is None
        if standing == _ENOUGH:
            break
    return found


def windows(reading: Reading, found: Sequence[Weighed]) -> Iterator[tuple[Cue, Told, list[Weighed]]]:
    """Yield the words of danger that stand, and the stretch that sounds like it, with the clauses around them.

    What else a text tells is left out; nothing is yielded of one that tells no more.
    """
    places = _places(reading, found)
    spans = clauses(reading) if places else []
    seen: set[Span] = {(0, len(reading.squeezed))}
    for cue in places:
        for first, last in telling(
            spans, cue.start, cue.end, _UNNAMED_TELLS if cue.kind == "harm.peril" else _NAMED_TELLS
        ):
            if (first, last) not in seen:
                seen.add((first, last))
                yield cue, told_within(reading, first, last), [one for one in found if first <= one.cue.start < last]


def _weight(facts: Set[str], letters: str, sounds: Sequence[float] | None = None) -> float:
    quick = sounds if sounds is not None else heard(letters)
    return verdict.danger(tiers().model.danger, facts, tiers().closely(letters), quick)


def _foreign(letters: str) -> bool:
    """Say whether most letters are Latin or Arabic, of which the tables know little."""
    return _ANY_FOREIGN.found(letters) and len(_FOREIGN.findall(letters)) * 2 > len(letters)


def _least(letters: str, found: Sequence[Weighed]) -> float:
    """Return how much must speak for danger."""
    standing = {one.cue.kind for one in found if one.doubt is None}
    if standing:
        return -_DESPAIR if "harm.self" in standing else 0.0
    doubted = bool(found) and _WEAK_DOUBTS.isdisjoint(one.name for one in found)
    return _STEP if doubted or len(letters) <= _TERSE else 0.0


def _a_cry(letters: str, found: Sequence[Weighed]) -> bool:
    return any(one.doubt is None for one in found) and sum(map(str.isalnum, letters)) <= _A_CRY


def _named(reading: Reading, found: Sequence[Weighed]) -> list[Cue]:
    """Return the words that tell of the danger: those that stand, else the stretch that sounds like it, else all."""
    standing = [one.cue for one in found if one.doubt is None]
    return standing or _stretch(reading) or [one.cue for one in found[:_ENOUGH]] or _whole(reading)


def _places(reading: Reading, found: Sequence[Weighed]) -> list[Cue]:
    """Return the words of danger that stand, and the stretch that sounds like it."""
    return [*[one.cue for one in found if one.doubt is None], *_stretch(reading)]


def _stretch(reading: Reading) -> list[Cue]:
    if not reading.peril:
        return []
    return [Cue(reading.squeezed[slice(*reading.peril)], "harm.peril", 1.0, *reading.peril)]


def _whole(reading: Reading) -> list[Cue]:
    last = min(len(reading.squeezed), STRETCH)
    return [Cue(reading.squeezed[:last], "harm.peril", 1.0, 0, last)]


def _in_passing(reading: Reading, found: Sequence[Weighed], *, long: bool) -> list[Cue]:
    """Return what is told of danger among other things; in a *long* text only its subject, or what is told as of now.

    A text that tells a story or of a drill does so as a whole.
    """
    places = _places(reading, found)
    if not places or (long and not any(_timely(reading, cue) for cue in places)):
        return []
    if not _AS_A_WHOLE.isdisjoint(reading.context.cues):
        return []
    ended = settled(reading)
    return [
        cue
        for cue, part, within in islice(windows(reading, found), _ENOUGH)
        if (not long or _timely(reading, cue))
        and not any(abs(end.start - cue.start) <= _SOON for end in ended)
        and _weight(verdict.facts_of_danger(reading, within, part), part.letters)
        >= _PASSING_STEP + _least(part.letters, within)
    ]


def _timely(reading: Reading, cue: Cue) -> bool:
    """Say whether it opens the text, or somebody says nearby that it is now or calls for help."""
    if cue.start < _OPENING or cue.start < reading.sentence(0)[1]:
        return True
    now = any(doubts.near(reading.context, kind, cue, _NEARBY) for kind in ("present", "today", "unsettled"))
    return now or any(abs(call.start - cue.start) <= _NEARBY for call in reading.of("appeal.help"))


def _calm(cue: Cue) -> Cue:
    return Cue(cue.word, "context.calm", -1.0, cue.start, cue.end)
