"""Count hits in event time and say when a condition begins, grows louder, and goes quiet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

from pipeline.bus import Delivery, Message, Positions
from pipeline.detect.counting import FOR, LEAVE, Counting, horizon
from pipeline.detect.deadlines import DEADLINE, Deadlines
from pipeline.detect.guards import SOURCE
from pipeline.detect.memory import Closing, Memory, Ringing
from pipeline.detect.operations import BLIND_SPOT, rule_failed, too_many_groups
from pipeline.detect.silence import SILENCE, Entry, Silences
from pipeline.detect.spells import HUSHED, Spells
from pipeline.detect.suppress import ranks
from pipeline.errors import Unavailable
from pipeline.ledger import Ledger
from pipeline.log import get
from pipeline.metrics import METRICS, Metrics
from pipeline.model import Alert, Match, Reader, Turn, encode
from pipeline.rulebook.rule import Rule, RuleType
from pipeline.stage import OnLedger
from pipeline.topics import MATCHES, SIGNALS
from pipeline.workdays import Workdays

log = get("detect")

_MEMORY: Final = timedelta(days=15)  # of a rule that says nothing else
_TIDY_EVERY: Final = timedelta(hours=1)
_TRY_AGAIN_AFTER: Final = timedelta(hours=1)  # a timer whose rule failed
MOST_GROUPS: Final = 100_000
PATIENCE: Final = timedelta(seconds=30)
"""How long hits of an unknown rule wait for the book that holds it."""


class DetectStage(OnLedger):
    """Windows, timers and episodes, all on the ledger: a restart has nothing to rebuild (RELIABILITY §4.2).

    Hits are judged in the order in which they became known, and what happens by itself (an episode closes, a
    silence becomes too long, a deadline nears) happens in between at its own time, so the outcome does not depend on
    how hits were batched. A *patient* stage also waits until the clock has passed a hit's time before it judges it:
    then the order of delivery does not matter either. Replays are patient; the live desk is not, since there a hit is
    known when it comes.

    A rule has at most *most_groups* open windows: hits of further groups are not counted, and its owner is told.
    *expected* are the lists that ``flatline`` rules name, such as ``directory.accounts``. *heed* is called between
    batches: whoever has other rules may have them adopted then. *seek* is asked when hits of a rule come that is not
    in the book: it looks for a newer one, and says whether there may soon be one. Then the batch waits for it, but
    not longer than ``PATIENCE``.
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
        workdays: Workdays | None = None,
        expected: Mapping[str, Sequence[Entry]] | None = None,
        most_groups: int = MOST_GROUPS,
        heed: Callable[[datetime], object] = lambda now: None,
        seek: Callable[[datetime], bool] = lambda now: False,
    ) -> None:
        """Positions are those of *bus* (its id). Working days are the statutory ones unless *workdays* says otherwise."""
        super().__init__(ledger.session(self.name, self.reads, bus))
        self._memory = Memory(self._session)
        self._late_after, self._patient, self._metrics = late_after, patient, metrics
        self._heed, self._seek = heed, seek
        self._sought_since: datetime | None = None
        self._workdays, self._expected, self._most_groups = (
            workdays or Workdays.statutory(),
            expected or {},
            most_groups,
        )
        self._reader: Reader[Match] = Reader(Match)
        self._tidied_at: datetime | None = None
        self._failed: dict[str, str] = {}
        self._told: dict[str, str] = {}
        self.adopt(rules)

    def adopt(self, rules: Mapping[str, Rule]) -> None:
        """Judge by *rules* from now on. Open episodes stay as they were opened."""
        self._rules = rules
        self._unknown: set[str] = set()
        self._spells = Spells(rules, self._memory, self._late_after, self._metrics)
        self._counting = Counting(self._memory, self._spells, self._workdays, self._most_groups)
        self._silences = Silences(rules, self._memory, self._spells, self._workdays, self._expected)
        self._deadlines = Deadlines(self._memory, self._spells, self._workdays)
        self._spans = _spans(rules)
        self._ranks = ranks(rules)
        self._lasting = [rule.id for rule in rules.values() if rule.type in (RuleType.FLATLINE, RuleType.DEADLINE)]

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        heard = [(delivery.partition, self._reader.read(delivery.value)) for delivery in batch]
        self._learn({match.rule for _, match in heard}, now)
        failures = self._failures([match for _, match in heard if match.failed])
        heard = [one for one in heard if not one[1].failed]
        if self._patient:
            self._memory.shelve(match for _, match in heard)
            return _messages(failures)
        alerts = self._judge_all(heard, now)
        self._silences.write()
        self._time(alerts, now)
        return _messages([*failures, *alerts])

    def tick(self, now: datetime) -> Sequence[Message]:
        self._heed(now)
        self._memory.look_again()
        self._silences.seed(now)
        alerts = self._judge_all([(0, match) for match in self._memory.take_due(now)], now) if self._patient else []
        alerts += self._until(now)
        alerts += self._end_orphans(now)
        self._silences.write()
        alerts += self._tell_owners(now)
        self._tidy(now)
        return _messages(alerts)

    def forget(self) -> None:
        super().forget()
        self._forget_warm()

    def recall(self) -> Positions:
        self._forget_warm()  # a partition may come back to us after another process counted on
        return super().recall()

    def _forget_warm(self) -> None:
        self._told.clear()
        self._memory.forget()
        self._counting.forget()
        self._silences.forget()

    def _learn(self, rules: AbstractSet[str], now: datetime) -> None:
        """See that the book holds *rules*; what it does not hold when nothing newer comes was deleted.

        Raises Unavailable while a newer book is on its way.
        """
        if not (rules - self._rules.keys() - self._unknown):
            return
        coming = self._seek(now)  # may have a newer book adopted
        unknown = rules - self._rules.keys() - self._unknown
        self._sought_since = self._sought_since or now
        if unknown and coming and now - self._sought_since < PATIENCE:
            raise Unavailable(f"规则 {min(unknown)} 比手里的新，正在重读 / a newer book is being read")
        self._sought_since = None
        self._unknown |= unknown
        for rule in sorted(unknown):
            log.warning("hits of an unknown rule dropped", rule=rule)

    def _failures(self, failed: Sequence[Match]) -> list[Alert]:
        """Tell the owners of rules that could not be asked about a post; once an hour each."""
        alerts = []
        for match in failed:
            if rule := self._rules.get(match.rule):
                alert = rule_failed(rule, match.failed, match.known_at)
                if self._told.get(rule.id) != alert.id:
                    self._told[rule.id] = alert.id
                    alerts.append(alert)
        return alerts

    def _judge_all(self, heard: Sequence[tuple[int, Match]], now: datetime) -> list[Alert]:
        alerts: list[Alert] = []
        for partition, match in sorted(heard, key=self._turn):
            alerts += self._until(min(match.known_at, now))
            alerts += self._judge(match, partition)
            alerts += self._until(min(match.known_at, now))  # what this hit made due at once
        return alerts

    def _turn(self, heard: tuple[int, Match]) -> tuple[datetime, int, str]:
        """Say when a hit is judged: in the order in which they became known, of one time inhibitors before others."""
        match = heard[1]
        return match.known_at, self._ranks.get(match.rule, 0), match.id

    def _judge(self, match: Match, partition: int) -> list[Alert]:
        rule = self._rules.get(match.rule)
        if rule is None:
            return []  # it was deleted meanwhile, see ``_learn``
        if not self._patient:
            return self._heard(rule, match, partition)
        try:
            with self._session.connection.begin_nested():
                return self._heard(rule, match, partition)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 # nobody splits a tick's work for us, as the engine does with a batch
            self._memory.look_again()
            return []

    def _heard(self, rule: Rule, match: Match, partition: int) -> list[Alert]:
        try:
            match rule.type:
                case RuleType.FLATLINE:
                    return self._silences.hear(rule, match, partition)
                case RuleType.DEADLINE:
                    return self._deadlines.hear(rule, match, partition)
                case _:
                    return self._counting.hear(rule, match, partition)
        except Unavailable:
            raise
        except Exception as error:
            self._fail(rule.id, error)  # the engine sets the message aside; the owner hears of it with the next tick
            raise

    def _until(self, by: datetime) -> list[Alert]:
        """Let everything happen that happens by itself up to *by*, in order."""
        alerts: list[Alert] = []
        while (event := self._memory.next_event(by)) is not None:
            alerts += self._spells.close(event) if isinstance(event, Closing) else self._rung(event)
        return alerts

    def _rung(self, ringing: Ringing) -> list[Alert]:
        """Let a timer ring. One whose rule fails is tried again later; the others ring on."""
        try:
            with self._session.connection.begin_nested():
                return self._ring(ringing)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 # a rule that fails must stop no other rule's timers
            self._fail(ringing.rule, error)
            self._memory.look_again()
            self._silences.put_off(ringing, ringing.due + _TRY_AGAIN_AFTER)
            return []

    def _ring(self, ringing: Ringing) -> list[Alert]:
        rule = self._rules.get(ringing.rule)
        if ringing.kind == HUSHED:
            return self._spells.heard_again(ringing)
        if rule is not None and ringing.kind in (SILENCE, SOURCE) and rule.type is RuleType.FLATLINE:
            return self._silences.ring(ringing)
        if rule is not None and ringing.kind == DEADLINE and rule.type is RuleType.DEADLINE:
            return self._deadlines.ring(rule, ringing)
        if rule is not None and ringing.kind in (FOR, LEAVE):
            return self._counting.ring(rule, ringing)
        self._memory.drop_timer(ringing.rule, ringing.group, ringing.kind)  # its rule is gone, or of another type now
        return []

    def _end_orphans(self, now: datetime) -> list[Alert]:
        """End what only its rule could end, where the rule is gone: no episode lasts for ever."""
        alerts: list[Alert] = []
        for kept in self._memory.lasting(but=self._lasting):
            if kept.rule != BLIND_SPOT or not self._silences.watches(kept.spell.told.group[0]):
                alerts += self._spells.close(kept, now)
        return alerts

    def _tell_owners(self, now: datetime) -> list[Alert]:
        alerts = []
        for name, error in self._failed.items():
            if rule := self._rules.get(name):
                alerts.append(rule_failed(rule, error, now))
        self._failed.clear()
        for name, count in self._counting.dropped.items():
            if rule := self._rules.get(name):
                alerts.append(too_many_groups(rule, self._most_groups, count, now))
        self._counting.dropped.clear()
        return alerts

    def _fail(self, rule: str, error: Exception) -> None:
        self._failed[rule] = type(error).__name__
        log.warning("rule set aside", rule=rule, error=type(error).__name__)

    def _time(self, alerts: Sequence[Alert], now: datetime) -> None:
        for alert in alerts:
            if alert.turn is Turn.OPENED:
                self._metrics.decision_delay.observe(max((now - alert.at).total_seconds(), 0.0))

    def _tidy(self, now: datetime) -> None:
        if self._session.held is not None and 0 not in self._session.held:
            return  # another of us tidies for all
        if self._tidied_at is None or now - self._tidied_at >= _TIDY_EVERY:
            self._memory.drop_older(self._spans, _MEMORY, now)
            self._counting.tidied()
            self._tidied_at = now


def _spans(rules: Mapping[str, Rule]) -> dict[timedelta, list[str]]:
    """Return how long hits are kept of rules that look further back than most."""
    spans: dict[timedelta, list[str]] = {}
    for rule in rules.values():
        if (span := horizon(rule)) > _MEMORY:
            spans.setdefault(span, []).append(rule.id)
    return spans


def _messages(alerts: Sequence[Alert]) -> list[Message]:
    return [Message(alert.key, encode(alert)) for alert in alerts]
