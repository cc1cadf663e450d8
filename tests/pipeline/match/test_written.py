from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pipeline.match.matcher import Matcher
from pipeline.match.written import MOST, ROOM, bundled, written
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


@given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.integers(0, 3 * ROOM // 4)), max_size=3 * MOST))
def test_each_key_keeps_its_matches_in_their_order(keyed: list[tuple[str, int]]) -> None:
    """A value is as long as its number says: some must not share a message."""
    sent = [(key, msgspec.json.encode({"n": number, "pad": "x" * size})) for number, (key, size) in enumerate(keyed)]

    messages = bundled(sent)

    found: dict[str, list[int]] = defaultdict(list)
    for message in messages:
        read = msgspec.json.decode(message.value)
        together = read if isinstance(read, list) else [read]
        assert len(together) <= MOST
        assert len(together) == 1 or len(message.value) <= ROOM + len(together) + 1
        found[message.key] += [one["n"] for one in together]
    assert found == {
        key: [n for n, (own, _) in enumerate(keyed) if own == key] for key in dict.fromkeys(key for key, _ in keyed)
    }
    assert len(messages) <= 2 * sum(len(value) for _, value in sent) // ROOM + len(sent) // MOST + 2 * len(found)


def test_a_match_alone_is_no_list() -> None:
    assert [message.value for message in bundled([("a", b"{}"), ("b", b"{}")])] == [b"{}", b"{}"]
    assert [message.value for message in bundled([("a", b"{}"), ("a", b"{}")])] == [b"[{},{}]"]
    assert bundled([]) == []
