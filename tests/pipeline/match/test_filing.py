from __future__ import annotations

from dataclasses import replace

from pipeline.match.automaton import Automaton
from pipeline.match.filing import Filing
from pipeline.match.watcher import Watcher
from pipeline.model import SourceClass
from pipeline.rulebook import Condition, Rule, Rulebook, TextCondition, Where
from tests.pipeline.match.posts import a_doc

MODEL = Rulebook.read().rules[0]


def a_rule(id: str, text: TextCondition | None = None, *where: tuple[Where, ...]) -> Rule:
    return replace(MODEL, id=id, condition=Condition(text, where), signals={})


def candidates(rules: list[Rule], *words: str, source_class: SourceClass = SourceClass.FORUM) -> list[str]:
    watchers = [Watcher(rule, order) for order, rule in enumerate(rules)]
    automaton = Automaton({word: None for watcher in watchers for word in watcher.words()})
    found, _ = Filing(watchers, automaton).candidates("，".join(words), a_doc(source_class=source_class))
    return [watcher.rule.id for watcher, _ in found]


def test_a_post_asks_only_the_rules_whose_words_it_holds() -> None:
    rules = [a_rule(f"r{number}", TextCondition(any=((f"词{number}",),))) for number in range(1000)]

    assert candidates(rules, "词7", "词5") == ["r5", "r7"]


def test_a_rule_is_a_candidate_only_if_every_requirement_has_a_word() -> None:
    rules = [a_rule("both", TextCondition(must=(("停水",), ("街道", "小区"))))]

    assert candidates(rules, "停水") == []
    assert candidates(rules, "小区", "停水") == ["both"]


def test_rules_without_words_are_filed_by_value_or_always_asked() -> None:
    rules = [
        a_rule("forum", None, (Where("source.class", "eq", "forum"),)),
        a_rule("app", None, (Where("source.class", "in", ("app", "weibo")),)),
        a_rule("either", None, (Where("source.class", "eq", "app"),), (Where("kind", "eq", "post"),)),
        a_rule("missing", None, (Where("place.street", "eq", "甲", or_missing=True),)),
        a_rule("shared", None, (Where("engagement.share", "gte", 3.0),)),
    ]

    assert candidates(rules) == ["forum", "either", "missing", "shared"]
    assert candidates(rules, source_class=SourceClass.WEIBO) == ["app", "either", "missing", "shared"]
