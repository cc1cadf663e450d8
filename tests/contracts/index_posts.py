"""Posts for tests of the index: everything that is not the point has a value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.model import (
    AnalysedPost,
    Engagement,
    MatterFinding,
    Op,
    PlaceFinding,
    Polarity,
    Post,
    Published,
    SentimentFinding,
    Source,
    TextFinding,
    revision,
)
from pipeline.text.normal import normal


def moment(text: str) -> datetime:
    """Return a time in UTC; without a zone it is written in UTC."""
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def a_post(
    id: str = "u5:1",
    text: str = "文桥街道路灯不亮",
    *,
    title: str = "",
    at: str = "2026-03-10T09:00:00+08:00",
    fetched: str | None = None,
    op: Op = Op.UPSERT,
    source: str = "bbs",
    label: Polarity = Polarity.NEU,
    topic: str = "other",
    street: str | None = None,
    tokens: tuple[str, ...] = (),
    watch: tuple[str, ...] = (),
    like: int | None = None,
) -> AnalysedPost:
    """Return an analysed post, fetched ten seconds after it was published."""
    published = moment(at)
    fetched_at = moment(fetched) if fetched else published + timedelta(seconds=10)
    return AnalysedPost(
        post=Post(
            id=id,
            rev=revision(title, text),
            op=op,
            source=Source(id=source),
            platform="discuz:bbs.example.cn",
            native_id=f"tid={id}",
            title=title,
            text=text,
            published=Published(at=published),
            fetched_at=fetched_at,
            engagement=Engagement(at=fetched_at, like=like) if like is not None else Engagement(),
        ),
        text=TextFinding(normal=normal(text), tokens=tokens, lang="zh"),
        sentiment=SentimentFinding(label=label, p_neg=0.9 if label is Polarity.NEG else 0.1, p_pos=0.1),
        matter=MatterFinding(topic=topic),
        place=PlaceFinding(street=street),
        watch=watch,
    )
