"""Deadlines: from a start to an answer, by the clock or by working days, with pauses; each stage is told once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from pipeline.detect.found import Found, evidence_of
from pipeline.detect.measure import Reach, Reading, values_of
from pipeline.detect.memory import Closing, Memory, Record, Ringing
from pipeline.detect.spells import Spells
from pipeline.detect.track import Hit
from pipeline.detect.wording import silence
from pipeline.model import Alert, Match, digest, encode
from pipeline.rulebook.rule import Clock, Deadline, Rule
from pipeline.workdays import Workdays

DEADLINE: Final = "deadline"
START, UNTIL, PAUSE, RESUME = "start", "until", "pause", "resume"
_ORDER: Final = {START: 0, RESUME: 1, PAUSE: 2, UNTIL: 3}


class Run(NamedTuple):
    """A start that has no answer yet: the id of its hit, when it began, and when the clock stood still since."""

    id: str
    start: datetime
    pauses: tuple[tuple[datetime, datetime | None], ...]


def open_run(hits: Iterable[tuple[str, Hit]]) -> Run | None:
    """Return what is still open of a key's *hits*: the first start after its last answer, by event time."""
    events = sorted((hit.at, _ORDER[part], id_, part) for id_, hit in hits for part in values_of(hit))
    run: Run | None = None
    for at, _, id_, part in events:
        if part == START and run is None:
            run = Run(id_, at, ())
        elif run is None:
            continue
        elif part == UNTIL:
            run = None
        elif part == PAUSE and not _paused(run):
            run = run._replace(pauses=(*run.pauses, (at, None)))
        elif part == RESUME and _paused(run):
            run = run._replace(pauses=(*run.pauses[:-1], (run.pauses[-1][0], at)))
    return run


def due_after(run: Run, clock: Clock, share: float, workdays: Workdays, zone: ZoneInfo) -> datetime | None:
    """Return when *share* of the time allowed has passed; None if the clock stands still before."""
    left = timedelta(days=clock.workdays) * share if clock.workdays else clock.span * share
    at = run.start
    for stopped, resumed in run.pauses:
        stopped = max(stopped, at)
        ends = _forward(at, left, clock, workdays, zone)
        if ends <= stopped:
            return ends
        left -= workdays.between(at, stopped, zone) if clock.workdays else stopped - at
        if resumed is None:
            return None
        at = max(resumed, stopped)
    return _forward(at, left, clock, workdays, zone)


def _forward(at: datetime, left: timedelta, clock: Clock, workdays: Workdays, zone: ZoneInfo) -> datetime:
    return workdays.after(at, left / timedelta(days=1), zone) if clock.workdays else at + left


def _paused(run: Run) -> bool:
    return bool(run.pauses) and run.pauses[-1][1] is None


