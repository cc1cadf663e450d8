"""Posts for tests of the index: everything that is not the point has a value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from pipeline.model import (
    AnalysedPost,
    Engagement,
    Kind,
    MatterFinding,
    Op,
    Part,
    PlaceFinding,
    Polarity,
    Post,
    PrivacyFinding,
    Published,
    SentimentFinding,
    Source,
    SourceClass,
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
    tokens: str | tuple[str, ...] = (),
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


def withheld_posts() -> list[AnalysedPost]:
    """Return a post of each kind that may be counted and never quoted, with words of their own."""
    sealed = a_secret("sealed", "住址写在信里", title="匿名来信", tokens=("住址", "来信"))
    minor = a_secret("minor", "孩子被打了", tokens=("孩子", "被打"), street="文桥街道")
    accusation = a_secret("accusation", "举报科长收钱", tokens=("举报", "科长"), topic="fraud")
    return [
        msgspec.structs.replace(sealed, privacy=PrivacyFinding(sealed=True)),
        msgspec.structs.replace(minor, privacy=PrivacyFinding(minor=True)),
        msgspec.structs.replace(accusation, matter=MatterFinding(topic="fraud", accusation=True)),
    ]


def a_secret(
    id: str,
    text: str,
    *,
    title: str = "",
    tokens: str | tuple[str, ...] = (),
    street: str | None = None,
    topic: str = "other",
) -> AnalysedPost:
    doc = a_post(id, text, title=title, tokens=tokens, street=street, topic=topic)
    return msgspec.structs.replace(doc, post=msgspec.structs.replace(doc.post, url=f"https://bbs.example.cn/read/{id}"))


def a_press_article() -> AnalysedPost:
    """Return a long article of a paper that complains of two things."""
    neutral, troubles = "居民在楼下散步聊天。" * 60, ("改造收费不公开。", "道路开挖不围挡。")
    doc = a_post("u5:press", neutral + troubles[0] + neutral + troubles[1] + neutral, title="走笔")
    source = Source(id="paper", class_=SourceClass.NEWS_LOCAL)
    parts = [
        Part(start=(at := doc.body().index(words)), end=at + len(words), matter=MatterFinding(topic=topic, harm="H1"))
        for words, topic in zip(troubles, ("market", "traffic"), strict=True)
    ]
    post = msgspec.structs.replace(doc.post, kind=Kind.ARTICLE, source=source)
    return msgspec.structs.replace(doc, post=post, parts=tuple(parts))
