"""The types that count hits in windows, or look at the values of a group one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace as replaced

from pipeline.detect.found import Found, alone, evidence_of
from pipeline.detect.groups import Groups
from pipeline.detect.measure import BOTH, OF, SEPARATOR, Measure, Reach, Reading, measure, stretches
from pipeline.detect.memory import WHOLE, Memory, Record, Ringing
from pipeline.detect.spells import Spells
from pipeline.detect.suppress import shown_values
from pipeline.detect.track import Hit
from pipeline.detect.warm import Warm
from pipeline.model import FIELDS, Alert, Match, Op, Reader, digest, encode
from pipeline.rulebook.rule import Cardinality, Change, Growth, NewTerm, Rule, RuleType, Sequence, Spike
from pipeline.workdays import Workdays

FOR, LEAVE = "for", "leave"
_ONE: Final = Reading(1, 1)
_DAY: Final = timedelta(days=1)
_SINGLE: Final = (RuleType.NEW_TERM, RuleType.CHANGE)


class Counting:
    """Judges hits of all types but flatline and deadline. *dropped* counts, by rule, hits of groups too many."""

    def __init__(self, memory: Memory, spells: Spells, workdays: Workdays, most_groups: int) -> None:
        self._memory, self._spells, self._workdays = memory, spells, workdays
        self._warm = Warm()
        self._groups = Groups(memory, most_groups)
        self._matches = Reader(Match)
        self.dropped: Counter[str] = Counter()

    def forget(self) -> None:
        """Forget what may have been rolled back."""
        self._warm.clear()
        self._groups.clear()

    def tidied(self) -> None:
        """Learn that old groups were let go."""
        self._groups.clear()

    def hear(self, rule: Rule, match: Match, partition: int) -> list[Alert]:
        """Take in a hit."""
        if rule.type is RuleType.GROWTH:
            return self._sample(rule, match, partition)
        if match.known_at - match.at > rule.max_event_age:
            return []  # an old text found again, which search still shows
        if rule.type is RuleType.NEW_TERM:
            return self._terms(rule, match, partition)
        if rule.type is RuleType.CHANGE:
            return self._change(rule, match, partition)
        return self._count(rule, match, partition)

    def ring(self, rule: Rule, ringing: Ringing) -> list[Alert]:
        """Let the time that a condition must hold pass, or a hit leave its window."""
        match = self._matches.read(ringing.body)
        if ringing.kind == LEAVE:
            return self._ebb(rule, match, ringing)
        self._memory.drop_timer(ringing.rule, ringing.group, ringing.kind)
        return self._held_on(rule, match, ringing)

    # Windows

    def _count(self, rule: Rule, match: Match, partition: int) -> list[Alert]:
        windowed = bool(rule.timeframe)
        counts = rule.type is RuleType.ANY or match.known_at - match.at <= rule.allowed_lateness
        key = match.key
        if windowed and counts and not self._admitted(rule, key, match):
            counts = False
        # What no longer counts is kept in no window: only so that it is judged once.
        kept_in = key if counts else WHOLE
        mark = _mark(rule, match)
        new = self._memory.keep_hit(match, evidence_of(match), Record(match.counts_as, kept_in, match.at, mark))
        if not new and self._memory.judged_before(match):
            return []
        found = Found(rule, key, match.group, match.at, match.known_at, partition, None, match, new=new)
        if rule.immediate_if is not None and rule.immediate_if.value(found.names(1)):
            measured = self._taken_in(rule, match, key, mark) if new and windowed and counts else None
            together = measured.reach(match.at, match.known_at) if measured else None
            return self._told(found, together or Reach(match.at, _ONE), steady=True, at_once=True)
        if not new or not counts:
            return self._told(found, None, steady=counts and mark != OF and not _ebbs(rule))
        if not windowed:
            return self._told(found, Reach(match.at, _ONE), steady=True)
        measured = self._taken_in(rule, match, key, mark)
        reached = measured.reach(match.at, match.known_at)
        if measured.ebbs:
            self._wait_for_leave(rule, match, key, partition)
        return self._told(found, reached, steady=measured.steady and mark != OF, measured=measured)

    def _told(
        self,
        found: Found,
        reached: Reach | None,
        *,
        steady: bool,
        measured: Measure | None = None,
        at_once: bool = False,
    ) -> list[Alert]:
        """Join the episode that *found* belongs to; open one if the condition holds, and for long enough.

        A *steady* hit joins also where the condition does not hold; *at_once* nothing is waited for.
        """
        found = replace(found, reach=reached, alone=reached is not None and alone(found.rule, reached))
        spell = self._spells.holding(found)
        if spell is not None:
            return self._spells.join(found, spell) if reached is not None or steady else []
        hold = found.rule.hold_for
        if at_once or not hold:
            return self._spells.open(found) if reached is not None else []
        if measured is None:
            return self._later(found, reached) if reached is not None else []
        if found.match is not None:
            found = replace(found, seed=found.seed or (found.match.analysed.post.id,))
        since = found.at - hold
        until = max(found.at, min(found.known_at, found.at + measured.span + hold))
        return self._lasted(found, measured, since, until)

    def _lasted(self, found: Found, measured: Measure, since: datetime, until: datetime) -> list[Alert]:
        """Open an episode if the condition held for as long as the rule asks; wait if it still may."""
        hold = found.rule.hold_for
        for stretch in stretches(measured, since, until):
            enough = until - stretch.start >= hold if stretch.end is None else stretch.end - stretch.start > hold
            reading = measured.reading(stretch.start + hold) if enough else None
            if reading is not None:
                reached = Reach(stretch.start, reading)
                lasted = replace(
                    found, reach=reached, alone=alone(found.rule, reached), timely_at=stretch.start + hold,
                    seed=(*found.seed, stretch.start.isoformat()),
                )  # fmt: skip
                spell = self._spells.holding(lasted)
                if spell is None:
                    return self._spells.open(lasted)
                return self._spells.join(lasted, spell) if found.new else []
            if stretch.end is None and until >= found.known_at:
                self._wait(found, stretch.start + hold)
        return []

    def _later(self, found: Found, reached: Reach) -> list[Alert]:
        """What happens once does not cease: it is told when the rule's time has passed."""
        due = reached.at + found.rule.hold_for
        if due <= found.known_at:
            return self._spells.open(replace(found, timely_at=due))
        self._wait(found, due)
        return []

    def _wait(self, found: Found, due: datetime) -> None:
        assert found.match is not None  # noqa: S101 # only hits wait
        body = encode(found.match)
        self._memory.set_timer(found.rule.id, found.key, FOR, max(due, found.known_at), body, found.partition)

    def _held_on(self, rule: Rule, match: Match, ringing: Ringing) -> list[Alert]:
        now, hold = ringing.due, rule.hold_for
        seed = (match.analysed.post.id,)
        found = Found(
            rule, ringing.group, match.group, match.at, now, ringing.partition, None, match, new=False, seed=seed
        )
        if not rule.timeframe or rule.type in _SINGLE:
            reached = Reach(max(match.at, now - hold), _ONE)
            found = replace(found, reach=reached, alone=True, timely_at=now, why=_single(rule, match))
            return [] if self._spells.holding(found) is not None else self._spells.open(found)
        measured = self._warm.asked((rule.id, ringing.group), now - hold, *self._sources(rule, ringing.group))
        return self._lasted(replace(found, at=measured.track.newest or match.at), measured, now - hold, now)

    def _wait_for_leave(self, rule: Rule, match: Match, key: str, partition: int) -> None:
        first = self._memory.next_hit(rule.id, key, match.known_at - rule.timeframe)
        due = first + rule.timeframe if first is not None else None
        self._memory.set_timer(rule.id, key, LEAVE, due, encode(match), partition)

    def _ebb(self, rule: Rule, match: Match, ringing: Ringing) -> list[Alert]:
        """Ask again when a hit has left its window."""
        now = ringing.due
        measured = self._warm.asked((rule.id, ringing.group), now, *self._sources(rule, ringing.group))
        reading = measured.reading(now)
        following = self._memory.next_hit(rule.id, ringing.group, now - rule.timeframe)
        due = following + rule.timeframe if following is not None else None
        self._memory.set_timer(rule.id, ringing.group, LEAVE, due, ringing.body, ringing.partition)
        found = Found(
            rule, ringing.group, match.group, now, now, ringing.partition, None, match, new=False,
            seed=("ebb", now.isoformat()),
        )  # fmt: skip
        reached = Reach(now, reading) if reading is not None else None
        return self._told(found, reached, steady=False, measured=measured)

    def _taken_in(self, rule: Rule, match: Match, key: str, mark: str) -> Measure:
        hit = Hit(match.at, match.member, mark)
        return self._warm.taken_in((rule.id, key), hit, rule.hold_for, *self._sources(rule, key))

    def _sources(self, rule: Rule, key: str) -> tuple[_Make, _Stored]:
        return _Make(rule, _Past(self._memory, self._groups, rule, key), self._workdays), _Stored(
            self._memory, rule, key
        )

    def _admitted(self, rule: Rule, key: str, match: Match) -> bool:
        """Say whether a group is counted; of one too many its owner is to hear."""
        admitted = self._groups.admit(rule.id, key, match)
        if not admitted:
            self.dropped[rule.id] += 1
        return admitted

    # Growth

    def _sample(self, rule: Rule, match: Match, partition: int) -> list[Alert]:
        """Take in what a post was counted at. Mere counts belong to the groups that their post was found in."""
        spec, post = rule.spec, match.analysed.post
        assert isinstance(spec, Growth)  # noqa: S101 # the rulebook gives each type its spec
        value = FIELDS[spec.metric].of(match.analysed)
        at = post.engagement.at or post.fetched_at
        if not isinstance(value, (int, float)) or match.known_at - at > min(rule.max_event_age, rule.allowed_lateness):
            return []
        anchor = self._memory.doc_of(rule.id, post.id)
        if anchor is None and post.op is Op.OBSERVE:
            return []  # of a post that the rule does not look at
        anchor = anchor or match
        key = anchor.key
        if not self._admitted(rule, key, match):
            return []
        if post.op is not Op.OBSERVE:
            self._memory.keep_hit(match, evidence_of(match), Record(post.id, WHOLE, match.at, "", encode(match)))
        counted = replaced(match, member=post.id)
        record = Record(f"{post.id}@{at.isoformat()}", key, at, str(float(value)))
        if not self._memory.keep_hit(counted, evidence_of(anchor), record):
            return []
        hit = Hit(at, post.id, record.mark)
        measured = self._warm.taken_in((rule.id, key), hit, rule.hold_for, *self._sources(rule, key))
        reached = measured.reach(at, match.known_at)
        found = Found(
            rule, key, anchor.group, at, match.known_at, partition, None, _seen_in(anchor, match),
            seed=(post.id, at.isoformat()),
        )  # fmt: skip
        return self._told(found, reached, steady=False, measured=measured)

    # Values

    def _terms(self, rule: Rule, match: Match, partition: int) -> list[Alert]:
        """Each value of the field is on its own: a new one is told whatever other new ones are open."""
        spec = rule.spec
        assert isinstance(spec, NewTerm)  # noqa: S101 # the rulebook gives each type its spec
        alerts: list[Alert] = []
        for value in shown_values(FIELDS[spec.field].of(match.analysed)):
            alerts += self._term(rule, spec, match, value, partition)
        return alerts

    def _term(self, rule: Rule, spec: NewTerm, match: Match, value: str, partition: int) -> list[Alert]:
        key = digest(rule.id, *match.group, value)
        if match.known_at - match.at > rule.allowed_lateness or not self._admitted(rule, key, match):
            return []
        post = match.analysed.post
        match = replaced(match, member=match.member if rule.count_by != "id" else post.author.key or post.id)
        record = Record(f"{post.id}#{digest(value)[:12]}", key, match.at, value)
        if not self._memory.keep_hit(match, evidence_of(match), record):
            return []
        window = rule.timeframe or spec.lookback
        people = {hit.member for hit in self._memory.hits(rule.id, key, match.at - window, until=match.at)}
        before = self._memory.hits(rule.id, key, match.at - spec.lookback, before=match.at)
        if rule.timeframe:
            known = any(hit.at <= match.at - rule.timeframe for hit in before)
        else:
            known = len({hit.member for hit in before}) >= spec.min_people
        reached = None if known or len(people) < spec.min_people else Reach(match.at, Reading(len(people), len(people)))
        found = Found(
            rule, key, match.group, match.at, match.known_at, partition, None, match,
            seed=(match.analysed.post.id, value), why=f"“{spec.field}”出现新值“{value}”，{len(people)} 人提及",
        )  # fmt: skip
        return self._told(found, reached, steady=False)

    def _change(self, rule: Rule, match: Match, partition: int) -> list[Alert]:
        spec = rule.spec
        assert isinstance(spec, Change)  # noqa: S101 # the rulebook gives each type its spec
        value = SEPARATOR.join(shown_values(FIELDS[spec.field].of(match.analysed)))
        if match.known_at - match.at > rule.allowed_lateness or not self._admitted(rule, match.key, match):
            return []
        id_ = f"{match.analysed.post.id}#{match.analysed.post.rev}"
        if not self._memory.keep_hit(match, evidence_of(match), Record(id_, match.key, match.at, value)):
            return []
        if not value and spec.ignore_null:
            return []
        before, after = self._memory.neighbours(rule.id, match.key, id_, match.at, marked=spec.ignore_null)
        changes = [
            (later.at, earlier.mark, later.mark)
            for earlier, later in ((before, Hit(match.at, "", value)), (Hit(match.at, "", value), after))
            if earlier is not None and later is not None and earlier.mark != later.mark
            and (not rule.timeframe or later.at - earlier.at < rule.timeframe)
        ]  # fmt: skip
        known = before is not None and after is not None and before.mark != after.mark
        if len(changes) <= known:
            return []  # nothing, or only an earlier date of a change that is known
        at, old, new = changes[0]
        found = Found(
            rule, match.key, match.group, at, match.known_at, partition, None, match, seed=(id_,),
            why=f"“{spec.field}”由“{_said(old)}”变为“{_said(new)}”",
        )  # fmt: skip
        gained = len(changes) - known
        return self._told(found, Reach(at, Reading(gained, gained)), steady=False)


