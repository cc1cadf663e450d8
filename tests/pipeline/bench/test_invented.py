"""Invented posts and rules: the same for everybody, and never the same twice."""

from __future__ import annotations

import itertools

from pipeline.bench.invented import names, posts, rules, texts
from pipeline.match.matcher import Matcher
from pipeline.model import AnalysedPost


def test_invented_posts_are_the_same_for_a_seed_and_others_for_another() -> None:
    known = names(50)

    assert texts(40, 1, known) == texts(40, 1, known)
    assert not set(texts(40, 1, known)) & set(texts(40, 2, known))
    assert len({post.id for seed in (1, 2) for post in posts(40, seed, known)}) == 80


def test_invented_rules_match_some_posts_and_not_most() -> None:
    known = names(1_000)
    docs = [AnalysedPost(post=post) for post in posts(500, 1, known)]

    matches = Matcher(rules(1_000, known)).match(docs)

    assert 0.05 < len({match.analysed.post.id for match in matches}) / len(docs) < 0.9
    assert any(rule.condition.text and rule.condition.text.none for rule in rules(10, known))


def test_rounds_do_not_repeat_each_other() -> None:
    known = names(50)
    seen = [set(texts(30, seed, known)) for seed in (10, 11, 12)]

    assert all(not one & other for one, other in itertools.combinations(seen, 2))
