"""One post with everything that was understood of it, why, and what officers say instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from dashboards.console.posts import PostRow, post_row
from pipeline.analyse.explained import Because, Pieces, because
from pipeline.analyse.sentiment import CITIZEN, model_for
from pipeline.index import Hit, PostIndex
from pipeline.ledger.corrections import Corrections
from pipeline.model import FIELDS, LABELS, AnalysedPost, Correction, Op, withheld
from pipeline.privacy import scrub


class Relabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the page sends: which label of which post is what, who says so, and why."""

    post: str
    field: str
    label: str
    by: str
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.by.strip() or len(self.by) > 32:
            raise ValueError("请写明经办人，不超过 32 字 / say who does it, in 32 characters at most")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A correction as the page shows it."""

    field: str
    before: str
    after: str
    by: str
    at: datetime
    reason: str


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """One post: its line, a reason for every label, the corrections, and what each label may be."""

    row: PostRow
    why: tuple[Because, ...]
    corrections: tuple[Told, ...]
    labels: Mapping[str, tuple[str, ...]]
    now: Mapping[str, str]


class PostDesk:
    """Shows one post, and takes what an officer says of its labels. What is withheld is shown to nobody here."""

    def __init__(self, index: PostIndex, corrections: Corrections, pieces: Pieces) -> None:
        self._index = index
        self._pieces = pieces
        self._corrections = corrections

    def detail(self, post_id: str) -> Detail | None:
        """Return the post; None if there is none, it was deleted, or it is withheld. Raises Unavailable."""
        doc = self._shown(post_id)
        if doc is None:
            return None
        return Detail(
            row=post_row(Hit(doc)),
            why=tuple(because(doc, self._pieces)),
            corrections=tuple(map(_told, self._corrections.of(post_id))),
            labels=LABELS,
            now={field: label_of(doc, field) for field in LABELS},
        )

    def relabel(self, asked: Relabel, now: datetime) -> Told | None:
        """Store what *asked* says. None if there is no such post. Raises Rejected, in words for the officer."""
        doc = self._shown(asked.post)
        if doc is None:
            return None
        return _told(self._corrections.add(doc, correction(doc, asked, now)))

    def _shown(self, post_id: str) -> AnalysedPost | None:
        doc = self._index.get(post_id)
        return None if doc is None or doc.post.op is Op.DELETE or withheld(doc) else doc


def correction(doc: AnalysedPost, asked: Relabel, now: datetime) -> Correction:
    """Return the correction with the masked text as it stands now; personal data in the reason are masked as well."""
    models = (doc.sentiment.model,) if doc.sentiment and doc.sentiment.model else ()
    return Correction(
        post_id=doc.post.id,
        rev=doc.post.rev,
        field=asked.field,
        before=label_of(doc, asked.field),
        after=asked.label.strip(),
        by=asked.by.strip(),
        at=now,
        reason=scrub(asked.reason.strip()),
        title=doc.post.title,
        text=doc.post.text,
        kind=doc.post.kind.value,
        citizen=model_for(doc.post) == CITIZEN,
        models=(*models, *(doc.matter.models if doc.matter else ())),
    )


def label_of(doc: AnalysedPost, field: str) -> str:
    """Return what the machine says; empty where it says nothing."""
    value = FIELDS[field].of(doc) if field in FIELDS else None
    return "" if value is None else str(value)


def _told(one: Correction) -> Told:
    return Told(field=one.field, before=one.before, after=one.after, by=one.by, at=one.at, reason=one.reason)
