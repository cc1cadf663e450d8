"""Of a press article an excerpt is kept, whose reasons stand where they say; of all else everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.model import (
    AnalysedPost,
    GateFinding,
    Kind,
    MatterFinding,
    Part,
    PartyFinding,
    PlaceFinding,
    Polarity,
    Reason,
    SentimentFinding,
    SourceClass,
    TextFinding,
    matters,
)
from pipeline.model.excerpt import LONGEST, excerpted, press
from tests.build import a_post

TITLE = "走笔"
LETTERS = "".join(chr(0x4E00 + at) for at in range(1200))  # no two alike: a piece tells where it stood


def an_article(
    *spans: tuple[int, int], title: str = TITLE, class_: SourceClass = SourceClass.NEWS_LOCAL
) -> AnalysedPost:
    """Return an article with a matter in each of *spans*, each with its first two characters as the reason."""
    post = a_post(title=title, text=LETTERS, kind=Kind.ARTICLE)
    post = replace(post, source=replace(post.source, class_=class_))
    doc = AnalysedPost(post=post)
    why = tuple(Reason(doc.body()[start : start + 2], 1.0, start, start + 2) for start, _ in spans)
    parts = tuple(
        Part(
            start=start, end=end, matter=MatterFinding(topic="market", why=(reason,)), place=PlaceFinding(why=(reason,))
        )
        for (start, end), reason in zip(spans, why, strict=True)
    )
    return replace(
        doc, parts=parts, text=TextFinding(normal=doc.body(), tokens=" ".join(doc.body())),
        matter=MatterFinding(why=why), place=PlaceFinding(why=why), party=PartyFinding(why=why), gate=GateFinding(why=why),
        sentiment=SentimentFinding(Polarity.NEU, 0.1, 0.1, why=why),
    )  # fmt: skip


def reasons(doc: AnalysedPost) -> list[Reason]:
    blocks = (doc.matter, doc.place, doc.party, doc.gate, doc.sentiment)
    found = [block.why for block in blocks if block]
    found += [why for part in doc.parts for why in (part.matter.why, part.place.why if part.place else ())]
    return [reason for why in found for reason in why]


@given(
    st.lists(st.tuples(st.integers(0, 1150), st.integers(2, 40)), max_size=12, unique_by=lambda one: one[0]),
    st.sampled_from(["", TITLE]),
)
def test_an_excerpt_is_short_and_shows_each_matter_and_every_reason_stands_where_it_says(
    starts: list[tuple[int, int]], title: str
) -> None:
    spans: list[tuple[int, int]] = []
    for start, length in sorted(starts):
        if not spans or start >= spans[-1][1]:
            spans.append((start, start + length))
    whole = an_article(*spans, title=title)
    doc = excerpted(whole)

    assert len(doc.post.text) <= LONGEST
    assert doc.post.text_truncated
    assert doc.text and doc.text.normal == doc.body()
    assert set(doc.text.line.replace(" ", "")) <= set(doc.body())
    for reason in reasons(doc):
        assert reason.start == -1 or doc.body()[reason.start : reason.end] == reason.cue
    for start, _ in spans[:8]:
        assert whole.body()[start] in doc.body()
    assert [part.begins for part in doc.parts] == [start for start, _ in spans]
    for part, before, (_, alone) in zip(doc.parts, whole.parts, matters(doc), strict=True):
        said = whole.body()[before.start : before.end]
        assert doc.body()[part.start : part.end] in said
        assert alone.body() == doc.body()[part.start : part.end]
        assert alone.matter and all(alone.body()[one.start : one.end] == one.cue for one in alone.matter.why)
    assert excerpted(doc) == doc
    assert (doc.post.title, doc.post.url, doc.post.source) == (whole.post.title, whole.post.url, whole.post.source)


def test_without_a_matter_it_is_how_the_article_begins() -> None:
    assert excerpted(an_article()).post.text == LETTERS[: LONGEST - 2] + "…"


def test_what_was_left_out_between_two_matters_is_marked() -> None:
    at = len(TITLE) + 1
    doc = excerpted(an_article((at + 10, at + 14), (at + 14, at + 17), (at + 50, at + 53)))
    assert doc.post.text == f"…{LETTERS[10:17]}…{LETTERS[50:53]}…"


@pytest.mark.parametrize(
    ("kind", "class_", "is_press"),
    [
        (Kind.ARTICLE, SourceClass.WECHAT, True),
        (Kind.ARTICLE, SourceClass.NEWS_CENTRAL, True),
        (Kind.ARTICLE, SourceClass.OFFICIAL, False),
        (Kind.ARTICLE, SourceClass.FORUM, False),
        (Kind.COMMENT, SourceClass.NEWS_LOCAL, False),
        (Kind.MESSAGE, SourceClass.WECHAT, False),
    ],
)
def test_only_articles_of_papers_and_public_accounts_are_press(kind: Kind, class_: SourceClass, is_press: bool) -> None:
    doc = an_article((100, 110), class_=class_)
    doc = replace(doc, post=replace(doc.post, kind=kind))
    assert press(doc.post) is is_press
    assert (excerpted(doc) == doc) is not is_press


def test_a_short_article_is_kept_whole() -> None:
    doc = an_article()
    short = replace(doc, post=replace(doc.post, text=LETTERS[:LONGEST]))
    assert excerpted(short) is short
