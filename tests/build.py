"""Builders: everything that is not the point of a test, with a trap or two in the defaults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.model import (
    AnalysedPost,
    Author,
    ClusterFinding,
    Kind,
    Match,
    MatterFinding,
    PlaceFinding,
    PlaceStatus,
    Post,
    Published,
    Source,
    SourceClass,
    match_id,
    post_id,
    revision,
)

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)  # noon in Shanghai, a Tuesday


def minute(minutes: float) -> datetime:
    """Return a moment *minutes* after noon."""
    return NOON + timedelta(minutes=minutes)


def a_post(
    name: str = "p1",
    text: str = "锦湖里又停水了😡",
    *,
    at: datetime = NOON,
    fetched_at: datetime | None = None,
    author: str | None = "u1",
    title: str = "",
    source: str = "qh-bbs",
    **more: Any,
) -> Post:
    return Post(
        id=post_id(source, name),
        native_id=name,
        rev=revision(title, text),
        platform=source,
        kind=more.pop("kind", Kind.POST),
        source=Source(id=source, connector="demo", class_=SourceClass.FORUM),
        title=title,
        text=text,
        author=Author(key=f"hm:{author}" if author else None),
        published=Published(at=at),
        fetched_at=fetched_at or at + timedelta(seconds=20),
        **more,
    )


def an_analysed(
    name: str = "p1",
    text: str = "锦湖里又停水了😡",
    *,
    street: str | None = "湖东街道",
    topic: str = "water",
    **more: Any,
) -> AnalysedPost:
    post = a_post(name, text, **more)
    return AnalysedPost(
        post=post,
        matter=MatterFinding(topic=topic, harm="H2"),
        place=PlaceFinding(status=PlaceStatus.KNOWN if street else PlaceStatus.UNKNOWN, street=street),
        cluster=ClusterFinding(id=post.id),
    )


def a_match(
    name: str = "p1",
    *,
    rule: str = "water.outage",
    group: tuple[str, ...] = ("湖东街道",),
    at: datetime = NOON,
    known_at: datetime | None = None,
    author: str = "u1",
    signals: tuple[str, ...] = (),
    **more: Any,
) -> Match:
    doc = an_analysed(name, at=at, fetched_at=known_at, author=author, **more)
    return Match(
        id=match_id(rule, doc.post.id, doc.post.rev),
        rule=rule,
        rule_rev="1",
        at=doc.post.at,
        known_at=doc.post.fetched_at,
        group=group,
        member=f"hm:{author}",
        signals=signals,
        hits=("停水",),
        analysed=doc,
    )