class Deadlines:
    """The runs of all keys of all deadline rules."""

    def __init__(self, memory: Memory, spells: Spells, workdays: Workdays) -> None:
        self._memory, self._spells, self._workdays = memory, spells, workdays

    def hear(self, rule: Rule, match: Match, partition: int) -> list[Alert]:
        """Take in a start, an answer, a pause or its end."""
        spec = _spec(rule)
        before = self._memory.marks(rule.id, window_of(match))
        known = {id_ for id_, _ in before}
        changed = [self._note(match, part, known) for part in _parts(match, spec)]
        if not any(changed):
            return []
        run = open_run(self._memory.marks(rule.id, window_of(match)))
        alerts = self._answered(rule, match, partition, run)
        self._set(rule, window_of(match), run, match.known_at, partition)
        return alerts

    def ring(self, rule: Rule, ringing: Ringing) -> list[Alert]:
        """Let a run reach its next stage."""
        now = ringing.due
        run = open_run(self._memory.marks(rule.id, ringing.group))
        if run is None:
            self._memory.drop_timer(ringing.rule, ringing.group, ringing.kind)
            return []
        self._set(rule, ringing.group, run, now, ringing.partition, after=now)
        passed = [due for due in self._dues(rule, run) if due is not None and due <= now]
        match = self._memory.doc_of(rule.id, run.id)
        if not passed or match is None:
            return []
        return self._spells.reach(self._found(rule, run, passed, match, now, ringing))

    def _found(
        self, rule: Rule, run: Run, passed: Sequence[datetime], match: Match, now: datetime, ringing: Ringing
    ) -> Found:
        spec, zone = _spec(rule), ZoneInfo(rule.timezone)
        last = due_after(run, spec.within, 1.0, self._workdays, zone)
        key = match.group[0] if match.group else ""
        remaining = last - now if last is not None else timedelta(0)
        over = f"已超时 {silence(-remaining)}" if remaining <= timedelta(0) else f"距办结时限 {silence(remaining)}"
        begun = f"{run.start.astimezone(zone):%Y-%m-%d %H:%M}"
        stage = spec.stages[len(passed) - 1]
        return Found(
            rule=rule, key=ringing.group, group=match.group, at=passed[0], known_at=now, partition=ringing.partition,
            reach=Reach(passed[0], Reading(1, 1)), match=match, alone=True, seed=(run.id,),
            timely_at=passed[-1], stage=len(passed), level=stage.level, facts={"key": key, "remaining": remaining},
            why=f"{key} 始于 {begun}，已过时限的 {stage.at:.0%}，{over}",
        )  # fmt: skip

    def _note(self, match: Match, part: str, known: set[str]) -> bool:
        """Keep one thing that *match* says; False if it was said before."""
        post = match.analysed.post
        id_ = f"{post.id}#{part}" if part in (START, UNTIL) else f"{post.id}#{part}#{post.rev}"
        at = match.at
        revised = any(one.startswith(f"{post.id}#") for one in known)
        if part != START and (revised or post.edited_at is not None):
            at = post.edited_at or match.known_at  # said by a later version of a post that was there before
        doc = encode(match) if part == START else None
        record = Record(id_, window_of(match), at, part, doc)
        return self._memory.keep_hit(match, evidence_of(match), record)

    def _answered(self, rule: Rule, match: Match, partition: int, run: Run | None) -> list[Alert]:
        """End the spell if its run is answered, or if by what is known now it has not reached a stage."""
        spell = self._spells.current(rule.id, window_of(match))
        if spell is None:
            return []
        first = self._dues(rule, run)[0] if run is not None else None
        if first is not None and first <= match.known_at:
            return []
        return self._spells.end(rule, Closing(rule.id, window_of(match), partition, spell), match.known_at)

    def _set(
        self, rule: Rule, key: str, run: Run | None, now: datetime, partition: int, after: datetime | None = None
    ) -> None:
        dues = [due for due in self._dues(rule, run) if due is not None] if run is not None else []
        later = [due for due in dues if after is None or due > after]
        if not later:
            self._memory.drop_timer(rule.id, key, DEADLINE)
        else:
            self._memory.set_timer(rule.id, key, DEADLINE, max(later[0], now), b"", partition)

    def _dues(self, rule: Rule, run: Run | None) -> list[datetime | None]:
        spec, zone = _spec(rule), ZoneInfo(rule.timezone)
        if run is None:
            return []
        return [due_after(run, spec.within, stage.at, self._workdays, zone) for stage in spec.stages]


def window_of(match: Match) -> str:
    """Return where the posts of one key are kept: of a group only its first value, which is the key."""
    return digest(match.rule, *match.group[:1])


def _parts(match: Match, spec: Deadline) -> list[str]:
    """Return what *match* says; where pauses are known, a post without one ends a pause."""
    parts = [part for part in (START, UNTIL, PAUSE) if part in match.parts]
    return [*parts, RESUME] if spec.pause is not None and PAUSE not in parts else parts


def _spec(rule: Rule) -> Deadline:
    assert isinstance(rule.spec, Deadline)  # noqa: S101 # the rulebook gives each type its spec
    return rule.spec
