"""Match posts with all rules at once."""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

import msgspec

from pipeline.match.automaton import Automaton
from pipeline.match.budget import Budget, Problem
from pipeline.match.filing import Candidate, Filing
from pipeline.match.watcher import Standing, Watcher
from pipeline.model import TOO_SLOW, AnalysedPost, Match, Op, digest, excerpted, matters
from pipeline.rulebook import Rule, RuleType
from pipeline.rulebook.wordtest import Reading
from pipeline.text.automaton import Hit
from pipeline.text.normal import normal, squeeze

_BY_MATTER: Final = frozenset({RuleType.ANY, RuleType.FREQUENCY, RuleType.CARDINALITY, RuleType.SPIKE})
"""Types of rules that count posts, and so ask each matter of a long article; others follow a post or a key."""
_CHUNK = 100
_REST_S = 0.002  # between chunks: whoever has a batch to do goes first
MOST_CHANGED = 0.2
"""If a greater part of the rules is new, a matcher is built as a whole."""


class Layer:
    """Rules with one automaton over all their words, and where each is filed."""

    def __init__(self, rules: Iterable[tuple[int, Rule]]) -> None:
        watchers = [Watcher(rule, order) for order, rule in rules]
        self.watchers = {watcher.rule.id: watcher for watcher in watchers}
        self.automaton = Automaton(word for watcher in watchers for word in watcher.words())
        self.filing = Filing(watchers, self.automaton)
        self.growing = [watcher.rule.id for watcher in watchers if watcher.rule.type is RuleType.GROWTH]

    def ready(self, rule: str) -> Watcher:
        watcher = self.watchers[rule]
        watcher.make_ready(self.automaton.numbers)
        return watcher


class _Text(NamedTuple):
    """What an automaton found in a post's text, and the text, squeezed."""

    hits: list[Hit]
    squeezed: str
    offsets: Sequence[int]


_NO_WORDS: Final = frozenset[int]()
_UPSERT, _OBSERVE = Op.UPSERT, Op.OBSERVE  # a member is looked up by name each time it is asked of its class


