"""Why each label of a post is what it is, label by label, in words for an officer and with the words that carried it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pipeline.analyse.classes import Classes
from pipeline.analyse.cues import Lexicon
from pipeline.analyse.sentiment import Sentiment, model_for
from pipeline.model import AnalysedPost, MatterFinding, PlaceFinding, Reason
from pipeline.settings import Analyse

_MODELLED: Final = ("msg_kind", "department", "domain")
_RANKED_SHOWN: Final = 3


class Because(msgspec.Struct, frozen=True, omit_defaults=True):
    """One label and what carried it. Offsets count in ``title + "\\n" + text``, after masking."""

    field: str
    label: str
    zh: str
    en: str
    why: tuple[Reason, ...] = ()


class Pieces:
    """The pieces of a text that moved a model, asked of the models when somebody wants to know: posts do not keep them.

    The models are read at the first question.
    """

    def __init__(self, settings: Analyse) -> None:
        self._settings = settings

    def of(self, doc: AnalysedPost, field: str) -> tuple[Reason, ...]:
        """Return what spoke for and against the label that a model gave to *field*, the strongest first."""
        if field == "sentiment.label":
            return self._judge.explain(doc.body(), model_for(doc.post))
        return self._classes.explain(doc.body(), field.rpartition(".")[2])

    @functools.cached_property
    def _judge(self) -> Sentiment:
        return Sentiment.open(self._settings.sentiment)

    @functools.cached_property
    def _classes(self) -> Classes:
        return Classes.shipped()


def because(doc: AnalysedPost, pieces: Pieces) -> list[Because]:
    """Return a line for every label that *doc* has, in the order an officer reads them."""
    parts: tuple[Callable[[AnalysedPost], Iterator[Because]], ...] = (
        _gate, _matter, _parts, lambda doc: _modelled(doc, pieces), lambda doc: _sentiment(doc, pieces), _place, _party, _privacy,
        _copies,
    )  # fmt: skip
    return [line for part in parts for line in part(doc)]


def _gate(doc: AnalysedPost) -> Iterator[Because]:
    if doc.gate is None:
        return
    words = {
        "relevant": ("说的是公共事项", "it is about a public matter"),
        "irrelevant": ("没有事项，也没有诉求", "no matter and no appeal"),
        "spam": ("有推销的话，也有联系的办法", "an offer, and how to take it"),
        "insufficient_text": ("文字太少，判断不了", "too little text to judge"),
    }
    yield Because("gate.status", doc.gate.status.value, *words[doc.gate.status.value], why=doc.gate.why)


def _matter(doc: AnalysedPost) -> Iterator[Because]:
    found = doc.matter
    if found is None:
        return
    topic = _of(found.why, f"topics.{found.topic}")
    yield Because("matter.topic", found.topic, *_carried(topic, "没有事项词", "no word for a topic"), why=topic)
    appeal = _of(found.why, "appeal.")
    nothing = ("没有诉求词，由事项和危害推断", "no word of asking; told by matter and harm")
    yield Because("matter.appeal_type", found.appeal_type or "", *_carried(appeal, *nothing), why=appeal)
    harm = _of(found.why, "harm.")
    nothing = (
        ("没有危害词", "no word of harm")
        if found.harm == "H0"
        else ("有诉求，无更重的危害", "an appeal, no graver harm")
    )
    yield Because("matter.harm", found.harm, *_carried(harm, *nothing), why=harm)
    if found.accusation:
        accused = _of(found.why, "accusation.")
        yield Because(
            "matter.accusation", "true", "同一句里有公职和违纪", "an office and a misconduct in one sentence", accused
        )


def _parts(doc: AnalysedPost) -> Iterator[Because]:
    """Yield the matters of a long article, each with where it is told."""
    for part in doc.parts:
        found, where = part.matter, "、".join(_names(part.place)) if part.place else ""
        zh = f"第 {part.begins} 字起，{found.harm}" + (f"，{where}" if where else "")
        en = f"from character {part.begins}, {found.harm}" + (f", {where}" if where else "")
        yield Because("parts.topic", found.topic, zh, en, why=found.why)


def _modelled(doc: AnalysedPost, pieces: Pieces) -> Iterator[Because]:
    """Yield what models told: the labels they weighed, and the pieces of text that moved them."""
    found = doc.matter or MatterFinding()
    for name in _MODELLED:
        if label := getattr(found, name):
            ranked = [f"{one.label} {one.p:.0%}" for one in found.ranked.get(name, ())[:_RANKED_SHOWN]]
            told = " > ".join(ranked) or label
            field = f"matter.{name}"
            why = pieces.of(doc, field)
            yield Because(field, label, f"模型判断：{told}", f"the model says: {told}", why)


def _sentiment(doc: AnalysedPost, pieces: Pieces) -> Iterator[Because]:
    found = doc.sentiment
    if found is None:
        return
    zh = f"负面 {found.p_neg:.0%}，正面 {found.p_pos:.0%}；模型 {found.model or '无'}"
    en = f"negative {found.p_neg:.0%}, positive {found.p_pos:.0%}; model {found.model or 'none'}"
    there = not doc.post.text_truncated  # what an excerpt sounds like did not decide
    why = found.why or (pieces.of(doc, "sentiment.label") if there else ())
    yield Because("sentiment.label", found.label.value, zh, en, why)


def _place(doc: AnalysedPost) -> Iterator[Because]:
    found = doc.place
    if found is None:
        return
    yield Because("place.status", found.status.value, *_placed(found), why=found.why)


def _placed(found: PlaceFinding) -> tuple[str, str]:
    if found.status.value == "out_of_territory":
        return "写明在别的地方", "it names another territory"
    where = "、".join(_names(found)) or found.district or ""
    if found.status.value == "known":
        return f"{where}（可信度 {found.confidence:.2f}）", f"{where} (confidence {found.confidence:.2f})"
    if where:
        return f"可能是{where}，别处也有同名，请核实", f"perhaps {where}; others have the same name"
    return "文中没有本区地名", "no name of ours in the text"


def _names(found: PlaceFinding) -> list[str]:
    return [name for name in (found.street, found.community, found.road, found.facility, found.site) if name]


def _party(doc: AnalysedPost) -> Iterator[Because]:
    if doc.party and doc.party.name:
        kind = ("名录内单位", "a unit of the directory") if doc.party.id else ("文中写明的单位", "named in the text")
        yield Because("party.name", doc.party.name, *kind, why=doc.party.why)


def _privacy(doc: AnalysedPost) -> Iterator[Because]:
    if doc.privacy and doc.privacy.classes:
        told = "、".join(doc.privacy.classes)
        yield Because("privacy.classes", told, "原文中有，已脱敏", "stood in the original; masked")


def _copies(doc: AnalysedPost) -> Iterator[Because]:
    for name, found in (("cluster", doc.cluster), ("event", doc.event)):
        if found is None:
            continue
        first = found.kind == "first"
        zh = "此前没有相同的" if first else f"与此前的帖文相似 {found.similarity:.0%}"
        en = "nothing like it before" if first else f"{found.similarity:.0%} like an earlier post"
        yield Because(f"{name}.id", found.id, zh, en)


def _of(why: Iterable[Reason], kind: str) -> tuple[Reason, ...]:
    """Return the reasons whose word speaks for *kind*; of a word that weighs for several labels, its greatest weight."""
    known = _kinds()
    heaviest: dict[tuple[str, int], Reason] = {}
    for reason in why:
        if any(of.startswith(kind) for of in known.get(reason.cue, ())):
            at = reason.cue, reason.start
            heaviest[at] = max(heaviest.get(at, reason), reason, key=lambda one: one.weight)
    return tuple(heaviest.values())


def _carried(reasons: Sequence[Reason], zh: str, en: str) -> tuple[str, str]:
    words = "、".join(dict.fromkeys(reason.cue for reason in reasons))
    return (words, words) if words else (zh, en)


@functools.cache
def _kinds() -> Mapping[str, frozenset[str]]:
    return Lexicon.read().kinds()
