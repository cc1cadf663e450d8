"""Which of two versions of a post stands: decided by what they say, never by the order they came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from pipeline.model import AnalysedPost, Engagement, Op, Post


@dataclass(frozen=True)
class Stored:
    """What the index knows of one id: the post as it stands, or when it was deleted, or nothing yet."""

    doc: AnalysedPost | None = None
    gone_at: datetime | None = None


def after(stored: Stored, doc: AnalysedPost) -> Stored:
    """Return what is known once *doc* has been heard too."""
    match doc.post.op:
        case Op.DELETE:
            return _after_delete(stored, doc.post)
        case Op.OBSERVE:
            return _after_observation(stored, doc.post)
        case Op.UPSERT:
            return _after_upsert(stored, doc)


def _after_delete(stored: Stored, post: Post) -> Stored:
    if stored.doc and stored.doc.post.fetched_at > post.fetched_at:
        return stored  # it was published again since
    gone_at = max(stored.gone_at, post.fetched_at) if stored.gone_at else post.fetched_at
    return Stored(gone_at=gone_at)


def _after_observation(stored: Stored, post: Post) -> Stored:
    if stored.doc is None:
        return stored
    counts = _later(stored.doc.post, post)
    return Stored(_counting(stored.doc, counts), stored.gone_at)


def _after_upsert(stored: Stored, doc: AnalysedPost) -> Stored:
    if stored.gone_at and doc.post.fetched_at <= stored.gone_at:
        return stored
    if stored.doc is None:
        return Stored(doc, stored.gone_at)
    if _age(doc.post) < _age(stored.doc.post):
        return stored
    return Stored(_counting(doc, _later(stored.doc.post, doc.post)), stored.gone_at)


def _age(post: Post) -> tuple[datetime, str]:
    return post.fetched_at, post.rev  # two versions of one instant: any order, as long as it is always the same


def _later(one: Post, other: Post) -> Engagement:
    """Return the newer counts; what they do not tell is taken from the older ones."""
    older, newer = sorted((one, other), key=lambda post: _counted_at(post.engagement, post.fetched_at))
    told = {
        name: now if (now := getattr(newer.engagement, name)) is not None else getattr(older.engagement, name)
        for name in ("like", "comment", "share", "view")
    }
    return Engagement(at=newer.engagement.at or older.engagement.at, **told)


def _counted_at(engagement: Engagement, fetched_at: datetime) -> datetime:
    return engagement.at or fetched_at


def _counting(doc: AnalysedPost, counts: Engagement) -> AnalysedPost:
    return msgspec.structs.replace(doc, post=msgspec.structs.replace(doc.post, engagement=counts))
