"""Match posts with all rules at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from pipeline.match.automaton import Automaton
from pipeline.match.filing import Filing
from pipeline.match.watcher import Watcher
from pipeline.model import AnalysedPost, Match, Op
from pipeline.rulebook import Rule
from pipeline.rulebook.explain import explain_words
from pipeline.rulebook.where import FieldTest
from pipeline.rulebook.wordtest import Reading
from pipeline.text.normal import normal, squeeze_batch


@dataclass(frozen=True)
class Problem:
    """A rule that could not be asked about a post; the other rules were."""

    rule: str
    post: str
    error: str


class Matcher:
    """All rules, asked together: the cost follows what is found in a post, not how many rules there are."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        watchers = [Watcher(rule, order) for order, rule in enumerate(rules)]
        self._watchers = {watcher.rule.id: watcher for watcher in watchers}
        self._automaton = Automaton(word for watcher in watchers for word in watcher.words())
        self._filing = Filing(watchers)
        self.problems: list[Problem] = []

    def match(self, docs: Sequence[AnalysedPost]) -> list[Match]:
        """Return the matches of *docs* in their order, then in that of the rules.

        Deleted posts and mere counts never match. ``problems`` then holds what went wrong in this call.
        """
        self.problems = []
        live = [doc for doc in docs if doc.post.op is Op.UPSERT]
        return [
            match for doc, reading in zip(live, self._readings(live), strict=True) for match in self._of(doc, reading)
        ]

    def explain(self, doc: AnalysedPost, rule: str) -> str:
        """Say in Chinese why *doc* matches *rule* or does not. Raises KeyError for an unknown rule."""
        watcher = self._watchers[rule]
        reading = self._readings([doc])[0]
        parts = [explain_words(watcher.asked.words, reading)] if watcher.asked.words else []
        if not watcher.asked.fields_hold(doc):
            tests = [f"{test.where.field} {test.where.op} {test.where.value}" for test in _failing(watcher, doc)]
            parts.append(f"字段不符：{'、'.join(tests)}")
        held = doc.post.op is Op.UPSERT and watcher.asked.holds(doc, reading)
        return f"{'匹配' if held else '不匹配'}“{watcher.rule.name}”。{'；'.join(parts)}"

    def _of(self, doc: AnalysedPost, reading: Reading) -> Iterator[Match]:
        candidates = self._filing.candidates(reading.found, doc)
        if not candidates:
            return
        bare = _without_tokens(doc)
        for watcher in candidates:
            try:
                match = watcher.match(doc, reading, bare)
            except (TypeError, ValueError) as error:  # a value that is not of its field's type, such as a naive time
                self.problems.append(Problem(watcher.rule.id, doc.post.id, type(error).__name__))
                continue
            if match is not None:
                yield match

    def _readings(self, docs: Sequence[AnalysedPost]) -> list[Reading]:
        normals = [doc.text.normal if doc.text is not None else normal(doc.body()) for doc in docs]
        return [
            Reading(squeezed, offsets, len(doc.post.title), self._automaton.find(squeezed, offsets))
            for doc, (squeezed, offsets) in zip(docs, squeeze_batch(normals), strict=True)
        ]


def _failing(watcher: Watcher, doc: AnalysedPost) -> list[FieldTest]:
    return [test for tests in watcher.asked.alternatives for test in tests if not test.passes(doc)]


def _without_tokens(doc: AnalysedPost) -> AnalysedPost:
    """Return *doc* as it travels on: search tokens are for the index only, and they are long."""
    if doc.text is None or not doc.text.tokens:
        return doc
    return msgspec.structs.replace(doc, text=msgspec.structs.replace(doc.text, tokens=()))
