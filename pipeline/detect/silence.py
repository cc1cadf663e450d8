"""Silences (``flatline``): each key that is expected to be heard from has a timer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from pipeline.detect.found import Found
from pipeline.detect.guards import SOURCE, Guards, flatline
from pipeline.detect.measure import Reach, Reading
from pipeline.detect.memory import Closing, Memory, Ringing
from pipeline.detect.spells import Spells
from pipeline.detect.wording import silence
from pipeline.model import Alert, Match, Reader, digest, encode
from pipeline.rulebook.rule import Clock, Flatline, Rule, RuleType, SilenceStage
from pipeline.workdays import Workdays

SILENCE = "silence"
Entry = Mapping[str, object]
"""An entry of a list of those who are expected to be heard: its key, and what else is known of it."""


class Heard(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of an expected key.

    *counted_from* is its registration, or when we began to listen if it would have been due before; *last* are the
    latest posts, newest first, as many as the threshold; *source* is where it was heard last. *held* says that its
    source is a blind spot now.
    """

    key: str
    counted_from: datetime
    rev: str
    last: tuple[tuple[datetime, str], ...] = ()
    source: str = ""
    held: bool = False


@dataclass
class _Timer:
    """A key's timer as it is to stand on the ledger, where it rings at *rings_at* now; *quiet*: no spell is open."""

    heard: Heard
    due: datetime | None
    partition: int
    rings_at: datetime | None
    quiet: bool = False


