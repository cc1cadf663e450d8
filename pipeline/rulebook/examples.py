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
    hold, so that the words decide. Of a rule that only waits for steps, or for a start and an end, one
    of these must hold.
    """
    return [
        result
        for rule in rules
        for examples, wanted in ((rule.match, True), (rule.no_match, False))
        for result in _run(rule, examples, wanted)
    ]


def _run(rule: Rule, examples: Iterable[Example], wanted: bool) -> Iterable[ExampleResult]:
    own = _Asked(rule.condition)
    parts = [(name, _Asked(condition)) for name, condition in rule.parts.items()]
    for example in examples:
        held = own.holds(example) and (not parts or any(part.holds(example) for _, part in parts))
        whys = [f"{name}：{part.why(example)}" for name, part in parts]
        yield ExampleResult(
            rule.id, rule.place, example.text, wanted, held is wanted, "；".join(whys) or own.why(example)
        )


class _Asked:
    """A condition that is asked about examples."""

    def __init__(self, condition: Condition) -> None:
        self._condition = condition
        self._test = WordTest(condition.text) if condition.text else None

    def holds(self, example: Example) -> bool:
        words = self._test is None or self._test.holds(self._read(example))
        return words and _fields_hold(self._condition, example)

    def why(self, example: Example) -> str:
        return explain_words(self._test, self._read(example)) if self._test else "这条规则没有 text 条件"

    def _read(self, example: Example) -> Reading:
        title = str(example.fields.get("title") or "")
        original = body(title, example.text)
        squeezed, offsets = squeeze(normal(original))
        words = all_words(self._test.condition) if self._test else ()
        return Reading(squeezed, offsets, len(title), search(words, squeezed, offsets), original)


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
