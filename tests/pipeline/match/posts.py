"""Analysed posts for tests, with everything that is not the point filled in."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.model import (
    AnalysedPost,
    Author,
    Engagement,
    GateFinding,
    GateStatus,
    MatterFinding,
    Numbers,
    Op,
    PlaceFinding,
    PlaceStatus,
    Post,
    Published,
    Source,
    SourceClass,
    TextFinding,
    body,
    post_id,
    revision,
)
from pipeline.text.normal import normal

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


def a_doc(
    text: str = "停水了",
    *,
    title: str = "",
    native: str = "1",
    at: datetime = NOON,
    author: str | None = "hm:u1",
    op: Op = Op.UPSERT,
    source_class: SourceClass = SourceClass.FORUM,
    share: int | None = None,
    street: str | None = None,
    site: str | None = None,
    place: PlaceStatus = PlaceStatus.UNKNOWN,
    gate: GateStatus = GateStatus.RELEVANT,
    harm: str = "H0",
    people: int | None = None,
    topic: str = "other",
    watch: tuple[str, ...] = (),
    tokens: str | tuple[str, ...] = (),
) -> AnalysedPost:
    post = Post(
        id=post_id("bbs", native),
        rev=revision(title, text),
        op=op,
        source=Source(id="bbs", class_=source_class),
        title=title,
        text=text,
        author=Author(author),
        published=Published(at),
        fetched_at=at,
        engagement=Engagement(share=share),
    )
    return AnalysedPost(
        post=post,
        text=TextFinding(normal=normal(body(title, text)), tokens=tokens),
        matter=MatterFinding(topic=topic, harm=harm),
        place=PlaceFinding(status=place, street=street, site=site),
        numbers=Numbers(people=people),
        gate=GateFinding(gate),
        watch=watch,
    )
