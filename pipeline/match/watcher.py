"""One rule made ready to be asked about many posts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

import msgspec

from pipeline.match.asked import Asked
from pipeline.model import FIELDS, MISSING, AnalysedPost, Field, Match, Op, Post, Source, Value
from pipeline.model.ids import apart, digest_of
from pipeline.rulebook import Condition, Rule, RuleType
from pipeline.rulebook.explain import explain_words
from pipeline.rulebook.rule import Percentage, Where
from pipeline.rulebook.where import joined
from pipeline.rulebook.wordtest import Reading, all_words, requirements

_POST = "id"
_KEYED = (RuleType.DEADLINE, RuleType.FLATLINE)
"""Types that follow keys: a post without one says nothing of any."""

Needs = tuple[frozenset[int], ...]
"""Groups of words, by number: a post that could satisfy the rule holds one of each."""


class Way(NamedTuple):
    """One way in which a post can satisfy a rule: a word of each group, and one of the alternatives."""

    groups: list[tuple[str, ...]]
    where: tuple[tuple[Where, ...], ...]


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What all rules ask of one post, worked out once."""

    doc: AnalysedPost
    kept: AnalysedPost  # as it may be kept
    at: datetime
    known_at: datetime
    seen: bytes  # post and revision, as they go into the ids of matches
    numbers: AbstractSet[int]

    @classmethod
    def of(cls, doc: AnalysedPost, kept: AnalysedPost, numbers: AbstractSet[int]) -> Standing:
        post = doc.post
        return cls(doc, kept, post.at, post.fetched_at, apart("", post.id, post.rev), numbers)


