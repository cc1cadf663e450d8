"""Who is quiet because of whom: ``suppress`` of RULES §3.2. A missing value silences nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from pipeline.detect.episode import NEVER, Episode, Hush
from pipeline.detect.found import Found
from pipeline.detect.memory import Closing, Memory
from pipeline.model import FIELDS, MISSING, Level
from pipeline.rulebook.rule import Rule, Suppress

MERGE, DOWNGRADE, HOLD = "merge", "downgrade", "hold"
NOTICE_LABEL: Final = "notice"
_MOST_MARKS: Final = 100


class Suppression:
    """Looks for the open episodes of other rules that make an alert quieter."""

    def __init__(self, rules: Mapping[str, Rule], memory: Memory) -> None:
        self._memory = memory
        self._notices: dict[str, set[str]] = defaultdict(set)
        for rule in rules.values():
            for name in (rule.name, _notice(rule)):
                self._notices[name].add(rule.id)
        self._compared: dict[str, set[str]] = defaultdict(set)  # by rule: the fields that others compare it by
        for rule in rules.values():
            for step in rule.suppress:
                for inhibitor in self._inhibitors(step):
                    self._compared[inhibitor].update(step.equal)

    def marks(self, found: Found, before: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Return the values by which other rules will compare an episode, with those of *found* added."""
        fields = self._compared.get(found.rule.id)
        if not fields:
            return dict(before)
        added = {field: (*before.get(field, ()), *_values(found, field)) for field in fields}
        return {field: tuple(dict.fromkeys(values))[:_MOST_MARKS] for field, values in added.items()}

    def by(self, found: Found) -> tuple[Suppress, Closing] | None:
        """Return the first of the rule's ``suppress`` that applies to *found* now, and the episode that inhibits it."""
        steps = [
            (step, self._inhibitors(step) - {found.rule.id})
            for step in found.rule.suppress
            if all(_values(found, field) for field in step.equal)  # a missing value silences nobody
        ]
        wanted = set().union(*(inhibitors for _, inhibitors in steps))
        firing = self._memory.open_of(wanted) if wanted else []  # one look for all steps: most find nothing open
        for step, inhibitors in steps if firing else ():
            for kept in firing:
                spell = kept.spell
                loud = spell.hush is None and not spell.told.shadow
                if kept.rule in inhibitors and loud and _equal(step, found, spell):
                    return step, kept
        return None

    def hush(self, step: Suppress, inhibitor: Episode, found: Found) -> Hush:
        """Return for how long *found* is not told."""
        until = NEVER if step.max is None else found.known_at + step.max
        return Hush(step.action, inhibitor.id, until)

    def until(self, hush: Hush) -> Episode | None:
        """Return the episode that still inhibits; None if it is over, or is quiet itself."""
        kept = self._memory.episode(hush.by)
        return kept.spell if kept is not None and kept.spell.firing and kept.spell.hush is None else None

    def _inhibitors(self, step: Suppress) -> set[str]:
        return {step.inhibited_by} if step.inhibited_by else self._notices.get(step.notice, set())


def ranks(rules: Mapping[str, Rule]) -> dict[str, int]:
    """Return for each rule how many others stand before it, one inhibiting the next: 0 if none inhibits it."""
    known: dict[str, int] = {}

    def rank(rule: str, above: frozenset[str]) -> int:
        if rule not in rules or rule in above:
            return 0
        if rule not in known:
            inhibitors = (step.inhibited_by for step in rules[rule].suppress)
            known[rule] = max((1 + rank(one, above | {rule}) for one in inhibitors if one in rules), default=0)
        return known[rule]

    return {rule: rank(rule, frozenset()) for rule in rules}


def lowered(level: Level, step: Suppress) -> Level:
    """Return *level*, no louder than a downgrade lets it be."""
    return step.to if step.action == DOWNGRADE and step.to is not None and level.louder_than(step.to) else level


def _equal(step: Suppress, found: Found, other: Episode) -> bool:
    return all(set(_values(found, field)) & set(_others(other, field)) for field in step.equal)


def _values(found: Found, field: str) -> tuple[str, ...]:
    group = dict(zip(found.rule.group_by, found.group, strict=False))
    if field in group:
        return (group[field],) if group[field] != MISSING else ()
    if found.match is None or field not in FIELDS:
        return ()
    return shown_values(FIELDS[field].of(found.match.analysed))


def _others(spell: Episode, field: str) -> tuple[str, ...]:
    group = dict(zip(spell.told.group_by, spell.told.group, strict=False))
    if field in group:
        return (group[field],) if group[field] != MISSING else ()
    return spell.marks.get(field, ())


def shown_values(value: object) -> tuple[str, ...]:
    """Return the values of a field as texts: none if it is missing, several if it holds several."""
    if value is None:
        return ()
    if isinstance(value, tuple):
        return tuple(str(one) for one in value)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return (str(value).strip(),) if str(value).strip() else ()


def _notice(rule: Rule) -> str:
    label = rule.labels.get(NOTICE_LABEL)
    return label.source if label is not None else rule.name
