"""A slow and obvious evaluator of rules, written from the paper (RULES §3.2): no windows, no timers, no storage.

All times are whole minutes, so a condition can be asked for at every minute. Whatever is asked is worked out anew
from all that is known by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from pipeline.model import FIELDS, Level, Match, Op
from pipeline.rulebook.rule import (
    Cardinality,
    Change,
    Deadline,
    Flatline,
    Growth,
    NewTerm,
    Percentage,
    Rule,
    RuleType,
    Sequence,
    Spike,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Said:
    """One alert, as far as it matters."""

    at: datetime
    turn: str
    group: tuple[str, ...]
    level: Level
    active_at: datetime
    count: int


@dataclass(frozen=True)
class Seen:
    """What holds at a moment: what it counts, and by which number it is the fuller."""

    count: float
    weight: float
    delta: float = 0.0


@dataclass
class Spell:
    group: tuple[str, ...]
    key: object
    level: Level
    active: datetime
    last: datetime
    heard: datetime
    count: int
    told_active: datetime
    told_count: int
    firing: bool = True
    stage: int = 0
    lasting: bool = False


class Evaluator:
    """Evaluates one rule over one history."""

    def __init__(self, rule: Rule, begin: datetime, registered: dict[str, datetime]) -> None:
        self.rule, self.begin, self.registered = rule, begin, registered
        self.known: list[Match] = []
        self.spells: list[Spell] = []
        self.said: list[Said] = []
        self.now = begin

    def evaluate(self, history: Iterable[Match], end: datetime) -> list[Said]:
        """Return all that is said until *end* about *history*, in whatever order it is given."""
        unique = {match.id: match for match in history}
        for match in sorted(unique.values(), key=lambda match: (match.known_at, match.id)):
            self.pass_time(match.known_at)
            if self.admitted(match):
                self.known.append(match)
                self.react(match)
        self.pass_time(end)
        return self.said

    # Time

    def pass_time(self, until: datetime) -> None:
        """Go through the minutes up to *until*: what is over ends, then what is due comes."""
        while self.now <= until:
            for spell in sorted((s for s in self.spells if s.firing), key=lambda s: s.active):
                if not spell.lasting and max(spell.last, spell.heard) + self.rule.resolve_after <= self.now:
                    self.close(spell)
            self.look(self.now)
            if self.now == until:
                return
            self.now += MINUTE

    def look(self, now: datetime) -> None:
        kind = self.rule.type
        if kind is RuleType.FLATLINE:
            for key in self.registered:
                self.stages((key,), key, self.silent_stages(key), now)
        elif kind is RuleType.DEADLINE:
            for group in {match.group for match in self.known}:
                self.stages(group, group, self.due_stages(group), now)
        elif self.ebbs():
            for group in {match.group for match in self.known}:
                left = any(hit.at + self.rule.timeframe == now > hit.known_at for hit in self.counted(group))
                if left and (seen := self.holds(group, now)):
                    self.found(group, group, now, now, now, seen)
        elif self.rule.hold_for and kind is RuleType.FREQUENCY:
            for group in {match.group for match in self.known}:
                start = now - self.rule.hold_for
                just_now = self.lasted(group, start, now) and not self.lasted(group, start - MINUTE, now - MINUTE)
                if just_now and not self.holding(group, start) and (seen := self.holds(group, now)):
                    self.open(group, group, start, max(m.at for m in self.counted(group)), now, seen)

    # Conditions

    def counted(self, group: tuple[str, ...]) -> list[Match]:
        """Return the matches of a group that windows may count."""
        return [
            match
            for match in self.known
            if match.group == group
            and (self.rule.type is RuleType.ANY or match.known_at - match.at <= self.rule.allowed_lateness)
        ]

    def window(self, group: tuple[str, ...], t: datetime, shift: timedelta = timedelta(0)) -> list[Match]:
        """Return what is in (t − timeframe, t], all of it *shift* earlier."""
        until = t - shift
        return [m for m in self.counted(group) if until - self.rule.timeframe < m.at <= until]

    def voices(self, group: tuple[str, ...], t: datetime, shift: timedelta = timedelta(0)) -> int:
        return len({m.member for m in self.window(group, t, shift)})

    def holds(self, group: tuple[str, ...], t: datetime) -> Seen | None:
        """Say whether the condition of a windowed type holds at *t*."""
        rule, spec = self.rule, self.rule.spec
        if isinstance(spec, Cardinality):
            values = {v for m in self.window(group, t) if (v := FIELDS[spec.field].of(m.analysed)) is not None}
            if spec.gte is not None and len(values) >= spec.gte:
                return Seen(len(values), len(values))
            begun = any(m.at <= t - rule.timeframe for m in self.counted(group))
            return (
                Seen(len(values), -len(values)) if spec.lte is not None and len(values) <= spec.lte and begun else None
            )
        if isinstance(spec, Spike):
            return self.spikes(group, t, spec)
        if isinstance(spec, Percentage):
            below = {m.member for m in self.window(group, t)}
            above = {m.member for m in self.window(group, t) if "match" in m.parts}
            if len(below) < spec.min_denominator:
                return None
            share = 100 * len(above) / len(below)
            if spec.gte is not None and share >= spec.gte:
                return Seen(len(above), share)
            return Seen(len(above), -share) if spec.lte is not None and share <= spec.lte else None
        if isinstance(spec, Sequence):
            window = sorted(self.window(group, t), key=lambda m: m.at)
            if not takes_steps(window, spec):
                return None
            return Seen(self.voices(group, t), self.voices(group, t))
        if isinstance(spec, Growth):
            return self.grows(group, t, spec)
        count = self.voices(group, t)
        needed = rule.num_events if rule.type is RuleType.FREQUENCY else 1
        return Seen(count, count) if count >= needed else None

    def spikes(self, group: tuple[str, ...], t: datetime, spec: Spike) -> Seen | None:
        current, frame = self.voices(group, t), self.rule.timeframe
        first = min(m.at for m in self.known if m.known_at - m.at <= self.rule.allowed_lateness)
        if spec.reference.mode == "previous":
            reference = float(self.voices(group, t, frame)) if first <= t - 2 * frame else None
        else:
            days = range(1, spec.reference.days + 1)
            enough = first <= t - spec.reference.days * DAY - frame
            reference = float(median(self.voices(group, t, day * DAY) for day in days)) if enough else None
        if spec.direction in ("up", "both") and current >= spec.threshold_cur:
            if reference is None and spec.cold_start == "threshold_only":
                return Seen(current, current)
            if reference is not None and current >= spec.height * max(reference, spec.ref_floor):
                return Seen(current, current)
        low = reference is not None and reference >= max(spec.threshold_cur, spec.height * max(current, spec.ref_floor))
        return Seen(current, -current) if low and spec.direction in ("down", "both") else None

    def grows(self, group: tuple[str, ...], t: datetime, spec: Growth) -> Seen | None:
        posts: dict[str, list[tuple[datetime, float]]] = {}
        for m in self.known:
            value = FIELDS[spec.metric].of(m.analysed)
            at = m.analysed.post.engagement.at
            if isinstance(value, int) and at is not None and self.home(m) == group and at <= t:
                posts.setdefault(m.analysed.post.id, []).append((at, value))
        delta = base = 0.0
        grown = 0
        for samples in posts.values():
            samples.sort()
            before = [s for s in samples if s[0] <= t - self.rule.timeframe] or samples[:1]
            if before[-1] != samples[-1] and samples[-1][0] > before[-1][0]:
                grown += 1
                delta += max(samples[-1][1] - before[-1][1], 0)
                base += before[-1][1]
        if not grown:
            return None
        ratio = (base + delta) / base if base else 0
        by_ratio = spec.ratio is not None and base >= spec.min_base and ratio >= spec.ratio
        by_delta = spec.delta is not None and delta >= spec.delta
        return Seen(grown, delta, delta) if by_ratio or by_delta else None

    def home(self, match: Match) -> tuple[str, ...] | None:
        """Return the group in which the post of a sample was found first."""
        first = next((m for m in self.known if m.analysed.post.id == match.analysed.post.id
                      and m.analysed.post.op is Op.UPSERT), None)  # fmt: skip
        return first.group if first is not None else None

    def lasted(self, group: tuple[str, ...], start: datetime, now: datetime) -> bool:
        minutes = int((now - start) / MINUTE)
        return all(self.holds(group, start + n * MINUTE) for n in range(minutes + 1))

    def ebbs(self) -> bool:
        spec = self.rule.spec
        lower = isinstance(spec, Cardinality) and spec.lte is not None
        return lower or (isinstance(spec, Spike) and spec.direction != "up")

    # Matches

    def admitted(self, match: Match) -> bool:
        """Say whether a match may count at all: not too old, and of a post not yet counted."""
        kind = self.rule.type
        if kind is RuleType.GROWTH:
            at = match.analysed.post.engagement.at
            in_time = at is not None and match.known_at - at <= self.rule.allowed_lateness
            return in_time and (match.analysed.post.op is Op.UPSERT or self.home(match) is not None)
        if kind in (RuleType.FLATLINE, RuleType.DEADLINE):
            return True
        return match.known_at - match.at <= self.rule.max_event_age

    def react(self, match: Match) -> None:
        kind, now = self.rule.type, match.known_at
        if kind in (RuleType.FLATLINE, RuleType.DEADLINE):
            self.look(now)
        elif kind is RuleType.NEW_TERM:
            self.new_term(match)
        elif kind is RuleType.CHANGE:
            self.change(match)
        elif kind is RuleType.GROWTH:
            self.sampled(match)
        elif kind is RuleType.ANY and not self.rule.timeframe:
            self.found(match.group, match.group, match.at, match.at, now, Seen(1, 1), adds=1)
        else:
            self.windowed(match)

    def windowed(self, match: Match) -> None:
        group, now, rule = match.group, match.known_at, self.rule
        counts = rule.type is RuleType.ANY or now - match.at <= rule.allowed_lateness
        steady = not self.ebbs() and (rule.type is not RuleType.PERCENTAGE or "match" in match.parts) and counts
        moments = (
            {m.at for m in self.counted(group) if match.at <= m.at < match.at + rule.timeframe} if counts else set()
        )
        if self.ebbs() and counts:
            gone = {m.at + rule.timeframe for m in self.counted(group)}
            moments |= {t for t in gone if match.at <= t <= min(now, match.at + 2 * rule.timeframe)}
        held = [(t, seen) for t in sorted(moments) if (seen := self.holds(group, t))]
        if held:
            peak = max((seen for _, seen in held), key=lambda seen: seen.weight)
            if rule.hold_for and not self.holding(group, held[0][0]):
                self.perhaps_lasted(match)
            else:
                self.found(group, group, held[0][0], match.at, now, peak)
        elif steady and (spell := self.holding(group, match.at)):
            self.join(spell, None, match.at, now, None)

    def perhaps_lasted(self, match: Match) -> None:
        """A late post may show that the condition had held long enough before."""
        rule, now, group = self.rule, match.known_at, match.group
        start, last = match.at - rule.hold_for, max(match.at, min(now, match.at + rule.timeframe + rule.hold_for))
        while start + rule.hold_for <= last:
            if self.lasted(group, start, start + rule.hold_for):
                seen = self.holds(group, start + rule.hold_for)
                assert seen is not None
                self.found(group, group, start, match.at, now, seen)
                return
            start += MINUTE

    def sampled(self, match: Match) -> None:
        at = match.analysed.post.engagement.at
        group = self.home(match)
        if at is None or group is None:
            return
        samples = {m.analysed.post.engagement.at for m in self.known if self.home(m) == group}
        moments = sorted(t for t in samples if t is not None and at <= t < at + self.rule.timeframe)
        held = [(t, seen) for t in moments if (seen := self.holds(group, t))]
        if held:
            peak = max((seen for _, seen in held), key=lambda seen: seen.weight)
            self.found(group, group, held[0][0], at, match.known_at, peak)

    def new_term(self, match: Match) -> None:
        spec = self.rule.spec
        assert isinstance(spec, NewTerm)
        value = FIELDS[spec.field].of(match.analysed)
        if value is None or match.known_at - match.at > self.rule.allowed_lateness:
            return
        of_value = [m for m in self.counted(match.group) if FIELDS[spec.field].of(m.analysed) == value]
        people = {m.member for m in of_value if match.at - spec.lookback < m.at <= match.at}
        before = {m.member for m in of_value if match.at - spec.lookback < m.at < match.at}
        if len(people) >= spec.min_people > len(before):
            seen = Seen(len(people), len(people))
            self.found(match.group, (match.group, value), match.at, match.at, match.known_at, seen)

    def change(self, match: Match) -> None:
        spec = self.rule.spec
        assert isinstance(spec, Change)
        if match.known_at - match.at > self.rule.allowed_lateness:
            return

        def changes(matches: list[Match]) -> list[datetime]:
            said = [(m.at, m.analysed.post.id, FIELDS[spec.field].of(m.analysed)) for m in matches]
            row = sorted(one for one in said if one[2] is not None or not spec.ignore_null)
            return [now[0] for before, now in pairwise(row) if before[2] != now[2]]

        now = changes(self.counted(match.group))
        before = changes([m for m in self.counted(match.group) if m is not match])
        gained = len(now) - len(before)
        if gained > 0:
            at = min(t for t in now if t >= match.at)
            self.found(match.group, match.group, at, match.at, match.known_at, Seen(gained, gained), adds=gained)

    # Silences and deadlines

    def silent_stages(self, key: str) -> list[datetime]:
        spec = self.rule.spec
        assert isinstance(spec, Flatline)
        voices = {m.member for m in self.known if m.group == (key,)}
        heard = [max(m.at for m in self.known if m.group == (key,) and m.member == voice) for voice in voices]
        heard.sort(reverse=True)
        since = heard[spec.threshold - 1] if len(heard) >= spec.threshold else self.registered[key]
        return [since + stage.after.span for stage in spec.stages]

    def due_stages(self, group: tuple[str, ...]) -> list[datetime]:
        spec = self.rule.spec
        assert isinstance(spec, Deadline)
        events = sorted(
            (m.at, {"start": 0, "until": 1}[part]) for m in self.known if m.group == group for part in m.parts
        )
        begun: datetime | None = None
        for at, ends in events:
            begun = None if ends else begun or at
        return [begun + spec.within.span * stage.at for stage in spec.stages] if begun is not None else []

    def stages(self, group: tuple[str, ...], key: object, dues: list[datetime], now: datetime) -> None:
        """Compare the stages that are reached now with what was said of them."""
        spec = self.rule.spec
        assert isinstance(spec, (Flatline, Deadline))
        reached = [due for due in dues if due <= now]
        spell = next((s for s in self.spells if s.key == key and s.firing), None)
        if not reached:
            if spell is not None:
                self.close(spell, now)
            return
        level = spec.stages[len(reached) - 1].level
        if spell is None:
            self.begin_spell(group, key, reached[0], reached[0], now, 1, level, stage=len(reached), lasting=True)
        elif len(reached) > spell.stage:
            spell.stage = len(reached)
            self.join(spell, reached[0], reached[0], now, Seen(1, 1), level=level, staged=True)

    # Spells

    def holding(self, key: object, at: datetime) -> Spell | None:
        def takes(spell: Spell) -> bool:
            until = spell.last + self.rule.resolve_after if spell.firing else spell.last
            return spell.key == key and spell.active - self.rule.timeframe <= at <= until

        return next((s for s in sorted(self.spells, key=lambda s: s.last, reverse=True) if takes(s)), None)

    def found(
        self, group: tuple[str, ...], key: object, reached: datetime, at: datetime, now: datetime, seen: Seen,
        adds: int = 0,
    ) -> None:  # fmt: skip
        spell = self.holding(key, reached)
        if spell is not None:
            self.join(spell, reached, at, now, seen, adds=adds)
        else:
            self.open(group, key, reached, at, now, seen)

    def open(
        self, group: tuple[str, ...], key: object, reached: datetime, at: datetime, now: datetime, seen: Seen
    ) -> None:
        level = self.level(self.rule.level, int(seen.count), seen)
        self.begin_spell(group, key, reached, max(at, reached), now, int(seen.count), level)

    def begin_spell(
        self, group: tuple[str, ...], key: object, active: datetime, last: datetime, now: datetime, count: int,
        level: Level, stage: int = 0, *, lasting: bool = False,
    ) -> None:  # fmt: skip
        spell = Spell(group, key, level, active, last, now, count, active, count, stage=stage, lasting=lasting)
        self.spells.append(spell)
        self.say(spell, "opened", now)

    def join(
        self, spell: Spell, reached: datetime | None, at: datetime, now: datetime, seen: Seen | None, *, adds: int = 0,
        level: Level | None = None, staged: bool = False,
    ) -> None:  # fmt: skip
        counted = spell.count + adds if adds else int(seen.count) if seen else spell.count
        louder = level or self.level(self.rule.level, max(counted, spell.count), seen)
        raised = louder.louder_than(spell.level)
        spell.level = louder if raised else spell.level
        spell.active = min(spell.active, reached or spell.active)
        spell.last, spell.heard = max(spell.last, at), max(spell.heard, now)
        spell.count = max(spell.count, counted)
        if raised:
            self.say(spell, "raised", now)
        elif (
            spell.active < spell.told_active
            or spell.count >= max(1.25 * spell.told_count, spell.told_count + 1)
            or staged
        ):
            self.say(spell, "grew", now)

    def close(self, spell: Spell, at: datetime | None = None) -> None:
        spell.firing = False
        self.say(spell, "quiet", at or max(spell.last, spell.heard) + self.rule.resolve_after)

    def say(self, spell: Spell, turn: str, at: datetime) -> None:
        spell.told_active, spell.told_count = spell.active, spell.count
        self.said.append(Said(at, turn, spell.group, spell.level, spell.active, spell.count))

    def level(self, base: Level, count: int, seen: Seen | None) -> Level:
        names = {"count": count, "delta": seen.delta if seen else None}
        louder = [step.level for step in self.rule.level_if if step.when.value(names)]
        return min([base, *louder], key=lambda level: level.value)


def takes_steps(window: list[Match], spec: Sequence) -> bool:
    """Say whether some choice of matches takes the steps, in order of time if that is asked: try them all."""
    if not spec.steps:
        return True

    def after(step: int, since: datetime | None) -> bool:
        if step == len(spec.steps):
            return True
        fitting = [m for m in window if spec.steps[step] in m.signals]
        later = [m for m in fitting if not spec.ordered or since is None or m.at >= since]
        return any(after(step + 1, m.at) for m in later)

    return after(0, None)
