"""Which words of a query a found post may hold."""

from __future__ import annotations

from pipeline.index.tree import AllOf, AnyOf, Contains, Equals, Everything, Not, wanted_words

WATER, POWER, GAS = (Contains(("text",), word) for word in ("停水", "停电", "停气"))


def test_words_are_wanted_from_every_alternative_but_not_if_denied_at_any_depth() -> None:
    query = AllOf((AnyOf((WATER, AllOf((POWER, Equals("kind", "post"))))), Not(AnyOf((GAS, Not(WATER))))))

    assert wanted_words(query) == [WATER, POWER]


def test_a_query_without_words_wants_none() -> None:
    assert wanted_words(AllOf((Everything(), Not(GAS)))) == []
