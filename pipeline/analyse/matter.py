"""What a post is about, what it asks, and how bad it is, each with the words that say so."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import msgspec

from pipeline.analyse import harm as harms
from pipeline.analyse import verdict
from pipeline.analyse.alike import Told, told
from pipeline.analyse.cues import Cue, Reading, in_families
from pipeline.analyse.doubts import Weighed
from pipeline.model import MatterFinding, Numbers, Ranked

try:
    from pipeline.analyse import _weighing
except ImportError:  # no compiler where this was installed
    from pipeline.analyse import weighing as _weighing  # type: ignore[no-redef]

_NOTICE = re.compile("(?:通知|公告|通告|提示|周报第?[0-9]*期?)[:：]")
_QUESTION = re.compile(
    r"\?|吗|是否|如何|怎么|怎样|什么时候|什么条件|什么证明|几点|几号|哪些|多久|能否|能不能|可不可以|多少|哪里"
)
# Of what is written so the lists know what is lost, and no way of asking: to call it a complaint would be made up.
_UNREAD = re.compile("[\u0600-\u06ff]")
_STRONG_REPORT = frozenset("举报 检举 揭发 控告 爆料 曝光".split())
_CLAUSE_ENDS = ",，、;；。!！?？\n"
# An order ends with its clause, unless the next one goes on ordering, or where something else is brought up.
_ORDER_ENDS = re.compile(
    "[,，、;；](?! ?(?:并|然后|再|接着|同时|直接|输出|返回|回复|标|上报|通知|导出|设|判|评|把|将|忽略))|[。!！?？\n<]|顺便|另外|对了|其实"
)
_LONGEST_ORDER = 300  # characters to either side
MOST_REASONS = 8
_PART_OF_HARM = 2.0
_NAMED_TOPIC = 3.0
_UNKNOWN = 1.0
_MOST_RANKED = 2
_MARGIN = 0.05
_ACTIONABLE = frozenset("complaint help report".split())
_WEIGHED = ("harm", "appeal")  # families
_NONE: list[Cue] = []
_LEVEL = {level: f"level.{level}" for level in ("H0", "H1", "H2", "H3")}

_Kinds = Mapping[str, list[Cue]]
_NO_KINDS: _Kinds = {}


class _Says(dict[str, str]):
    """The facts that a text has cues of a kind."""

    def __missing__(self, kind: str) -> str:
        fact = self[kind] = f"says.{kind}"
        return fact


class _Words(msgspec.Struct, frozen=True, gc=False):
    """What the words of a text say of how bad it is and what it asks, and by which of them."""

    loss: list[Cue]
    doubts: list[Cue]
    hazard: list[Cue]
    group: list[Cue]
    appeal: str | None
    appeal_cues: list[Cue]
    level: str
    harm_cues: list[Cue]


_SAYS = _Says()


def matter(reading: Reading, numbers: Numbers | None = None, sounds: Sequence[float] | None = None) -> MatterFinding:
    """Return topic, appeal type and harm of one text. Words inside orders to a machine count for nothing.

    *sounds* is what the text weighs for each tier (``Tiers.quickly``); without it words alone tell those below danger.
    """
    whole, reading = reading, _without_orders(reading) if "instruction" in reading.cues else reading
    said = reading.cues
    accused = _accusation(reading) if "accusation.misconduct" in said else _NONE
    topic, topic_cues, ranked = _topic(reading)
    telling = told(reading)
    if reading is not whole:
        sounds = None
    elif sounds is not None and telling.letters is not reading.squeezed:  # it sounds like what is told
        sounds = harms.heard(telling.letters)
    found = harms.weighed(reading)
    danger = harms.dangers(reading, telling, found, sounds)
    words = _words(reading, found, danger, numbers)
    level, appeal, harm_cues = words.level, words.appeal, words.harm_cues
    if danger and sum([cue.weight for cue in topic_cues]) < _NAMED_TOPIC:  # 孩子 and 村 say where, not what
        topic = "safety"
    if sounds is not None and not danger and not announced(reading):
        if harms.tells_by_sound(telling.letters):
            level = harms.lower_tier(words.level, _facts(reading, telling, words), sounds)
            harm_cues = harm_cues if level == words.level else []
        appeal = appeal or ("complaint" if level != "H0" else None)
    if accused:
        topic, appeal, level = "service", "report", "H0"
    return MatterFinding(
        topic=topic,
        appeal_type=appeal,
        harm=level,
        needs_human=bool(accused or danger or "claim" in said or "instruction" in said)
        or (appeal in _ACTIONABLE and _doubtful(ranked)),
        accusation=bool(accused),
        ranked={"topic": ranked} if ranked and ranked[0].label == topic else {},
        why=_weighing.reasons(
            (accused, harm_cues, topic_cues, words.appeal_cues, words.doubts), reading.offsets, MOST_REASONS
        ),
    )


def without_danger(reading: Reading, numbers: Numbers | None = None) -> tuple[str, frozenset[str]]:
    """Return the tier that the words of a text tell, if nobody is in danger, and the facts that are weighed for it."""
    words = _words(reading, harms.weighed(reading), [], numbers)
    return words.level, frozenset(_facts(reading, told(reading), words))


def _words(reading: Reading, found: Sequence[Weighed], danger: list[Cue], numbers: Numbers | None) -> _Words:
    said = reading.cues
    loss = harms.losses(reading, announced=announced(reading)) if "harm.H2" in said else _NONE
    doubts = harms.taken_back(found) if found and not danger else _NONE
    hazard = said.get("harm.hazard", _NONE)
    if doubts and not hazard and _about_a_matter(reading):
        hazard = harms.feared(doubts)
    appeal, appeal_cues = _appeal(reading, danger, loss, hazard)
    group = harms.a_group(reading, numbers) if appeal in _ACTIONABLE and not danger else _NONE
    level, harm_cues = _harm(appeal, danger, loss, hazard, group)
    return _Words(loss, doubts, hazard, group, appeal, appeal_cues, level, harm_cues)


def _facts(reading: Reading, matter: Told, words: _Words) -> tuple[str, ...]:
    """Return what is weighed of *words* beside how the text sounds, each fact once; what asides say weighs nothing."""
    facts = [_LEVEL[words.level]]
    families, asides = reading.families, matter.asides
    for family in _WEIGHED:
        if family in families:
            for cues in families[family].values():
                if not asides or matter.has_one(cues):
                    facts.append(_SAYS[cues[0].kind])
    if "sarcasm" in reading.cues and (not asides or matter.has_one(reading.cues["sarcasm"])):
        facts.append("says.sarcasm")
    if words.loss:
        facts.append(verdict.LOSS)
    if words.hazard:
        facts.append("hazard")
    if words.group:
        facts.append("group")
    if "topics" not in families:
        facts.append("no.topic")
    return tuple(facts)


def sarcastic(reading: Reading, found: MatterFinding) -> bool:
    """Say whether praise is worded for something that is none."""
    return "sarcasm" in reading.cues and found.appeal_type in _ACTIONABLE


def unverified(reading: Reading, found: MatterFinding) -> bool:
    """Say whether a grave claim is told from hearsay."""
    return "claim" in reading.cues and found.harm in ("H2", "H3")


def _without_orders(reading: Reading) -> Reading:
    """Return *reading* without the cues inside orders. What follows after a comma is the matter, if it orders nothing."""
    orders = _Stretches(list(_orders(reading)))
    left = {
        kind: [cue for cue in cues if kind == "instruction" or cue.start not in orders]
        for kind, cues in reading.cues.items()
    }
    kept = {kind: cues for kind, cues in left.items() if cues}
    return Reading(
        reading.normal, reading.squeezed, reading.offsets, kept, in_families(kept)
    )  # without what sounds like danger


def _orders(reading: Reading) -> Iterator[Cue]:
    """Yield the clauses that order something, each once."""
    end = 0
    for cue in reading.of("instruction"):
        if cue.start >= end:
            order = _order(reading, cue)
            end = order.end
            yield order


def _order(reading: Reading, cue: Cue) -> Cue:
    """Return the clause of an order, with those that only lengthen it."""
    start, end = (reading.offsets[at] for at in (cue.start, cue.end - 1))
    first, last = max(0, start - _LONGEST_ORDER), min(len(reading.normal), end + 1 + _LONGEST_ORDER)
    begun = max([reading.normal.rfind(mark, first, start) for mark in _CLAUSE_ENDS])
    over = _ORDER_ENDS.search(reading.normal, end + 1, last)
    places = (begun + 1 if begun >= 0 else first, over.start() if over else last)
    return Cue(cue.word, cue.kind, cue.weight, *(bisect_left(reading.offsets, place) for place in places))


def _topic(reading: Reading) -> tuple[str, list[Cue], tuple[Ranked, ...]]:
    """Return the topic of most weight, its cues, and the two heaviest.

    Their ``p`` is the share of the weight of all cues, and of one cue for what the list of words does not know:
    nobody has labelled these topics, so it could not be calibrated.
    """
    families = reading.families
    if "topics" not in families:
        return "other", [], ()
    topics = families["topics"]
    # 煤气 in 煤气味 is part of the harm
    ranked = _weighing.ranked(topics, families.get("harm", _NO_KINDS), _PART_OF_HARM, _UNKNOWN, _MOST_RANKED)
    first = ranked[0].label
    return first, topics[first], ranked


def _doubtful(ranked: tuple[Ranked, ...]) -> bool:
    """Say whether two topics are too close for a machine to choose."""
    return len(ranked) > 1 and ranked[0].p - ranked[1].p < _MARGIN


class _Stretches:
    """Which places of a text some cue covers, however many there are."""

    def __init__(self, cues: list[Cue]) -> None:
        cues = sorted(cues, key=lambda cue: cue.start)
        self._starts = [cue.start for cue in cues]
        self._ends = list(accumulate((cue.end for cue in cues), max))

    def __len__(self) -> int:
        return len(self._starts)

    def __contains__(self, place: int) -> bool:
        before = bisect_right(self._starts, place)
        return before > 0 and place < self._ends[before - 1]


def _accusation(reading: Reading) -> list[Cue]:
    """Return an office and a misconduct in one sentence. Criticism is none, however sharp."""
    for office in reading.of("accusation.office"):
        start, end = reading.sentence(office.start)
        for misconduct in reading.of("accusation.misconduct"):
            if start <= misconduct.start < end:
                return [office, misconduct]
    return []


def announced(reading: Reading) -> bool:
    """Say whether an office announces it: a notice, and nobody complains in it."""
    said = reading.cues
    if "harm.H2" not in said or "appeal.complaint" in said or "appeal.help" in said:
        return False
    return bool(_NOTICE.search(reading.normal)) or harms.announced(reading)


def _appeal(reading: Reading, danger: list[Cue], loss: list[Cue], hazard: list[Cue]) -> tuple[str | None, list[Cue]]:
    """Return what is asked: danger first, then the ways of asking from the most to the least pressing."""
    asks = reading.families.get("appeal", _NO_KINDS)
    if "complaint" in asks and not loss and _mild(asks["complaint"]) and _only_said(reading, asks):
        asks = {way: cues for way, cues in asks.items() if way != "complaint"}
    if danger:
        told = "report" in asks and "help" not in asks and "complaint" not in asks
        return ("report", asks["report"]) if told else ("help", asks.get("help", _NONE))
    if ("praise" in asks or "thanks" in asks) and (praise := _praise(reading, asks, loss)):
        return "praise", praise
    strong = [cue for cue in asks["report"] if cue.word in _STRONG_REPORT] if "report" in asks else _NONE
    if "suggestion" in asks and not (loss or "help" in asks or strong) and _suggests(asks):
        return "suggestion", asks["suggestion"]
    if "help" in asks:
        return "help", asks["help"]
    if strong:
        return "report", strong
    if "complaint" in asks:
        return "complaint", asks["complaint"]
    return _mild_appeal(reading, asks, loss, hazard)


def _mild(complaint: list[Cue]) -> bool:
    """Say whether the complaint is no more than a sigh or a stretch of time: 气死, 三天."""
    for cue in complaint:  # noqa: SIM110 # a generator costs three times as much
        if cue.weight >= 1.0:
            return False
    return True


def _only_said(reading: Reading, asks: _Kinds) -> bool:
    """Say whether a sigh stands in a question, in thanks, about nothing in particular or in a story."""
    courteous = "inquiry" in asks or "thanks" in asks or "praise" in asks
    return courteous or not _about_a_matter(reading) or harms.told_of(reading)


def names(reading: Reading, topic: str) -> bool:
    """Say whether the text has a word that speaks of *topic* alone; 孩子 and 村 only say who and where."""
    return any(cue.weight >= _NAMED_TOPIC for cue in reading.under("topics").get(topic, ()))


def _about_a_matter(reading: Reading) -> bool:
    for cues in reading.under("topics").values():
        for cue in cues:
            if cue.weight > 1.0:
                return True
    return False


def _suggests(asks: _Kinds) -> bool:
    """Say whether a proposal is what it is about: more of it than of complaint, or as much and said first."""
    if "complaint" not in asks:
        return True
    proposal, complaint = asks["suggestion"], asks["complaint"]
    if len(proposal) == len(complaint):
        return proposal[0].start < complaint[0].start
    return len(proposal) > len(complaint)


def _praise(reading: Reading, asks: _Kinds, loss: list[Cue]) -> list[Cue]:
    """Return the cues of praise or thanks that are meant. Thanks alone close many a request."""
    if loss or "help" in asks:
        return []
    if ("complaint" in asks or "inquiry" in asks) and not harms.settled(reading):
        return []
    if "praise" in asks:
        return asks["praise"]
    polite = "inquiry" in asks or "suggestion" in asks or _QUESTION.search(reading.normal)
    return asks["thanks"] if not polite or harms.settled(reading) else []


def _mild_appeal(reading: Reading, asks: _Kinds, loss: list[Cue], hazard: list[Cue]) -> tuple[str | None, list[Cue]]:
    if "inquiry" in asks:
        return "inquiry", asks["inquiry"]
    if loss:
        return "inquiry" if _UNREAD.search(reading.normal) else "complaint", asks.get("suggestion", _NONE)
    if "suggestion" in asks:
        return "suggestion", asks["suggestion"]
    if _asked(reading):
        return "inquiry", []
    return ("complaint" if hazard else None), []


def _asked(reading: Reading) -> bool:
    """Say whether a matter is asked about without any word for it: 社保卡丢了还能取钱吗."""
    return "topics" in reading.families and bool(_QUESTION.search(reading.normal))


def _harm(
    appeal: str | None, danger: list[Cue], loss: list[Cue], hazard: list[Cue], group: list[Cue]
) -> tuple[str, list[Cue]]:
    if danger:
        return "H3", danger
    if loss:
        return "H2", loss
    if appeal in _ACTIONABLE:
        return ("H2", group) if group else ("H1", [])
    return ("H1", hazard) if hazard and appeal is None else ("H0", [])
