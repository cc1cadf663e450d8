"""The examples inside a rule: texts that must match, and texts that must not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model import body
from pipeline.rulebook.explain import explain_words
from pipeline.rulebook.rule import Condition, Example, Rule
from pipeline.rulebook.where import FieldTest
from pipeline.rulebook.wordtest import Reading, WordTest, all_words, search
from pipeline.text.normal import normal, squeeze


@dataclass(frozen=True)
class ExampleResult:
    """What came of one example; *why* says which words hit, in Chinese."""

    rule: str
    place: str
    text: str
    wanted: bool
    passed: bool
    why: str


def run_examples(rules: Iterable[Rule]) -> list[ExampleResult]:
    """Return the result of every example of *rules*.

    Fields that an example gives are compared; a comparison on a field that it does not give is taken to
    hold, so that the words decide.
    """
    return [
        result
        for rule in rules
        for examples, wanted in ((rule.match, True), (rule.no_match, False))
        for result in _run(rule, examples, wanted)
    ]


def _run(rule: Rule, examples: Iterable[Example], wanted: bool) -> Iterable[ExampleResult]:
    test = WordTest(rule.condition.text) if rule.condition.text else None
    for example in examples:
        reading = _read(example, test)
        held = (test is None or test.holds(reading)) and _fields_hold(rule.condition, example)
        why = explain_words(test, reading) if test else "这条规则没有 text 条件"
        yield ExampleResult(rule.id, rule.place, example.text, wanted, held is wanted, why)


def _read(example: Example, test: WordTest | None) -> Reading:
    title = str(example.fields.get("title") or "")
    squeezed, offsets = squeeze(normal(body(title, example.text)))
    return Reading(squeezed, offsets, len(title), search(all_words(test.condition) if test else (), squeezed, offsets))


def _fields_hold(condition: Condition, example: Example) -> bool:
    given = {**example.fields, "text": example.text} if example.text else example.fields
    return not condition.where or any(
        all(
            FieldTest(where).accepts(given[where.field])  # type: ignore[arg-type] # read by the field's type
            for where in alternative
            if where.field in given
        )
        for alternative in condition.where
    )