class Silences:
    """Timers of all expected keys of all flatline rules.

    Every post moves one, so those that were heard from are kept in memory and written when the stage has done with its
    batch, in the transaction that also holds the position. Hearing only puts a timer off: one that rings too early
    meanwhile is set right then. Whatever would make it ring earlier is written at once.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule],
        memory: Memory,
        spells: Spells,
        workdays: Workdays,
        expected: Mapping[str, Sequence[Entry]],
    ) -> None:
        self._rules = {rule.id: rule for rule in rules.values() if rule.type is RuleType.FLATLINE}
        self._memory, self._spells, self._workdays = memory, spells, workdays
        self._entries = {rule.id: _expected(rule, expected) for rule in self._rules.values()}
        self._seeded: set[str] = set()
        self._guards = Guards(self._rules, memory, spells)
        self._heard = Reader(Heard)
        # By rule and group; None: not watched.
        self._timers: dict[tuple[str, str], _Timer] = {}
        # They stay until the batch is done: of what is written within it a part may be taken back.
        self._unwritten: set[tuple[str, str]] = set()

    def forget(self) -> None:
        """Forget what may have been rolled back, or moved by another process."""
        self._seeded.clear()
        self._timers.clear()
        self._unwritten.clear()
        self._guards.forget()

    def write(self) -> None:
        """Write down who was heard from in this batch, and when."""
        self._flush()
        self._unwritten.clear()
        self._guards.write()

    def put_off(self, ringing: Ringing, due: datetime) -> None:
        """Let a timer whose rule failed ring again at *due*, with all that is known of its key."""
        if ringing.kind == SOURCE:
            self._guards.put_off(ringing, due)
        elif (timer := self._timers.get((ringing.rule, ringing.group))) is not None:
            self._put(ringing.rule, ringing.group, timer.heard, due, timer.partition)
        else:
            self._memory.set_timer(ringing.rule, ringing.group, SILENCE, due, ringing.body, ringing.partition)

    def _flush(self) -> None:
        for rule, group in self._unwritten:
            if (timer := self._timers.get((rule, group))) is not None:
                self._put(rule, group, timer.heard, timer.due, timer.partition)

    def _put(self, rule: str, group: str, heard: Heard, due: datetime | None, partition: int) -> None:
        self._memory.set_timer(rule, group, SILENCE, due, encode(heard), partition)
        if (timer := self._timers.get((rule, group))) is not None:
            quiet = timer.quiet and timer.due == due
            self._timers[rule, group] = _Timer(heard, due, partition, due, quiet)

    def _drop(self, ringing: Ringing) -> None:
        self._memory.drop_timer(ringing.rule, ringing.group, ringing.kind)
        key = ringing.rule, ringing.group
        self._timers.pop(key, None)
        self._unwritten.discard(key)

    def seed(self, now: datetime) -> None:
        """Give each expected key that has none a timer; look again at those of a rule that changed."""
        if len(self._seeded) == len(self._rules):
            return
        for rule in self._rules.values():
            if rule.id in self._seeded:
                continue
            known = {ringing.group: ringing for ringing in self._memory.timers(SILENCE, rule.id)}
            for key, entry in self._entries[rule.id].items():
                ringing = known.get(_group(rule, key))
                if ringing is None:
                    self._keep(rule, Heard(key, self._counted_from(rule, entry, now), rule.rev), now, 0)
                elif (heard := self._heard.read(ringing.body)).rev != rule.rev:
                    renewed = msgspec.structs.replace(heard, rev=rule.rev, held=False)  # looked at when it rings
                    self._keep(rule, renewed, now, ringing.partition)
            self._seeded.add(rule.id)

    def watches(self, source: str) -> bool:
        """Return whether some rule would notice that *source* is heard again."""
        return self._guards.watches(source)

    def hear(self, rule: Rule, match: Match, partition: int) -> list[Alert]:
        """Take in a post of a flatline rule."""
        self.seed(match.known_at)
        key = match.group[0] if match.group else ""
        expected = key in self._entries[rule.id]
        alerts: list[Alert] = []
        if back_at := self._guards.hear(rule, match, partition, expected=expected):
            alerts = self._back(rule, match.analysed.post.source.id, partition, back_at)
        if not expected:
            return alerts
        group = _group(rule, key)
        timer = self._timer(rule, group)
        if timer is None:
            return alerts
        heard = _with(timer.heard, match, flatline(rule).threshold)
        first = self._stages(rule, heard)[0][0]
        self._move(rule.id, group, timer, heard, max(first, match.known_at), partition)
        if first <= match.known_at:
            return alerts  # late news of a silence that is as long as before
        return (
            alerts if self._timers[rule.id, group].quiet else alerts + self._end(rule, group, partition, match.known_at)
        )

    def _timer(self, rule: Rule, group: str) -> _Timer | None:
        known = self._timers.get((rule.id, group))
        if known is None and (kept := self._memory.ringing(rule.id, group, SILENCE)) is not None:
            due, partition, body = kept
            known = self._timers[rule.id, group] = _Timer(self._heard.read(body), due, partition, due)
        return known

    def _move(self, rule: str, group: str, timer: _Timer, heard: Heard, due: datetime, partition: int) -> None:
        """Set a timer; on the ledger at once only if that would otherwise ring too late, or in another process."""
        if timer.rings_at is None or due < timer.rings_at or partition != timer.partition:
            self._put(rule, group, heard, due, partition)
        timer = self._timers[rule, group]
        self._timers[rule, group] = _Timer(heard, due, partition, timer.rings_at, timer.quiet)
        self._unwritten.add((rule, group))

    def _end(self, rule: Rule, group: str, partition: int, now: datetime) -> list[Alert]:
        """End the silence of a key that was heard from; remember it if there is none."""
        spell = self._spells.current(rule.id, group)
        if spell is None:
            self._timers[rule.id, group].quiet = True
            return []
        return self._spells.end(rule, Closing(rule.id, group, partition, spell), now)

    def ring(self, ringing: Ringing) -> list[Alert]:
        """Let a silence reach its next stage, or a source become a blind spot."""
        if ringing.kind == SOURCE:
            return self._guards.ring(ringing)
        if (rule := self._rules.get(ringing.rule)) is not None:
            return self._silent(rule, ringing)
        self._drop(ringing)
        return []

    def _silent(self, rule: Rule, ringing: Ringing) -> list[Alert]:
        now, timer = ringing.due, self._timers.get((rule.id, ringing.group))
        if timer is not None and timer.due is not None and timer.due > now:  # it was heard from in this batch
            self._put(rule.id, ringing.group, timer.heard, timer.due, timer.partition)
            return []
        heard = timer.heard if timer is not None else self._heard.read(ringing.body)
        entry = self._entries[rule.id].get(heard.key)
        if entry is None:  # exempt now, or no longer on the list
            self._drop(ringing)
            return self._over(rule, ringing.group, ringing.partition, now)
        later = self._guards.not_before(rule, heard.source, now)
        if later is None or later > now:
            held = msgspec.structs.replace(heard, held=later is None)
            self._put(rule.id, ringing.group, held, later, ringing.partition)
            return []
        passed = [stage for stage in self._stages(rule, heard) if stage[0] <= now]
        self._keep(rule, heard, now, ringing.partition, after=now)
        if not passed:
            return []
        return self._spells.reach(self._found(rule, heard, entry, passed, now, ringing))

    def _found(
        self, rule: Rule, heard: Heard, entry: Entry, passed: list[tuple[datetime, SilenceStage]], now: datetime,
        ringing: Ringing,
    ) -> Found:  # fmt: skip
        spec, zone = flatline(rule), ZoneInfo(rule.timezone)
        since = _since(heard, spec)
        began = self._after(since, passed[0][1].after, rule)
        stage = passed[-1][1]
        told_of = {name: entry.get(name, "") for name in ("unit", "platform")}
        directory = {"id": heard.key, "name": entry.get("name") or heard.key, **told_of}
        last = f"自 {since.astimezone(zone):%Y-%m-%d %H:%M} 起" if heard.last else "登记以来从未发布，"
        return Found(
            rule=rule, key=ringing.group, group=(heard.key,), at=began, known_at=now, partition=ringing.partition,
            reach=Reach(began, Reading(1, 1)), seed=(since.isoformat(), heard.key),
            timely_at=passed[-1][0], stage=len(passed), level=stage.level,
            facts={"key": heard.key, "silent_for": now - since, "directory": directory},
            why=f"{directory['name']} {last}已 {silence(now - since)}未更新",
        )  # fmt: skip

    def _keep(self, rule: Rule, heard: Heard, now: datetime, partition: int, after: datetime | None = None) -> None:
        """Set the timer of a key to its next stage; *after*: the first one that is later than that."""
        due = [at for at, _ in self._stages(rule, heard) if after is None or at > after]
        next_due = None if heard.held or not due else max(due[0], now)
        self._put(rule.id, _group(rule, heard.key), heard, next_due, partition)

    def _stages(self, rule: Rule, heard: Heard) -> list[tuple[datetime, SilenceStage]]:
        """Return when each stage is told, the earliest first."""
        spec = flatline(rule)
        stages = spec.stages or (SilenceStage(spec.silence, rule.level),)
        since = _since(heard, spec)
        return [(self._after(self._after(since, stage.after, rule), spec.grace, rule), stage) for stage in stages]

    def _over(self, rule: Rule, group: str, partition: int, now: datetime) -> list[Alert]:
        spell = self._spells.current(rule.id, group)
        return self._spells.end(rule, Closing(rule.id, group, partition, spell), now) if spell is not None else []

    def _after(self, since: datetime, clock: Clock, rule: Rule) -> datetime:
        if clock.workdays:
            return self._workdays.after(since, clock.workdays, ZoneInfo(rule.timezone))
        return since + clock.span

    def _counted_from(self, rule: Rule, entry: Entry, now: datetime) -> datetime:
        """Return from when a key's silence counts: what was before we listened nobody knows."""
        since = _moment(entry.get("since"), ZoneInfo(rule.timezone))
        if since is None:
            return now
        first = self._stages(rule, Heard("", since, ""))[0][0]
        return since if first > now else now

    def _back(self, rule: Rule, source: str, partition: int, now: datetime) -> list[Alert]:
        """End the blind spot. What was held is judged when the back-log has had time to come in."""
        gap = flatline(rule).max_gap or timedelta(0)
        self._flush()
        for ringing in self._memory.timers(SILENCE, rule.id):
            heard = self._heard.read(ringing.body)
            if heard.held and heard.source in ("", source):
                free = msgspec.structs.replace(heard, held=False)
                self._put(rule.id, ringing.group, free, now + gap, ringing.partition)
        return self._guards.end(source, partition, now)