class Watcher:
    """A rule with its place in the rulebook. It is made ready when a post first asks for it: most never do."""

    __slots__ = (
        "_alone", "_asked", "_group", "_id", "_member", "_numbers", "_of", "_parts", "_quick", "_signals", "_wanted", "costly", "order",
        "plain", "ready", "rule", "simple",
    )  # fmt: skip

    def __init__(self, rule: Rule, order: int) -> None:
        self.rule = rule
        self.order = order
        self.ready = False
        self._wanted: frozenset[int] | None = None
        self.plain = False
        self.costly = False
        self.simple = False

    def make_ready(self, numbers: Mapping[str, int]) -> None:
        """Prepare to be asked; *numbers* are those of the automaton's words."""
        rule = self.rule
        self._numbers = numbers
        self._asked = Asked(rule.condition, numbers)
        self._signals = {name: Asked(condition, numbers) for name, condition in rule.signals.items()}
        steps = rule.type is RuleType.SEQUENCE
        self._parts = {
            name: self._signals[name] if steps else Asked(condition, numbers) for name, condition in rule.parts.items()
        }
        self._of = Asked(rule.spec.of, numbers) if isinstance(rule.spec, Percentage) else None
        self._group = tuple([FIELDS[name] for name in rule.group_by])
        self._member = FIELDS[rule.count_by] if rule.count_by != _POST else None  # most rules count posts
        self._id = apart("match", rule.id)
        further = [*self._signals.values(), *self._parts.values(), *([self._of] if self._of else [])]
        self.plain = self._asked.plain and all(asked.plain for asked in further)
        self.costly = self._asked.costly or any(asked.costly for asked in further)
        self._alone = not rule.parts and self._of is None  # then its needs are those of its own condition
        self.simple = (
            self.plain and self._alone and not self.costly and not self._signals
            and rule.type not in (*_KEYED, RuleType.GROWTH)
        )  # fmt: skip
        self._quick = (
            self._id, rule.id, rule.rev, self._group, self._member, self._asked if self._asked.alternatives else None,
        )  # fmt: skip
        self.ready = True

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of all its words; of most rules nobody asks where they stand."""
        if self._wanted is None:
            self._wanted = frozenset(self._numbers[word] for word in self.words())
        return self._wanted

    @property
    def needs(self) -> Needs:
        """What a post holds that could satisfy it."""
        ways = self.ways
        groups = ways[0].groups if len(ways) == 1 else []  # several ways need not share any group
        return tuple(frozenset(self._numbers[word] for word in group) for group in groups)

    @property
    def ways(self) -> list[Way]:
        """The ways in which a post can satisfy the rule; it must be found by each."""
        rule = self.rule
        if isinstance(rule.spec, Percentage):
            return [_way(rule.spec.of)]
        if rule.parts:
            return [_way(rule.condition, part) for part in rule.parts.values()]
        return [_way(rule.condition)]

    def words(self) -> Iterable[str]:
        """Return every word that the rule asks for: itself, its signals, the conditions of its type."""
        for condition in self.rule.conditions:
            if condition.text is not None:
                yield from all_words(condition.text)

    def explain(self, doc: AnalysedPost, numbers: AbstractSet[int], reading: Reading) -> str:
        """Say in Chinese why *doc* satisfies the rule or does not."""
        parts = [explain_words(self._asked.words, reading)] if self._asked.words else []
        if not self._asked.fields_hold(doc):
            failing = [test.where for tests in self._asked.alternatives for test in tests if not test.passes(doc)]
            parts.append(f"字段不符：{'、'.join(f'{test.field} {test.op} {test.value}' for test in failing)}")
        for name, part in self._parts.items():
            words = f"（{explain_words(part.words, reading)}）" if part.words else ""
            parts.append(f"{name}：{'成立' if part.holds(doc, numbers, reading) else '不成立'}{words}")
        met = all(not need.isdisjoint(numbers) for need in self.needs)
        held = doc.post.op is Op.UPSERT and met and self.match(Standing.of(doc, doc, numbers), reading) is not None
        return f"{'匹配' if held else '不匹配'}“{self.rule.name}”。{'；'.join(parts)}"

    def match(self, standing: Standing, reading: Reading | None) -> Match | None:
        """Return the match of a post that meets the needs; a *reading* is needed unless the rule is plain."""
        doc, numbers = standing.doc, standing.numbers
        parts: tuple[str, ...] = ()
        own = self._asked.holds(doc, numbers, reading, met=self._alone)
        if self._of is not None:
            if not self._of.holds(doc, numbers, reading):
                return None
            parts = ("of", "match") if own else ("of",)
        elif not own:
            return None
        elif self._parts:
            parts = tuple([name for name, part in self._parts.items() if part.holds(doc, numbers, reading)])
            if not parts:
                return None
        group = _grouped(self._group, doc)
        if self.rule.type in _KEYED and group and group[0] == MISSING:
            return None
        return self._made(standing, group, () if self.rule.type is RuleType.SEQUENCE else parts, reading)

    def by_number(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return of a simple rule the numbers of the words that bar it, and of those that speak for it, in their order."""
        return tuple(sorted(self._asked.excluded)), self._asked.spoken

    def quick(self, standing: Standing, words: tuple[str, ...]) -> Match | None:
        """Return what ``match`` returns, for a simple rule whose needs are met and that no word bars.

        It is asked more often than all others: what it needs lies together.
        """
        begin, rule, rev, group, member, asked = self._quick
        doc = standing.doc
        if asked is not None and not asked.fields_hold(doc):
            return None
        return Match(
            id=digest_of(begin + standing.seen),
            rule=rule,
            rule_rev=rev,
            at=standing.at,
            known_at=standing.known_at,
            group=_grouped(group, doc) if group else (),
            member=(_shown(member.of(doc)) if member else "") or doc.post.id,
            hits=words,
            analysed=standing.kept,
        )

    def counted(self, standing: Standing) -> Match:
        """Return the match of mere counts: the group and all else is that of their post, which detect remembers."""
        post = standing.doc.post
        return Match(
            id=digest_of(self._id + standing.seen + _observed(standing.doc)), rule=self.rule.id, rule_rev=self.rule.rev,
            at=standing.at, known_at=post.fetched_at, member=post.id, analysed=standing.kept,
        )  # fmt: skip

    def _made(
        self, standing: Standing, group: tuple[str, ...], parts: tuple[str, ...], reading: Reading | None
    ) -> Match:
        rule, doc, numbers = self.rule, standing.doc, standing.numbers
        post = doc.post
        return Match(
            id=digest_of(self._id + standing.seen + (_observed(doc) if rule.type is RuleType.GROWTH else b"")),
            rule=rule.id,
            rule_rev=rule.rev,
            at=standing.at,
            known_at=post.fetched_at,
            group=group,
            member=(_shown(self._member.of(doc)) if self._member else "") or post.id,
            signals=tuple([name for name, signal in self._signals.items() if signal.holds(doc, numbers, reading)])
            if self._signals
            else (),
            parts=parts,
            hits=self._hits(numbers, reading),
            analysed=_heard(doc) if rule.type is RuleType.FLATLINE else standing.kept,
        )

    def _hits(self, numbers: AbstractSet[int], reading: Reading | None) -> tuple[str, ...]:
        own = self._asked.hits(numbers, reading)
        if not self._parts:
            return own
        return tuple(dict.fromkeys([*own, *(w for part in self._parts.values() for w in part.hits(numbers, reading))]))


def _way(*conditions: Condition) -> Way:
    """Return what satisfies all of *conditions*."""
    where: tuple[tuple[Where, ...], ...] = ()
    for condition in conditions:
        where = joined(where, condition.where, all_tests=True)
    return Way([group for one in conditions if one.text is not None for group in requirements(one.text)], where)


def _observed(doc: AnalysedPost) -> bytes:
    """Return which observation of its counts a post is: each is a sample by itself."""
    return b"\x1f" + (doc.post.engagement.at or doc.post.fetched_at).isoformat().encode()


def _heard(doc: AnalysedPost) -> AnalysedPost:
    """Return what a silence needs to know of a post: nearly every post ends one, and none is ever quoted."""
    post = doc.post
    return AnalysedPost(
        post=Post(id=post.id, rev=post.rev, source=Source(id=post.source.id), text="", published=post.published,
                  fetched_at=post.fetched_at)
    )  # fmt: skip


def _grouped(fields: Sequence[Field], doc: AnalysedPost) -> tuple[str, ...]:
    return tuple([_shown(field.of(doc)) or MISSING for field in fields])


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
