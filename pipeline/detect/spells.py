"""Opens, joins and ends episodes, and makes the alerts that tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from pipeline.detect.episode import Episode, Hush
from pipeline.detect.found import Found, evidence_of
from pipeline.detect.memory import Closing, Memory, Ringing
from pipeline.detect.suppress import DOWNGRADE, HOLD, MERGE, Suppression, lowered
from pipeline.detect.wording import advise, plainly, summarise, why
from pipeline.metrics import Metrics
from pipeline.model import Alert, Level, Turn, digest, loudest, withheld
from pipeline.rulebook.rule import Rule, RuleType

HUSHED: Final = "hushed"
"""The kind of the timers that end a silence of ``suppress``."""
_LOOK_EVERY: Final = timedelta(minutes=10)  # at an inhibitor that ends without a date
_SOON: Final = timedelta(minutes=1)  # when another process has not yet closed what is over


class Spells:
    """Episodes on the ledger. Every method returns what is to be told, in order."""

    def __init__(self, rules: Mapping[str, Rule], memory: Memory, late_after: timedelta, metrics: Metrics) -> None:
        self._memory = memory
        self._late_after = late_after
        self._metrics = metrics
        self._suppression = Suppression(rules, memory)

    def holding(self, found: Found) -> Episode | None:
        """Return the spell that *found* belongs to; None if it would open one."""
        at = found.reach.at if found.reach else found.at
        spells = self._memory.episodes(found.rule.id, found.key)
        return next((spell for spell in spells if spell.takes(at, found.rule.timeframe)), None)

    def current(self, rule: str, key: str) -> Episode | None:
        """Return the open spell of a rule and group."""
        return next((spell for spell in self._memory.episodes(rule, key) if spell.firing), None)

    def open(self, found: Found, *, lasting: bool = False) -> list[Alert]:
        """Open an episode where *found* says that the condition holds."""
        reached, rule = found.reach, found.rule
        assert reached is not None  # noqa: S101 # only a held condition opens
        by = self._suppression.by(found)
        level = found.loudness(reached.count)
        if by is not None:
            level = lowered(level, by[0])
        alert = self._opening(found, level)
        spell = Episode(
            id=alert.id, firing=True, level=level, active_at=reached.at, last_at=max(found.at, reached.at),
            heard_at=found.known_at, count=reached.count, turns=1, told=alert,
            resolve_after_s=max(rule.resolve_after, rule.keep_firing_for).total_seconds(),
            lasting=lasting, stage=found.stage, marks=self._suppression.marks(found, {}),
        )  # fmt: skip
        if by is not None and by[0].action in (MERGE, HOLD) and not (by[0].action == HOLD and level is Level.L1):
            step, inhibitor = by
            spell = replace(spell, turns=0, hush=self._suppression.hush(step, inhibitor.spell, found))
            self._keep(found, spell)
            self._look_again(found.rule.id, found.key, found.partition, spell, inhibitor.spell, found.known_at)
            # A request that would have queued is one of those that the other alert counts: nothing to tell.
            return self._merged(inhibitor, alert) if step.action == MERGE and not alert.queued else []
        self._keep(found, spell)
        return [self._told(alert)]

    def begin(self, key: str, alert: Alert, partition: int) -> list[Alert]:
        """Open an episode of the desk itself, which ends when it says so."""
        spell = Episode(
            id=alert.id, firing=True, level=alert.level, active_at=alert.active_at, last_at=alert.last_at,
            heard_at=alert.at, count=alert.count, turns=1, told=alert, resolve_after_s=0.0, lasting=True,
        )  # fmt: skip
        self._memory.keep_episode(alert.rule, key, spell, partition)
        return [self._told(alert)]

    def join(self, found: Found, spell: Episode) -> list[Alert]:
        """Take *found* into *spell*; what is worth a word is told."""
        reached = found.reach
        count = _grown(spell, found)
        by = self._suppression.by(found)
        level = found.loudness(max(count, spell.count))
        if by is not None and by[0].action == DOWNGRADE:
            level = lowered(level, by[0])
        joined = spell.joined(
            at=found.at, heard_at=found.known_at, count=count, level=level, reached_at=reached.at if reached else None
        )
        joined = replace(
            joined,
            stage=max(joined.stage, found.stage),
            marks=self._suppression.marks(found, joined.marks),
            ends_at=None,
        )
        turn = joined.turn_after(spell)
        if turn is None and joined.stage > spell.stage:
            turn = Turn.GREW
        freed = joined.hush is not None and by is None  # what silenced the others says nothing of this one
        if turn is None and not freed:
            self._keep(found, joined)
            return []
        alert = replace(
            spell.told, turn=turn or Turn.GREW, turn_id=digest(spell.id, str(spell.turns + 1)), level=joined.level,
            active_at=joined.active_at, last_at=joined.last_at, at=found.known_at, count=joined.count,
            late=found.known_at - (found.timely_at or found.at) > self._late_after,
            summary=spell.told.summary
            if found.match is not None and withheld(found.match.analysed)
            else summarise(found, joined.count, joined.level),
            why=why(found, joined.count),
        )  # fmt: skip
        if freed:
            return self._freed(found, replace(joined, told=alert))
        if joined.hush is not None:
            return self._grown_in_silence(found, replace(joined, told=alert))
        self._keep(found, replace(joined, told=alert, turns=spell.turns + 1))
        return [self._told(alert)]

    def reach(self, found: Found) -> list[Alert]:
        """Take in a stage of something that lasts until it is ended: it opens a spell, or is told if it is a further one."""
        spell = self.current(found.rule.id, found.key)
        if spell is None:
            return self.open(found, lasting=True)
        return self.join(found, spell) if found.stage > spell.stage else []

    def end(self, rule: Rule | None, kept: Closing, at: datetime) -> list[Alert]:
        """End a lasting spell: its condition no longer holds as of *at*; ``keep_firing_for`` may keep it a while."""
        keep = rule.keep_firing_for if rule is not None else timedelta(0)
        if keep and kept.spell.ends_at is None:
            spell = replace(kept.spell, ends_at=at + keep)
            self._memory.keep_episode(kept.rule, kept.group, spell, kept.partition)
            return []
        return self.close(kept, at)

    def close(self, kept: Closing, at: datetime | None = None) -> list[Alert]:
        """Close a spell, as of *at* or of when it was due. One that was never told is not told to be over."""
        rule, group, partition, spell = kept
        alert = replace(
            spell.told, turn=Turn.QUIET, turn_id=digest(spell.id, str(spell.turns + 1)), at=at or spell.closes_at,
            last_at=spell.last_at, count=spell.count, late=False,
        )  # fmt: skip
        if spell.hush is not None:
            self._memory.keep_episode(rule, group, replace(spell, firing=False), partition)
            return []
        quiet = replace(spell, firing=False, told=alert, turns=spell.turns + 1)
        self._memory.keep_episode(rule, group, quiet, partition)
        return [self._told(alert)]

    def heard_again(self, ringing: Ringing) -> list[Alert]:
        """Look whether an episode that is not told may be told now."""
        kept = self._memory.episode(ringing.body.decode())
        if kept is None or kept.spell.hush is None:
            self._memory.drop_timer(ringing.rule, ringing.group, ringing.kind)
            return []
        hush = kept.spell.hush
        inhibitor = self._suppression.until(hush)
        if inhibitor is not None and ringing.due < hush.until:
            self._look_again(kept.rule, kept.group, kept.partition, kept.spell, inhibitor, ringing.due)
            return []
        self._memory.drop_timer(ringing.rule, ringing.group, ringing.kind)
        return self._replayed(kept, ringing.due) if hush.action != MERGE or self._outlasts(kept.spell, hush) else []

    def _outlasts(self, spell: Episode, hush: Hush) -> bool:
        """Say whether something came after the last that the other heard; if not, all of it has been told with the other."""
        other = self._memory.episode(hush.by)
        return other is None or spell.last_at > other.spell.last_at

    def _replayed(self, kept: Closing, at: datetime) -> list[Alert]:
        """Tell what was held back, now that it may be told; what was merged and is over has been told with the other."""
        spell = kept.spell
        held = spell.hush is not None and spell.hush.action == HOLD
        if not spell.firing and not held:
            return []
        opened = replace(
            spell.now(), turn=Turn.OPENED, turn_id=digest(spell.id, "1"), at=at,
            late=at - spell.active_at > self._late_after,
        )  # fmt: skip
        told = replace(spell, hush=None, told=opened, turns=1)
        self._memory.keep_episode(kept.rule, kept.group, told, kept.partition)
        alerts = [self._told(opened)]
        return alerts if spell.firing else alerts + self.close(kept._replace(spell=told), at)

    def _grown_in_silence(self, found: Found, spell: Episode) -> list[Alert]:
        """Keep a spell that is not told, unless it has become red: nothing holds that back."""
        if spell.level is Level.L1 and spell.hush is not None and spell.hush.action == HOLD:
            return self._freed(found, spell)
        self._keep(found, spell)
        return []

    def _freed(self, found: Found, spell: Episode) -> list[Alert]:
        """Tell a spell that was silent until *found* joined it."""
        self._keep(found, spell)
        self._memory.drop_timer(found.rule.id, found.key, HUSHED)
        return self._replayed(Closing(found.rule.id, found.key, found.partition, spell), found.known_at)

    def _merged(self, inhibitor: Closing, alert: Alert) -> list[Alert]:
        """Tell those who know of *inhibitor* what has joined it."""
        spell = inhibitor.spell
        level = loudest(spell.level, alert.level)
        turn = Turn.RAISED if level.louder_than(spell.level) else Turn.GREW
        told = replace(
            spell.now(), turn=turn, turn_id=digest(spell.id, str(spell.turns + 1)), level=level, at=alert.at, late=False,
            why=f"{spell.told.why}；并入“{alert.rule_name}”：{alert.why}",
        )  # fmt: skip
        grown = replace(spell, level=level, told=told, turns=spell.turns + 1, heard_at=max(spell.heard_at, alert.at))
        self._memory.keep_episode(inhibitor.rule, inhibitor.group, grown, inhibitor.partition)
        return [self._told(told)]

    def _look_again(
        self, rule: str, key: str, partition: int, spell: Episode, inhibitor: Episode, now: datetime
    ) -> None:
        assert spell.hush is not None  # noqa: S101 # only what is hushed is looked at again
        ends = now + _LOOK_EVERY if inhibitor.lasting else max(inhibitor.closes_at, now + _SOON)
        due = max(now, min(ends, spell.hush.until))
        self._memory.set_timer(rule, key, HUSHED, due, spell.id.encode(), partition)

    def _opening(self, found: Found, level: Level) -> Alert:
        rule, match, reached = found.rule, found.match, found.reach
        assert reached is not None  # noqa: S101 # only a held condition opens
        count = reached.count
        matter, place, privacy = (
            (match.analysed.matter, match.analysed.place, match.analysed.privacy) if match else (None, None, None)
        )
        timely_at = found.timely_at or reached.at
        seed = found.seed or ((match.analysed.post.id,) if match else (reached.at.isoformat(),))
        id_ = digest("alert", rule.id, *found.group, *seed)
        evidence = self._memory.evidence(rule.id, found.key, reached.at - rule.timeframe, max(found.at, reached.at))
        return Alert(
            id=id_, turn_id=digest(id_, "1"), turn=Turn.OPENED, rule=rule.id, rule_rev=rule.rev, rule_name=rule.name,
            owner=rule.owner, group_by=rule.group_by, group=found.group, level=level, active_at=reached.at,
            last_at=found.at, at=found.known_at, count=count,
            late=found.known_at - timely_at > self._late_after,
            waited_s=(timely_at - reached.at).total_seconds(), shadow=rule.shadow,
            summary=summarise(found, count, level) if found.quotable else plainly(found, count),
            advice=advise(found, count, level) if found.quotable else "",
            why=why(found, count), topic=matter.topic if matter else "other",
            places=tuple(name for name in (place.street, place.community, place.facility, place.site) if name)
            if place else (),
            sealed=found.alone and bool(privacy and privacy.sealed),
            minor=found.alone and bool(privacy and privacy.minor),
            accusation=found.alone and bool(matter and matter.accusation),
            part_of=match.analysed.post.id if match and match.part and found.alone else "",
            evidence=evidence or ((evidence_of(match),) if match else ()),
            manner=rule.manner,
        )  # fmt: skip

    def _keep(self, found: Found, spell: Episode) -> None:
        self._memory.keep_episode(found.rule.id, found.key, spell, found.partition)

    def _told(self, alert: Alert) -> Alert:
        self._metrics.alerts.labels(alert.rule, alert.level.value, alert.turn.value).inc()
        return alert


def _grown(spell: Episode, found: Found) -> int:
    """Return what a spell counts with one more hit: posts or changes in all, or the voices of the fullest window."""
    kind = found.rule.type
    if kind is RuleType.CHANGE:
        return spell.count + (found.reach.count if found.reach else 0)
    if kind is RuleType.ANY and not found.rule.timeframe:
        return spell.count + int(found.new)
    return found.reach.count if found.reach else spell.count
