"""Which groups of a rule are counted, and since when: at most so many, so that no rule fills the ledger."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Final

from pipeline.detect.memory import WHOLE, Memory
from pipeline.model import Match

_KNOWN: Final = 200_000


class Groups:
    """The groups that have open windows, *most* of each rule; those asked about lately are kept in memory."""

    def __init__(self, memory: Memory, most: int) -> None:
        self._memory, self._most = memory, most
        self.clear()

    def clear(self) -> None:
        """Forget what may have been rolled back, or let go."""
        self._known: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._counts: dict[str, int] | None = None
        self._firsts: dict[str, datetime] = {}

    def admit(self, rule: str, group: str, match: Match) -> bool:
        """Say whether hits of *group* are counted; a new group is noted, if there is room for it."""
        first = self.group_first(rule, group)
        if first is None and not self._room(rule):
            return False
        if first is None or match.at < first:
            self._memory.keep_watched(rule, group, match.at, match.known_at)
            self._remember(rule, group, match.at)
        whole = self.first(rule)
        if whole is None or match.at < whole:
            self._memory.keep_watched(rule, WHOLE, match.at, match.known_at)
            self._firsts[rule] = match.at
        return True

    def first(self, rule: str) -> datetime | None:
        """Return the event time of the rule's first hit."""
        if rule not in self._firsts and (found := self._memory.watched(rule, WHOLE)) is not None:
            self._firsts[rule] = found
        return self._firsts.get(rule)

    def group_first(self, rule: str, group: str) -> datetime | None:
        """Return the event time of the group's first hit."""
        known = self._known.get((rule, group))
        if known is None and (known := self._memory.watched(rule, group)) is not None:
            self._remember(rule, group, known)
        return known

    def _room(self, rule: str) -> bool:
        """Take a place for one more group; False if there is none."""
        if self._counts is None:
            self._counts = dict(self._memory.groups())
        taken = self._counts.get(rule, 0)
        if taken < self._most:
            self._counts[rule] = taken + 1
        return taken < self._most

    def _remember(self, rule: str, group: str, first: datetime) -> None:
        self._known[rule, group] = first
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
