"""One rule made ready to be asked about many posts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from pipeline.model import FIELDS, MISSING, AnalysedPost, Match, Op, Value, match_id
from pipeline.rulebook import Condition, Rule
from pipeline.rulebook.explain import explain_words
from pipeline.rulebook.where import FieldTest
from pipeline.rulebook.wordtest import Reading, WordTest, all_words, requirements

_POST = "id"

Needs = tuple[frozenset[int], ...]
"""Groups of words, by number: a post that could satisfy the rule holds one of each."""


class Asked:
    """A condition made ready: its words and its comparisons."""

    __slots__ = ("alternatives", "words")

    def __init__(self, condition: Condition) -> None:
        self.words = WordTest(condition.text) if condition.text else None
        self.alternatives = tuple(tuple(FieldTest(test) for test in tests) for tests in condition.where)

    def holds(self, doc: AnalysedPost, reading: Reading) -> bool:
        if self.words is not None and not self.words.holds(reading):
            return False
        return self.fields_hold(doc)

    def fields_hold(self, doc: AnalysedPost) -> bool:
        return not self.alternatives or any(all(test.passes(doc) for test in tests) for tests in self.alternatives)


class Watcher:
    """A rule with its place in the rulebook. It is made ready when a post first asks for it: most never do."""

    __slots__ = ("_asked", "_group", "_member", "_signals", "needs", "numbers", "order", "rule")

    def __init__(self, rule: Rule, order: int) -> None:
        self.rule = rule
        self.order = order
        self.needs: Needs | None = None
        self.numbers: frozenset[int] = frozenset()

    def make_ready(self, numbers: Mapping[str, int]) -> None:
        """Prepare to be asked; *numbers* are those of the automaton's words."""
        rule = self.rule
        self._asked = Asked(rule.condition)
        self._signals = {name: Asked(condition) for name, condition in rule.signals.items()}
        self._group = tuple(FIELDS[name] for name in rule.group_by)
        self._member = FIELDS[rule.count_by] if rule.count_by != _POST else None  # most rules count posts
        self.numbers = frozenset(numbers[word] for word in self.words())
        self.needs = tuple(frozenset(numbers[word] for word in group) for group in self.requirements)

    @property
    def requirements(self) -> list[tuple[str, ...]]:
        """The groups of words of which one each must be in a matching post."""
        condition = self.rule.condition.text
        return requirements(condition) if condition else []

    def words(self) -> Iterable[str]:
        """Return every word that the rule or a signal of it asks for."""
        for condition in (self.rule.condition, *self.rule.signals.values()):
            if condition.text is not None:
                yield from all_words(condition.text)

    def explain(self, doc: AnalysedPost, reading: Reading) -> str:
        """Say in Chinese why *doc* satisfies the rule or does not."""
        parts = [explain_words(self._asked.words, reading)] if self._asked.words else []
        if not self._asked.fields_hold(doc):
            failing = [test.where for tests in self._asked.alternatives for test in tests if not test.passes(doc)]
            parts.append(f"字段不符：{'、'.join(f'{test.field} {test.op} {test.value}' for test in failing)}")
        held = doc.post.op is Op.UPSERT and self._asked.holds(doc, reading)
        return f"{'匹配' if held else '不匹配'}“{self.rule.name}”。{'；'.join(parts)}"

    def match(self, doc: AnalysedPost, reading: Reading, bare: AnalysedPost) -> Match | None:
        """Return the match of *doc*; *bare* is the post as it travels on."""
        rule, post, asked = self.rule, doc.post, self._asked
        if not asked.holds(doc, reading):
            return None
        return Match(
            id=match_id(rule.id, post.id, post.rev),
            rule=rule.id,
            rule_rev=rule.rev,
            at=post.at,
            known_at=post.fetched_at,
            group=tuple([_shown(field.of(doc)) or MISSING for field in self._group]),
            member=(_shown(self._member.of(doc)) if self._member else "") or post.id,
            signals=tuple([name for name, signal in self._signals.items() if signal.holds(doc, reading)]),
            hits=asked.words.hits(reading) if asked.words else (),
            analysed=bare,
        )


def _shown(value: Value) -> str:
    """Return *value* as a group is called; empty if it is missing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, tuple):
        return "、".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)