class _Past:
    """What a measure may ask about hits that are no longer warm."""

    def __init__(self, memory: Memory, groups: Groups, rule: Rule, key: str) -> None:
        self._memory, self._groups, self._rule, self._key = memory, groups, rule.id, key

    def distinct(self, after: datetime, until: datetime) -> int:
        return self._memory.distinct(self._rule, self._key, after, until)

    def first(self) -> datetime | None:
        return self._groups.group_first(self._rule, self._key)

    def rule_first(self) -> datetime | None:
        return self._groups.first(self._rule)


class _Make:
    def __init__(self, rule: Rule, past: _Past, workdays: Workdays) -> None:
        self._rule, self._past, self._workdays = rule, past, workdays

    def __call__(self, hits: Iterable[Hit]) -> Measure:
        return measure(self._rule, hits, self._past, self._workdays)


class _Stored:
    def __init__(self, memory: Memory, rule: Rule, key: str) -> None:
        self._memory, self._rule, self._key = memory, rule.id, key

    def __call__(self, after: datetime | None, until: datetime | None) -> list[Hit]:
        return self._memory.hits(self._rule, self._key, after, until=until)


def horizon(rule: Rule) -> timedelta:
    """Return how long the hits of *rule* are needed."""
    slack = rule.allowed_lateness + rule.max_event_age + _DAY
    spec = rule.spec
    if isinstance(spec, Spike) and spec.reference.mode != "previous":
        most = 5 * spec.reference.days + 10 if spec.reference.same_daytype else spec.reference.days
        return rule.timeframe + slack + most * _DAY
    if isinstance(spec, NewTerm):
        return spec.lookback + rule.timeframe + slack
    if isinstance(spec, Change):
        return 60 * _DAY
    if rule.type is RuleType.DEADLINE:
        return 365 * _DAY
    return 2 * rule.timeframe + rule.hold_for + slack


