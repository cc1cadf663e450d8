"""A long article as its matters: each as a post that says nothing else, for whoever asks of one matter at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from pipeline.model.analysed import AnalysedPost, Part, Reason


def matters(doc: AnalysedPost) -> Iterator[tuple[str, AnalysedPost]]:
    """Yield each part of *doc*, the gravest first, with what it is about.

    It has the id, times, author and source of the article, without its title, and the findings of the passage.
    """
    for part in sorted(doc.parts, key=lambda part: part.matter.harm, reverse=True):
        yield part.about, _alone(doc, part)


def _alone(doc: AnalysedPost, part: Part) -> AnalysedPost:
    passage = slice(part.start, part.end)
    place = part.place
    return replace(
        doc,
        post=replace(doc.post, title="", text=doc.body()[passage]),
        text=replace(doc.text, normal=doc.text.normal[passage], tokens="") if doc.text else None,
        matter=replace(part.matter, why=_within(part, part.matter.why)),
        place=replace(place, why=_within(part, place.why)) if place else None,
        numbers=part.numbers,
        parts=(),
    )


def _within(part: Part, why: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple([reason.moved(-part.start) for reason in why if reason.start >= part.start >= 0])
