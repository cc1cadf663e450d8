"""Which of two versions of a post stands: decided by what they say, never by the order they came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from pipeline.model import AnalysedPost, Engagement, Op, Post

_COUNTS: Final = ("like", "comment", "share", "view")
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


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
    gone_at = max(stored.gone_at, post.fetched_at) if stored.gone_at else post.fetched_at
    again = stored.doc is not None and stored.doc.post.fetched_at > post.fetched_at  # published again since
    return Stored(stored.doc if again else None, gone_at)


def _after_observation(stored: Stored, post: Post) -> Stored:
    if stored.doc is None:
        return stored
    return Stored(_counting(stored.doc, post), stored.gone_at)


def _after_upsert(stored: Stored, doc: AnalysedPost) -> Stored:
    if stored.gone_at and doc.post.fetched_at <= stored.gone_at:
        return stored
    if stored.doc is None or stored.doc == doc:
        return Stored(doc, stored.gone_at)
    older, newer = sorted((stored.doc, doc), key=lambda each: _age(each.post))
    return Stored(_counting(newer, older.post), stored.gone_at)


def _age(post: Post) -> tuple[datetime, str]:
    return post.fetched_at, post.rev  # two versions of one instant: any order, as long as it is always the same


def _counting(doc: AnalysedPost, other: Post) -> AnalysedPost:
    """Return *doc* with its own counts and those of *other*: the newer of each, as far as they are told."""
    older, newer = sorted((_dated(doc.post), _dated(other)), key=_freshness)
    told = {name: now if (now := getattr(newer, name)) is not None else getattr(older, name) for name in _COUNTS}
    counts = Engagement(at=newer.at, **told)
    return msgspec.structs.replace(doc, post=msgspec.structs.replace(doc.post, engagement=counts))


def _dated(post: Post) -> Engagement:
    """Return the counts of *post* with their moment; none if they tell nothing."""
    counts = post.engagement
    tells = any(getattr(counts, name) is not None for name in _COUNTS)
    return msgspec.structs.replace(counts, at=counts.at or post.fetched_at) if tells else Engagement()


def _freshness(counts: Engagement) -> tuple[datetime, list[int]]:
    # Different counts of one instant: any order, as long as it is always the same.
    return counts.at or _NEVER, [-1 if (told := getattr(counts, name)) is None else told for name in _COUNTS]
