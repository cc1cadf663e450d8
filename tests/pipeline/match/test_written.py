from __future__ import annotations

from dataclasses import replace

from pipeline.match.matcher import Matcher
from pipeline.match.written import written
from pipeline.model import Match, Reader, encode
from pipeline.rulebook import Condition, Rule, Rulebook, TextCondition
from tests.pipeline.match.posts import a_doc


def a_rule(id: str, word: str) -> Rule:
    return replace(Rulebook.read().rules[0], id=id, condition=Condition(TextCondition(any=((word,),))), signals={})


def test_what_is_written_is_what_each_match_is_encoded_to() -> None:
    matches = Matcher([a_rule("a", "停水"), a_rule("b", "停水"), a_rule("c", "断水")]).match(
        [a_doc("停水断水", native="1"), a_doc("断水", native="2"), a_doc("停水", native="3")]
    )

    assert [match.rule for match in matches] == ["a", "b", "c", "c", "a", "b"]
    assert list(written(matches)) == [encode(match) for match in matches]
    assert list(map(Reader(Match).read, written(matches))) == matches
    assert list(written([])) == []