def _expected(rule: Rule, lists: Mapping[str, Sequence[Entry]]) -> dict[str, Entry]:
    """Return the entries that must be heard from, by key."""
    expect = flatline(rule).expect
    entries = lists.get(expect.source, ())
    return {
        str(entry[expect.key]): entry
        for entry in entries
        if entry.get(expect.key) and not _exempt(entry, expect.exempt)
    }


def _exempt(entry: Entry, states: Sequence[str]) -> bool:
    return entry.get("state") in states or any(entry.get(state) is True for state in states)


def _with(heard: Heard, match: Match, threshold: int) -> Heard:
    """Return what is remembered with one more post: of each voice its latest, as many as the threshold."""
    latest = {member: at for at, member in reversed(heard.last)}
    latest[match.member] = max(match.at, latest.get(match.member, match.at))
    last = sorted(((at, member) for member, at in latest.items()), reverse=True)[:threshold]
    return msgspec.structs.replace(heard, last=tuple(last), source=match.analysed.post.source.id, held=False)


def _since(heard: Heard, spec: Flatline) -> datetime:
    """Return since when there are too few posts."""
    return heard.last[-1][0] if len(heard.last) >= spec.threshold else heard.counted_from


def _group(rule: Rule, key: str) -> str:
    return digest(rule.id, key)


def _moment(value: object, zone: ZoneInfo) -> datetime | None:
    """Return the moment that an entry's *since* says; None if it says nothing that can be read."""
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime.combine(value, time(0))
    else:
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
