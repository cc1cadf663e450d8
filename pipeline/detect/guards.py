"""Sources that are silent themselves (``source_guard``): while they are a blind spot, no silence in them is judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from pipeline.detect.memory import Closing, Memory, Ringing
from pipeline.detect.operations import BLIND_SPOT, blind_spot
from pipeline.detect.spells import Spells
from pipeline.model import Alert, Match, Reader, digest, encode
from pipeline.rulebook.rule import Flatline, Rule

SOURCE = "source"


class Guard(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of a source whose accounts are expected: when it was heard last, and whether it is silent."""

    source: str
    heard_at: datetime
    blind: bool = False
    back_at: datetime | None = None


class Guards:
    """The sources of all flatline rules that have a ``max_gap``; for other rules nothing is ever a blind spot.

    Like the timers of keys they are kept in memory, and written when the stage has done with its batch.
    """

    def __init__(self, rules: Mapping[str, Rule], memory: Memory, spells: Spells) -> None:
        self._rules, self._memory, self._spells = rules, memory, spells
        self._read = Reader(Guard)
        # With the partition, by rule and group; None: not watched.
        self._known: dict[tuple[str, str], tuple[Guard, int] | None] = {}
        self._unwritten: set[tuple[str, str]] = set()

    def forget(self) -> None:
        """Forget what may have been rolled back, or moved by another process."""
        self._known.clear()
        self._unwritten.clear()

    def write(self) -> None:
        """Write down which sources were heard from in this batch, and when."""
        self._flush()
        self._unwritten.clear()

    def put_off(self, ringing: Ringing, due: datetime) -> None:
        """Let a timer whose rule failed ring again at *due*, as it stands on the ledger."""
        self._known.pop((ringing.rule, ringing.group), None)
        self._unwritten.discard((ringing.rule, ringing.group))
        self._memory.set_timer(ringing.rule, ringing.group, SOURCE, due, ringing.body, ringing.partition)

    def hear(self, rule: Rule, match: Match, partition: int, *, expected: bool) -> datetime | None:
        """Note that the source of *match* speaks; return when it came back if it was a blind spot.

        A source in which nobody who is *expected* was ever heard is not watched.
        """
        gap, source = flatline(rule).max_gap, match.analysed.post.source.id
        if gap is None or not source:
            return None
        group = _group(rule, source)
        before = self._guard(rule, group)
        if before is None and not expected:
            return None
        guard = before or Guard(source, match.known_at)
        heard_at = max(guard.heard_at, match.known_at)
        back = guard.blind or match.known_at - guard.heard_at >= gap
        now = Guard(source, heard_at, back_at=heard_at if back else guard.back_at)
        self._keep(rule, group, now, partition, at_once=before is None or guard.blind)
        return heard_at if guard.blind else None

    def watches(self, source: str) -> bool:
        """Return whether some rule would notice that *source* is heard again."""
        guarding = (rule for rule in self._rules.values() if flatline(rule).max_gap is not None)
        return any(self._guard(rule, _group(rule, source)) is not None for rule in guarding)

    def end(self, source: str, partition: int, now: datetime) -> list[Alert]:
        """End the blind spot that *source* was, if it was told of."""
        group = digest(BLIND_SPOT, source)
        spell = self._spells.current(BLIND_SPOT, group)
        return self._spells.close(Closing(BLIND_SPOT, group, partition, spell), now) if spell is not None else []

    def ring(self, ringing: Ringing) -> list[Alert]:
        """Let a source become a blind spot, unless it was heard from."""
        rule = self._rules.get(ringing.rule)
        guard = self._guard(rule, ringing.group) if rule is not None else None
        gap = flatline(rule).max_gap if rule is not None else None
        if rule is None or guard is None or gap is None:
            self._drop(ringing)
            return []
        blind = guard.heard_at + gap <= ringing.due
        now = msgspec.structs.replace(guard, blind=blind)
        self._keep(rule, ringing.group, now, ringing.partition, at_once=True)
        group = digest(BLIND_SPOT, guard.source)
        if not blind or self._spells.current(BLIND_SPOT, group) is not None:  # another rule has said so
            return []
        told = blind_spot(rule, guard.source, guard.heard_at, gap, ringing.due)
        return self._spells.begin(group, told, ringing.partition)

    def not_before(self, rule: Rule, source: str, now: datetime) -> datetime | None:
        """Return when a silence in *source* may be judged: now, later, or (None) not while the source is silent itself.

        A key that was never heard has no source ("") of its own: it is judged unless all sources of the rule are
        silent.
        """
        gap = flatline(rule).max_gap
        if gap is None:
            return now
        self._flush()
        guards = [self._read.read(ringing.body) for ringing in self._memory.timers(SOURCE, rule.id)]
        ours = [guard for guard in guards if source in ("", guard.source)]
        if not ours:
            return now
        if all(guard.blind or guard.heard_at + gap <= now for guard in ours):
            return None
        settled = [guard.back_at + gap for guard in ours if guard.back_at is not None]
        return max([now, *settled])

    def _guard(self, rule: Rule, group: str) -> Guard | None:
        if (rule.id, group) not in self._known:
            kept = self._memory.ringing(rule.id, group, SOURCE)
            self._known[rule.id, group] = (self._read.read(kept[2]), kept[1]) if kept is not None else None
        known = self._known[rule.id, group]
        return known[0] if known is not None else None

    def _keep(self, rule: Rule, group: str, guard: Guard, partition: int, *, at_once: bool) -> None:
        """Note of a source what is known now; *at_once* if its timer is to be seen before the batch is done."""
        known = self._known.get((rule.id, group))
        self._known[rule.id, group] = (guard, partition)
        self._unwritten.add((rule.id, group))
        if at_once or known is None or known[1] != partition:
            self._put(rule.id, group, guard, partition)

    def _drop(self, ringing: Ringing) -> None:
        self._memory.drop_timer(ringing.rule, ringing.group, SOURCE)
        self._known.pop((ringing.rule, ringing.group), None)
        self._unwritten.discard((ringing.rule, ringing.group))

    def _flush(self) -> None:
        for rule, group in self._unwritten:
            if (known := self._known.get((rule, group))) is not None:
                self._put(rule, group, *known)

    def _put(self, rule: str, group: str, guard: Guard, partition: int) -> None:
        gap = flatline(self._rules[rule]).max_gap
        if gap is not None:
            due = None if guard.blind else guard.heard_at + gap
            self._memory.set_timer(rule, group, SOURCE, due, encode(guard), partition)


def flatline(rule: Rule) -> Flatline:
    """Return what a rule of this type asks for."""
    assert isinstance(rule.spec, Flatline)  # noqa: S101 # the rulebook gives each type its spec
    return rule.spec


def _group(rule: Rule, source: str) -> str:
    return digest("source", rule.id, source)
