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
from pipeline.rulebook.wordtest import Reading
from pipeline.text.normal import normal, squeeze, squeeze_batch


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
        self._filing = Filing(watchers, self._automaton.numbers)
        self.problems: list[Problem] = []

    def match(self, docs: Sequence[AnalysedPost]) -> list[Match]:
        """Return the matches of *docs* in their order, then in that of the rules.

        Deleted posts and mere counts never match. ``problems`` then holds what went wrong in this call.
        """
        self.problems = []
        live = [doc for doc in docs if doc.post.op is Op.UPSERT]
        squeezed = squeeze_batch([_normal(doc) for doc in live])
        return [match for doc, text in zip(live, squeezed, strict=True) for match in self._of(doc, *text)]

    def explain(self, doc: AnalysedPost, rule: str) -> str:
        """Say in Chinese why *doc* matches *rule* or does not. Raises KeyError for an unknown rule."""
        watcher = self._watchers[rule]
        watcher.make_ready(self._automaton.numbers)
        squeezed, offsets = squeeze(_normal(doc))
        found = self._automaton.found(self._automaton.find(squeezed), watcher.numbers, squeezed, offsets)
        return watcher.explain(doc, Reading(squeezed, offsets, len(doc.post.title), found, doc.body()))

    def _of(self, doc: AnalysedPost, squeezed: str, offsets: Sequence[int]) -> Iterator[Match]:
        hits = self._automaton.find(squeezed)
        candidates = self._filing.candidates({number for _, _, number in hits}, doc)
        if not candidates:
            return
        wanted = candidates[0].numbers.union(*(watcher.numbers for watcher in candidates[1:]))
        found = self._automaton.found(hits, wanted, squeezed, offsets)
        reading = Reading(squeezed, offsets, len(doc.post.title), found, doc.body())
        bare = _without_tokens(doc)
        for watcher in candidates:
            try:
                match = watcher.match(doc, reading, bare)
            except (TypeError, ValueError) as error:  # a value that is not of its field's type, such as a naive time
                self.problems.append(Problem(watcher.rule.id, doc.post.id, type(error).__name__))
                continue
            if match is not None:
                yield match


def _normal(doc: AnalysedPost) -> str:
    return doc.text.normal if doc.text is not None else normal(doc.body())


def _without_tokens(doc: AnalysedPost) -> AnalysedPost:
    """Return *doc* as it travels on: search tokens are for the index only, and they are long."""
    if doc.text is None or not doc.text.tokens:
        return doc
    return msgspec.structs.replace(doc, text=msgspec.structs.replace(doc.text, tokens=()))