class Matcher:
    """All rules, asked together: the cost follows what is found in a post, not how many rules there are.

    ``changed`` makes the matcher of a book that differs little: what stays is shared, what is new is a small
    layer of its own. *budget* limits what a single rule may cost.
    """

    def __init__(self, rules: Sequence[Rule], *, budget: Budget | None = None) -> None:
        self._set(rules, [Layer(enumerate(rules))], frozenset(), budget or Budget())

    def _set(self, rules: Sequence[Rule], layers: list[Layer], gone: frozenset[str], budget: Budget) -> None:
        self.rules = tuple(rules)
        self._layers = layers
        self._gone = gone  # rules of the first layer that were taken out or replaced since
        self.budget = budget
        self._counting = any(rule.type is RuleType.GROWTH for rule in rules)
        self.problems: list[Problem] = []

    def changed(self, rules: Sequence[Rule]) -> Matcher:
        """Return the matcher of *rules*, which shares with this one whatever is the same; this one stays as it is."""
        base = self._layers[0]
        kept = {rule.id for rule in rules if (known := base.watchers.get(rule.id)) and known.rule == rule}
        new = [(order, rule) for order, rule in enumerate(rules) if rule.id not in kept]
        revs = {rule.id: rule.rev for rule in self.rules}
        budget = self.budget.keeping({rule.id for rule in rules if revs.get(rule.id) == rule.rev})
        if len(new) > MOST_CHANGED * len(rules) or len(kept) < (1 - MOST_CHANGED) * len(base.watchers):
            return Matcher(rules, budget=budget)
        made = object.__new__(Matcher)
        made._set(rules, [base, *([Layer(new)] if new else [])], frozenset(base.watchers) - kept, budget)
        return made

    def match(self, docs: Sequence[AnalysedPost]) -> list[Match]:
        """Return the matches of *docs* in their order, then in that of the rules (new ones last after a change).

        Deleted posts never match. Mere counts go to every rule of growth: whether it looks at their post was decided
        when that was heard, since counts come without what was understood of it. A rule that counts posts is asked
        about each matter of a long article, and about the whole if it wants none of them; in one group it counts once.
        ``problems`` then holds what went wrong in this call.
        """
        self.problems = []
        live = [doc for doc in docs if doc.post.op is _UPSERT or (self._counting and doc.post.op is _OBSERVE)]
        matches: list[Match] = []
        for doc in live:
            if doc.parts:
                matches += self._by_matter(doc)
                continue
            for layer in self._layers:
                self._add(matches, layer, doc)
        return matches

    def _by_matter(self, doc: AnalysedPost) -> list[Match]:
        found: dict[tuple[str, tuple[str, ...]], Match] = {}
        for part, alone in matters(doc):
            told: list[Match] = []
            for layer in self._layers:
                self._add(told, layer, alone, _BY_MATTER)
            for match in told:
                named = msgspec.structs.replace(match, id=digest(match.id, part), part=part)
                found.setdefault((match.rule, match.group), named)
        whole: list[Match] = []
        for layer in self._layers:
            self._add(whole, layer, doc)
        wanted = {rule for rule, _ in found}
        return [*(match for match in whole if match.rule not in wanted), *found.values()]

    def let_go(self) -> None:
        """Drop what this matcher holds bit by bit, once nobody asks it any more: all at once takes a while."""
        watchers = [watcher for layer in self._layers for watcher in layer.watchers.values()]
        self._layers, self.rules = [], ()
        while watchers:
            del watchers[-_CHUNK:]
            time.sleep(_REST_S)

    def explain(self, doc: AnalysedPost, rule: str) -> str:
        """Say in Chinese why *doc* matches *rule* or does not. Raises KeyError for an unknown rule."""
        layer = next(one for one in reversed(self._layers) if rule in one.watchers or one is self._layers[0])
        if rule in self._gone and layer is self._layers[0]:
            raise KeyError(rule)
        watcher = layer.ready(rule)
        text = _text(layer.automaton, doc)
        numbers = layer.automaton.standing(*text)
        return watcher.explain(doc, numbers, _reading(layer.automaton, doc, text, [watcher]))

    def _counted(self, layer: Layer, doc: AnalysedPost) -> Iterator[Match]:
        gone = self._gone if layer is self._layers[0] else frozenset()
        standing = Standing.of(doc, excerpted(doc), frozenset())
        for rule in layer.growing:
            if rule not in gone:
                yield layer.ready(rule).counted(standing)

    def _add(
        self, matches: list[Match], layer: Layer, doc: AnalysedPost, types: Container[RuleType] | None = None
    ) -> None:
        """Append what *layer* says of *doc*; a generator would cost as much again as looking the candidates up."""
        if doc.post.op is _OBSERVE:
            matches += self._counted(layer, doc)
            return
        candidates, careful = layer.filing.candidates(_normal(doc), doc)
        if self._gone or self.budget.aside or types is not None:
            candidates = self._asked(candidates, layer, types)
            careful = [watcher for watcher, words in candidates if words is None]
        if not candidates:
            return
        numbers, reading = _read(layer.automaton, doc, careful) if careful else (_NO_WORDS, None)
        try:
            standing = Standing.of(doc, excerpted(doc), numbers)
        except TypeError as error:  # a naive time: it cannot be said when the post was
            for watcher, _ in candidates:
                self._complain(watcher, doc, type(error).__name__)
            return
        for watcher, words in candidates:
            try:
                match = self._timed(watcher, standing, reading) if words is None else watcher.quick(standing, words)
            except (TypeError, ValueError, ArithmeticError) as error:
                # A value that is not of its field's type, such as a naive time.
                self._complain(watcher, doc, type(error).__name__)
                continue
            if match is not None:
                matches.append(match)

    def _asked(
        self, candidates: Sequence[Candidate], layer: Layer, types: Container[RuleType] | None
    ) -> list[Candidate]:
        """Return those *candidates* that are to be asked at all."""
        gone = self._gone if layer is self._layers[0] else frozenset()
        return [
            (watcher, words)
            for watcher, words in candidates
            if (rule := watcher.rule).id not in gone
            and rule.id not in self.budget.aside
            and (types is None or rule.type in types)
        ]

    def _timed(self, watcher: Watcher, standing: Standing, reading: Reading | None) -> Match | None:
        """Return what *watcher* says, and count what it costs where that may be too much."""
        began = time.perf_counter()
        match = watcher.match(standing, reading)
        if time.perf_counter() - began > self.budget.limit_s and self._too_slow(watcher, standing, reading):
            self._complain(watcher, standing.doc, TOO_SLOW)
        return match

    def _too_slow(self, watcher: Watcher, standing: Standing, reading: Reading | None) -> bool:
        """Ask once more, on a clock that stands still while others have the processor: to read that one takes far longer."""
        began = time.thread_time()
        watcher.match(standing, reading)
        return self.budget.spent(watcher.rule.id, time.thread_time() - began)

    def _complain(self, watcher: Watcher, doc: AnalysedPost, error: str) -> None:
        self.problems.append(Problem(watcher.rule.id, doc.post.id, error, watcher.rule.owner))


def _text(automaton: Automaton, doc: AnalysedPost) -> _Text:
    squeezed, offsets = squeeze(_normal(doc))
    return _Text(automaton.find(squeezed), squeezed, offsets)


def _read(
    automaton: Automaton, doc: AnalysedPost, watchers: Sequence[Watcher]
) -> tuple[AbstractSet[int], Reading | None]:
    """Return which words stand in *doc*, and where, as far as any of *watchers* asks for that."""
    worded = [watcher for watcher in watchers if watcher.numbers]  # many ask for fields alone
    if not worded:
        return _NO_WORDS, None
    text = _text(automaton, doc)
    close = [watcher for watcher in worded if not watcher.plain]
    return automaton.standing(*text), _reading(automaton, doc, text, close) if close else None


def _reading(automaton: Automaton, doc: AnalysedPost, text: _Text, watchers: Sequence[Watcher]) -> Reading:
    """Return where the words of *watchers* stand."""
    wanted = watchers[0].numbers.union(*(watcher.numbers for watcher in watchers[1:]))
    found = automaton.found(text.hits, wanted, text.squeezed, text.offsets)
    return Reading(text.squeezed, text.offsets, len(doc.post.title), found, doc.body())


def _normal(doc: AnalysedPost) -> str:
    return doc.text.normal if doc.text is not None else normal(doc.body())