def _mark(rule: Rule, match: Match) -> str:
    """Return what the type of *rule* counts of a hit, besides its voice."""
    spec = rule.spec
    if isinstance(spec, Cardinality):
        return SEPARATOR.join(shown_values(FIELDS[spec.field].of(match.analysed)))
    if isinstance(spec, Sequence):
        return SEPARATOR.join(step for step in spec.steps if step in match.signals)
    if rule.type is RuleType.PERCENTAGE:
        return BOTH if "match" in match.parts else OF
    return ""


def _ebbs(rule: Rule) -> bool:
    spec = rule.spec
    if isinstance(spec, Spike):
        return spec.direction != "up"
    return isinstance(spec, Cardinality) and spec.lte is not None


def _single(rule: Rule, match: Match) -> str:
    spec = rule.spec
    if isinstance(spec, (NewTerm, Change)):
        return f"“{spec.field}”为“{_said('、'.join(shown_values(FIELDS[spec.field].of(match.analysed))))}”"
    return ""


def _said(mark: str) -> str:
    return mark.replace(SEPARATOR, "、") or "空"


def _seen_in(anchor: Match, now: Match) -> Match:
    """Return the post that the rule found, with the counts that it has now."""
    post = replaced(anchor.analysed.post, engagement=now.analysed.post.engagement)
    return replaced(anchor, analysed=replaced(anchor.analysed, post=post))
