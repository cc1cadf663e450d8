"""One rule made ready to be asked about many posts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipeline.model import FIELDS, MISSING, AnalysedPost, Match, Value, match_id
from pipeline.rulebook import Condition, Rule
from pipeline.rulebook.where import FieldTest
from pipeline.rulebook.wordtest import Reading, WordTest


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
    """A rule with its place in the rulebook."""

    __slots__ = ("asked", "order", "rule", "signals")

    def __init__(self, rule: Rule, order: int) -> None:
        self.rule = rule
        self.order = order
        self.asked = Asked(rule.condition)
        self.signals = {name: Asked(condition) for name, condition in rule.signals.items()}

    @property
    def requirements(self) -> Iterable[tuple[str, ...]]:
        """Return the groups of words of which one each must be in a matching post."""
        return self.asked.words.requirements() if self.asked.words else ()

    def words(self) -> Iterable[str]:
        """Return every word that the rule or a signal of it asks for."""
        for asked in (self.asked, *self.signals.values()):
            if asked.words is not None:
                yield from asked.words.words()

    def match(self, doc: AnalysedPost, reading: Reading, bare: AnalysedPost) -> Match | None:
        """Return the match of *doc*; *bare* is the post as it travels on."""
        if not self.asked.holds(doc, reading):
            return None
        rule = self.rule
        return Match(
            id=match_id(rule.id, doc.post.id, doc.post.rev),
            rule=rule.id,
            rule_rev=rule.rev,
            at=doc.post.at,
            known_at=doc.post.fetched_at,
            group=tuple(_shown(FIELDS[name].of(doc)) or MISSING for name in rule.group_by),
            member=_shown(FIELDS[rule.count_by].of(doc)) or doc.post.id,
            signals=tuple(name for name, asked in self.signals.items() if asked.holds(doc, reading)),
            hits=self.asked.words.hits(reading) if self.asked.words else (),
            analysed=bare,
        )


def _shown(value: Value) -> str:
    """Return *value* as a group is called; empty if it is missing."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "、".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value).strip()
