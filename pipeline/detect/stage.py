"""Count hits in event time and say when a condition begins, grows louder, and goes quiet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from pipeline.bus import Delivery, Message, Positions
from pipeline.detect.episode import Episode
from pipeline.detect.memory import Memory, evidence_of
from pipeline.detect.window import Hit, Reach, Windows
from pipeline.detect.wording import plainly, summarise, why
from pipeline.ledger import Ledger
from pipeline.metrics import METRICS, Metrics
from pipeline.model import Alert, Level, Match, Reader, Turn, digest, encode, loudest, withheld
from pipeline.rulebook.rule import Rule, RuleType
from pipeline.stage import OnLedger
from pipeline.topics import MATCHES, SIGNALS

_MEMORY = timedelta(days=15)  # longer than any rule's timeframe, lateness and event age together
_TIDY_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Found:
    """A match with what it means: where the condition holds, if it does, and how loud it is."""

    match: Match
    rule: Rule
    reach: Reach | None
    partition: int


class DetectStage(OnLedger):
    """Windows and episodes, all on the ledger: a restart has nothing to rebuild (RELIABILITY §4.2).

    Hits are judged in the order in which they became known, with the closing of episodes in between,
    so the outcome does not depend on how they were batched. A *patient* stage also waits until the clock
    has passed a hit's time before it judges it: then the order of delivery does not matter either.
    Replays are patient; the live desk is not, since there a hit is known when it comes.
    """

    name = "detect"
    reads = MATCHES
    writes: str | None = SIGNALS

    def __init__(
        self,
        rules: Mapping[str, Rule],
        ledger: Ledger,
        *,
        late_after: timedelta = timedelta(minutes=10),
        patient: bool = False,
        bus: str = "",
        metrics: Metrics = METRICS,
    ) -> None:
        """Positions are those of *bus* (its id)."""
        self._rules = rules
        super().__init__(ledger.session(self.name, self.reads, bus))
        self._memory = Memory(self._session)
        self._windows = Windows()
        self._late_after = late_after
        self._patient = patient
        self._metrics = metrics
        self._reader = Reader(Match)
        self._tidied_at: datetime | None = None

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        heard = [(delivery.partition, self._reader.read(delivery.value)) for delivery in batch]
        if self._patient:
            self._memory.shelve(match for _, match in heard)
            return []
        alerts = self._judge_all(heard, now)
        self._time(alerts, now)
        return _messages(alerts)

    def tick(self, now: datetime) -> Sequence[Message]:
        alerts = self._judge_all([(0, match) for match in self._memory.take_due(now)], now) if self._patient else []
        alerts += self._close(now)
        self._tidy(now)
        return _messages(alerts)

    def forget(self) -> None:
        super().forget()
        self._windows.clear()

    def recall(self) -> Positions:
        self._windows.clear()  # a partition may come back to us after another process counted on
        return super().recall()

    def _judge_all(self, heard: Sequence[tuple[int, Match]], now: datetime) -> list[Alert]:
        alerts: list[Alert] = []
        for partition, match in sorted(heard, key=lambda one: (one[1].known_at, one[1].id)):
            alerts += self._close(min(match.known_at, now))
            alerts += self._judge(match, partition)
        return alerts

    def _judge(self, match: Match, partition: int) -> list[Alert]:
        rule = self._rules.get(match.rule)
        if rule is None or match.known_at - match.at > rule.max_event_age:
            return []  # the rule was deleted meanwhile; or an old text found again, which search still shows
        new = self._memory.keep_hit(match, evidence_of(match))
        if not new and self._memory.judged_before(match):
            return []
        found = Found(match, rule, self._reach(rule, match) if new else None, partition)
        at = found.reach.at if found.reach else match.at
        spells = self._memory.episodes(rule.id, match.key)
        spell = next((spell for spell in spells if spell.takes(at, rule.timeframe)), None)
        if spell is not None:
            return self._join(found, spell, new)
        return [self._open(found)] if found.reach else []

    def _reach(self, rule: Rule, match: Match) -> Reach | None:
        """Say where the condition holds with this new hit; every hit is taken into its window, whatever it leads to."""
        at_once = Reach(match.at, 1)
        together = self._together(rule, match) if rule.timeframe else at_once
        if rule.type is RuleType.ANY:
            return together or at_once
        if rule.immediate_if is not None and rule.immediate_if.value(_names(match, rule, 1)):
            return at_once
        return together if match.known_at - match.at <= rule.allowed_lateness else None

    def _together(self, rule: Rule, match: Match) -> Reach | None:
        """Return where enough voices are together around this hit; for an ``any`` rule one is enough."""
        needed = 1 if rule.type is RuleType.ANY else rule.num_events
        return self._windows.reach(
            (rule.id, match.key), Hit(match.at, match.member), rule.timeframe, needed,
            lambda after, before: self._memory.hits(rule.id, match.key, after, before),
        )  # fmt: skip

    def _open(self, found: Found) -> Alert:
        match, rule, reached = found.match, found.rule, found.reach
        assert reached is not None  # noqa: S101 # only a held condition opens
        post = match.analysed
        # A post that is enough by itself makes the alert what it is; of many voices none seals the matter of all.
        alone = rule.type is RuleType.ANY or reached.count < rule.num_events
        quotable = alone or not withheld(post)
        level = _level(found, reached.count)
        matter, place, privacy = post.matter, post.place, post.privacy
        id_ = digest("alert", rule.id, *match.group, post.post.id)
        alert = Alert(
            id=id_, turn_id=digest(id_, "1"), turn=Turn.OPENED, rule=rule.id, rule_rev=rule.rev, rule_name=rule.name,
            owner=rule.owner, group_by=rule.group_by, group=match.group, level=level, active_at=reached.at,
            last_at=match.at, at=match.known_at, count=reached.count,
            late=match.known_at - reached.at > self._late_after, shadow=rule.shadow,
            summary=summarise(rule, match, reached.count, level) if quotable else plainly(rule, match, reached.count),
            advice=_advice(rule, match, reached.count, level) if quotable else "",
            why=why(rule, match, reached.count), topic=matter.topic if matter else "other",
            places=tuple(name for name in (place.street, place.community, place.facility, place.site) if name)
            if place else (),
            sealed=alone and bool(privacy and privacy.sealed), minor=alone and bool(privacy and privacy.minor),
            accusation=alone and bool(matter and matter.accusation),
            evidence=self._memory.evidence(rule.id, match.key, reached.at - rule.timeframe, match.at),
            manner=rule.manner,
        )  # fmt: skip
        spell = Episode(
            id=id_, firing=True, level=level, active_at=reached.at, last_at=max(match.at, reached.at),
            heard_at=match.known_at, count=reached.count, turns=1, told=alert,
            resolve_after_s=rule.resolve_after.total_seconds(),
        )  # fmt: skip
        self._memory.keep_episode(rule.id, match.key, spell, found.partition)
        return self._told(alert)

    def _join(self, found: Found, spell: Episode, new: bool) -> list[Alert]:
        match, rule, reached = found.match, found.rule, found.reach
        count = _grown(spell, found, new)
        level = _level(found, max(count, spell.count))
        joined = spell.joined(
            at=match.at, heard_at=match.known_at, count=count, level=level, reached_at=reached.at if reached else None
        )
        turn = joined.turn_after(spell)
        if turn is None:
            self._memory.keep_episode(rule.id, match.key, joined, found.partition)
            return []
        alert = replace(
            spell.told, turn=turn, turn_id=digest(spell.id, str(spell.turns + 1)), level=joined.level,
            active_at=joined.active_at, last_at=joined.last_at, at=match.known_at, count=joined.count,
            late=match.known_at - match.at > self._late_after,
            summary=spell.told.summary
            if withheld(match.analysed)
            else summarise(rule, match, joined.count, joined.level),
            why=why(rule, match, joined.count),
        )  # fmt: skip
        self._memory.keep_episode(
            rule.id, match.key, replace(joined, told=alert, turns=spell.turns + 1), found.partition
        )
        return [self._told(alert)]

    def _close(self, by: datetime) -> list[Alert]:
        alerts = []
        for rule, group, partition, spell in self._memory.closing(by):
            alert = replace(
                spell.told, turn=Turn.QUIET, turn_id=digest(spell.id, str(spell.turns + 1)), at=spell.closes_at,
                last_at=spell.last_at, count=spell.count, late=False,
            )  # fmt: skip
            quiet = replace(spell, firing=False, told=alert, turns=spell.turns + 1)
            self._memory.keep_episode(rule, group, quiet, partition)
            alerts.append(self._told(alert))
        return alerts

    def _told(self, alert: Alert) -> Alert:
        self._metrics.alerts.labels(alert.rule, alert.level.value, alert.turn.value).inc()
        return alert

    def _time(self, alerts: Sequence[Alert], now: datetime) -> None:
        for alert in alerts:
            if alert.turn is Turn.OPENED:
                self._metrics.decision_delay.observe(max((now - alert.at).total_seconds(), 0.0))

    def _tidy(self, now: datetime) -> None:
        if self._session.held is not None and 0 not in self._session.held:
            return  # another of us tidies for all
        if self._tidied_at is None or now - self._tidied_at >= _TIDY_EVERY:
            self._memory.drop_older(_MEMORY, now)
            self._tidied_at = now


def _grown(spell: Episode, found: Found, new: bool) -> int:
    """Return what a spell counts with one more hit: posts in all, or the voices of the fullest window."""
    if found.rule.type is RuleType.ANY and not found.rule.timeframe:
        return spell.count + int(new)
    return found.reach.count if found.reach else spell.count


def _names(match: Match, rule: Rule, count: int) -> dict[str, object]:
    """Return the names that a rule's expressions may use."""
    return {
        "count": count,
        "doc": match.analysed,
        "group": dict(zip(rule.group_by, match.group, strict=False)),
        "signal": dict.fromkeys(rule.signals, False) | dict.fromkeys(match.signals, True),
    }


def _level(found: Found, count: int) -> Level:
    names = _names(found.match, found.rule, count)
    return loudest(found.rule.level, *(step.level for step in found.rule.level_if if step.when.value(names)))


def _advice(rule: Rule, match: Match, count: int, level: Level) -> str:
    return rule.advice.render({**_names(match, rule, count), "level": level, "rule": rule}) if rule.advice else ""


def _messages(alerts: Sequence[Alert]) -> list[Message]:
    return [Message(alert.key, encode(alert)) for alert in alerts]
