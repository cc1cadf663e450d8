from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from pipeline.match.matcher import Matcher
from pipeline.match.written import written
from pipeline.model import AnalysedPost, Kind, Match, Reader, SourceClass, encode
from pipeline.rulebook import Condition, Rule, Rulebook, TextCondition
from tests.pipeline.match.posts import a_doc


def a_rule(id: str, word: str) -> Rule:
    return replace(Rulebook.read().rules[0], id=id, condition=Condition(TextCondition(any=((word,),))), signals={})


MATCHER = Matcher([a_rule("a", "停水"), a_rule("b", "停水"), a_rule("c", "断水")])


def bare(match: Match) -> bytes:
    """Return the bytes of a match whose post has no tokens."""
    doc = match.analysed
    text = msgspec.structs.replace(doc.text, tokens="") if doc.text else None
    return encode(msgspec.structs.replace(match, analysed=msgspec.structs.replace(doc, text=text)))


def test_what_is_written_is_what_each_match_is_encoded_to() -> None:
    matches = MATCHER.match([a_doc("停水断水", native="1"), a_doc("断水", native="2"), a_doc("停水", native="3")])

    assert [match.rule for match in matches] == ["a", "b", "c", "c", "a", "b"]
    assert list(written(matches)) == [encode(match) for match in matches]
    assert list(map(Reader(Match).read, written(matches))) == matches
    assert list(written([])) == []


@pytest.mark.parametrize(
    "tokens",
    ["停水", "停水 了", ("停水", "了"), '停水 ","lang":"', "停水\\", ""],
    ids=["one", "two", "list", "quotes", "slash", "none"],
)
def test_a_post_is_written_without_its_tokens_whether_or_not_its_bytes_are_known(tokens: str | tuple[str, ...]) -> None:
    docs = [a_doc('停水了，他说：","tokens":"', native="1", tokens=tokens), a_doc("断水", native="2", tokens="断水")]
    matches = MATCHER.match(docs)

    expected = list(map(bare, matches))

    assert len(expected) == 3
    assert list(written(matches)) == expected
    assert list(written(matches, docs, list(map(encode, docs)))) == expected


def test_of_a_press_article_the_excerpt_is_written_though_the_bytes_of_the_whole_are_known() -> None:
    doc = a_doc("停水" + "了" * 1000, native="1", tokens="停水")
    post = msgspec.structs.replace(
        doc.post, kind=Kind.ARTICLE, source=msgspec.structs.replace(doc.post.source, class_=SourceClass.NEWS_LOCAL)
    )
    article = msgspec.structs.replace(doc, post=post)

    first, second = written_of([article])

    assert first == second
    assert len(first.analysed.post.text) <= 200
    assert first.analysed.text
    assert first.analysed.text.tokens == ""


def written_of(docs: Sequence[AnalysedPost]) -> tuple[Match, Match]:
    """Return the first match of *docs* as it is read again, written without and with their bytes."""
    matches, reader = MATCHER.match(docs), Reader(Match)
    without, with_ = written(matches), written(matches, docs, list(map(encode, docs)))
    return reader.read(next(without)), reader.read(next(with_))
