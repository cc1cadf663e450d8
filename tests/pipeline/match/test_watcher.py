from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.match.watcher import Standing, Watcher
from pipeline.model import MISSING, AnalysedPost, Match, Op
from pipeline.rulebook import Condition, Rule, TextCondition, Where
from pipeline.rulebook.wordtest import Reading, search
from pipeline.text.normal import normal, squeeze
from tests.pipeline.match.posts import a_doc
from tests.pipeline.rulebook.rules import a_rule, read

DANGER = Condition(TextCondition(any=(("爆炸",),)))


@pytest.fixture
def rule(tmp_path: Path) -> Rule:
    return read(tmp_path, a_rule()).rules[0]


def ready(rule: Rule) -> Watcher:
    watcher = Watcher(rule, 0)
    watcher.make_ready({word: number for number, word in enumerate(watcher.words())})
    return watcher


def reading(watcher: Watcher, doc: AnalysedPost) -> Reading:
    squeezed, offsets = squeeze(normal(doc.post.text))
    return Reading(squeezed, offsets, 0, search(watcher.words(), squeezed, offsets))


def found(watcher: Watcher, doc: AnalysedPost) -> set[int]:
    words = {word: number for number, word in enumerate(watcher.words())}
    return {words[word] for word in reading(watcher, doc).found}


def asked(rule: Rule, doc: AnalysedPost) -> Match | None:
    watcher = ready(rule)
    numbers = found(watcher, doc)
    if any(need.isdisjoint(numbers) for need in watcher.needs):
        return None  # no candidate
    return watcher.match(Standing.of(doc, doc, numbers), reading(watcher, doc))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("place.street", "湖东街道"),
        ("place.site", MISSING),
        ("watch", "甲、乙"),  # several names are one group of their own
        ("numbers.people", "30"),
        ("source.class", "forum"),
        ("at", "2026-03-10T04:00:00+00:00"),
    ],
)
def test_a_group_is_called_by_the_value_of_its_field(rule: Rule, field: str, value: str) -> None:
    match = asked(replace(rule, group_by=(field,)), a_doc(street=" 湖东街道 ", watch=("甲", "乙"), people=30))

    assert match
    assert match.group == (value,)


def test_whoever_cannot_be_told_from_others_is_counted_as_one_more(rule: Rule) -> None:
    doc = a_doc(author=None)

    match = asked(replace(rule, count_by="author.key"), doc)

    assert match
    assert match.member == doc.post.id


def test_signals_are_told_in_the_order_of_the_rule_and_never_make_a_match(rule: Rule) -> None:
    signals = {"街": Condition(None, ((Where("place.street", "exists", True),),)), "险": DANGER}
    watching = replace(rule, signals=signals)

    match = asked(watching, a_doc("停水还爆炸", street="湖东街道"))

    assert match
    assert (match.signals, match.hits) == (("街", "险"), ("停水",))
    assert asked(watching, a_doc("爆炸", street="湖东街道")) is None


def test_one_of_several_alternatives_is_enough_and_words_are_needed_all_the_same(rule: Rule) -> None:
    where = ((Where("place.street", "exists", True), Where("kind", "eq", "reply")), (Where("kind", "eq", "post"),))
    both = replace(rule, condition=replace(rule.condition, where=where))

    assert asked(both, a_doc())
    assert asked(both, a_doc("来水")) is None
    assert asked(replace(both, condition=replace(both.condition, where=where[:1])), a_doc(street="湖东街道")) is None


def test_an_explanation_names_the_comparison_that_failed(rule: Rule) -> None:
    watcher = ready(replace(rule, condition=replace(rule.condition, where=((Where("kind", "eq", "reply"),),))))
    doc = a_doc()

    assert (
        watcher.explain(doc, found(watcher, doc), reading(watcher, doc))
        == "不匹配“测试”。命中：停水；字段不符：kind eq reply"
    )


def test_a_deleted_post_satisfies_no_rule_whatever_stood_in_it(rule: Rule) -> None:
    watcher, doc = ready(rule), a_doc(op=Op.DELETE)

    assert watcher.explain(doc, found(watcher, doc), reading(watcher, doc)).startswith("不匹配")


def test_a_post_that_could_match_holds_a_word_of_every_need(rule: Rule) -> None:
    must = replace(
        rule, condition=Condition(TextCondition(must=(("停水", "断水"),), any=(("投诉",),))), signals={"险": DANGER}
    )
    watcher = ready(must)
    numbers = {word: number for number, word in enumerate(watcher.words())}

    assert watcher.needs == (frozenset({numbers["停水"], numbers["断水"]}), frozenset({numbers["投诉"]}))
    assert numbers["爆炸"] in watcher.numbers  # a signal needs its words found as well


def test_the_quick_way_of_a_simple_rule_comes_to_the_same(rule: Rule) -> None:
    text = TextCondition(must=(("停水", "断水"),), none=("通知",))
    where = ((Where("place.street", "exists", True),),)
    simple = replace(rule, condition=Condition(text, where), group_by=("place.street",), count_by="author.key")
    watcher = ready(simple)

    assert watcher.simple
    assert not ready(replace(simple, signals={"险": DANGER})).simple
    written = dict(enumerate(watcher.words()))
    for doc in (
        a_doc("停水", street="甲"),
        a_doc("断水停水", street="甲"),
        a_doc("停水通知", street="甲"),
        a_doc("停水"),
    ):
        standing = Standing.of(doc, doc, found(watcher, doc))
        barred, spoken = watcher.by_number()
        words = tuple(written[number] for number in spoken if number in standing.numbers)
        quick = watcher.quick(standing, words) if standing.numbers.isdisjoint(barred) else None
        assert quick == watcher.match(standing, None)
