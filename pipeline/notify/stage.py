"""The stage that hears signals, keeps the cases, and writes what people must be told into the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from pipeline import topics
from pipeline.bus import Delivery, Message
from pipeline.directory import Directory
from pipeline.errors import Fault, Misconfigured, Rejected
from pipeline.ledger import Ledger
from pipeline.model import Action, Alert, Case, Notification, NotifyReason, Reader, Signal, notification_id, short
from pipeline.notify import casebook
from pipeline.notify.acts import act
from pipeline.notify.casebook import Notice, Speech
from pipeline.notify.records import Records
from pipeline.notify.render import SHANGHAI, Speaker, line
from pipeline.notify.routing import route
from pipeline.stage import OnLedger

_signals: Final[Reader[Signal]] = Reader[Signal](Signal)
_HEARD: Final = timedelta(days=90)  # beyond what rules look back, so that they find no old alert anew
_NEWS: Final = frozenset({NotifyReason.FIRST, NotifyReason.LEVEL_UP, NotifyReason.REPEAT})


class NotifyStage(OnLedger):
    """Keeps cases, and writes each message to people into the outbox in the same transaction as its cause.

    Timers run on event time: before a signal is heard, whatever was due by then has spoken, with the time
    at which it was due. So the outbox is the same for any size of batch, and after any crash.
    """

    name = "notify"
    reads = topics.SIGNALS
    writes: str | None = None

    def __init__(
        self,
        ledger: Ledger,
        receivers: Mapping[str, Sequence[str]],
        directory: Directory,
        *,
        late_after: timedelta = timedelta(minutes=10),
        page: str = "",
        zone: ZoneInfo = SHANGHAI,
        bus: str = "",
        kept: timedelta = timedelta(0),
    ) -> None:
        """Take *receivers* as names with the routes they want (none: all); *page* is the console's address.

        Positions are those of *bus* (its id), which may deliver a signal again while it is *kept* there.

        Raises Misconfigured without receivers: then nobody would ever be told.
        """
        if not receivers:
            raise Misconfigured([Fault("receivers", "没有启用任何接收方", "no receiver is enabled")])
        super().__init__(ledger.session(self.name, self.reads, bus))
        self._receivers = receivers
        self._directory = directory
        self._late_after = late_after
        self._remembered_for = max(kept, _HEARD)
        self._speaker = Speaker({unit.id: unit.name for unit in directory.units}, page, zone)

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        for signal in [_signals.read(delivery.value) for delivery in batch]:
            if not self._records.hears(signal.turn_id if isinstance(signal, Alert) else signal.id, signal.at):
                continue
            self._ring_until(signal.at)
            if isinstance(signal, Alert):
                self._hear(signal)
            else:
                self._act(signal)
        self._records.forget_heard(now - self._remembered_for)
        return ()

    def tick(self, now: datetime) -> Sequence[Message]:
        self._ring_until(now)
        return ()

    @property
    def _records(self) -> Records:
        return Records(self._session.connection)

    def _ring_until(self, until: datetime) -> None:
        while (ringing := self._records.next_due(until)) is not None:
            due, notice = ringing
            self._carry_out(casebook.ring(notice, self._case_of(notice), due))

    def _hear(self, alert: Alert) -> None:
        notice = self._records.notice(alert.id)
        case = self._case_of(notice) if notice else None
        if case is None and notice is None and alert.manner.open_case and not alert.shadow:
            case = self._records.open_case(casebook.case_key(alert))
        title = "密件" if alert.sealed or alert.accusation else line(alert.summary or alert.rule_name, 80)
        self._carry_out(casebook.hear(case, notice, alert, route(alert, self._directory), title))

    def _carry_out(self, heard: casebook.Heard) -> None:
        notice = heard.notice
        first_seq = notice.spoken - len(heard.speeches) + 1
        for seq, speech in enumerate(heard.speeches, first_seq):
            notice = self._speak(heard.case, notice, speech, seq)
        if heard.case is not None:
            self._records.put_case(heard.case)
        self._records.put_notice(notice)

    def _act(self, action: Action) -> None:
        """Do an officer's act; one that is no longer allowed (two clicked at once) is only noted."""
        case = self._records.case(action.case)
        try:
            if case is None:
                raise Rejected("没有这个案卷 / no such case")
            after = act(case, action)
        except Rejected as refusal:
            self._records.note(action.at, action.by, f"{action.verb.value} refused", action.case, str(refusal))
            return
        self._records.put_case(after)
        self._records.note(action.at, action.by, action.verb.value, case.id, action.reason)
        self._tell_of_act(case, after, action)

    def _tell_of_act(self, before: Case, after: Case, action: Action) -> None:
        notices = self._records.notices(after.id)
        reason = casebook.reason_after(before, after)
        told = [notice for notice in notices if notice.told and not notice.settled]
        if reason is not None and told:
            self._records.supersede_repeats([notice.alert.id for notice in notices], action.at, reason.value)
            voice = min(told, key=lambda notice: (notice.alert.level, notice.alert.id))
            everyone = tuple(dict.fromkeys(name for notice in told for name in notice.told))
            speaking = msgspec.structs.replace(voice, told=everyone, spoken=voice.spoken + 1)
            note = " ".join(part for part in (action.by, action.reason) if part)
            self._speak(after, speaking, Speech(reason, action.at), speaking.spoken, note)
            notices = [
                msgspec.structs.replace(notice, spoken=speaking.spoken) if notice is voice else notice
                for notice in notices
            ]
        for notice in notices:
            self._records.put_notice(casebook.after_act(notice, after, action.at))

    def _speak(self, case: Case | None, notice: Notice, speech: Speech, seq: int, note: str = "") -> Notice:
        """Write one message for each receiver, and return *notice* knowing who was told."""
        if speech.reason in (NotifyReason.REPEAT, NotifyReason.RESOLVE):
            self._records.supersede_repeats([notice.alert.id], speech.at, speech.reason.value)
        names = self._wanting(notice.alert) if speech.reason in _NEWS else self._still_there(notice.told)
        message = self._message(case, notice, speech, seq, note)
        self._records.post(
            msgspec.structs.replace(
                message, receiver=name, id=notification_id(notice.alert.id, speech.reason, seq, name)
            )
            for name in names
        )
        return msgspec.structs.replace(notice, told=tuple(dict.fromkeys((*notice.told, *names))))

    def _message(self, case: Case | None, notice: Notice, speech: Speech, seq: int, note: str) -> Notification:
        alert = notice.alert
        late = self._lateness(notice, speech.reason)
        units = case.units if case else route(alert, self._directory).units
        words = self._speaker.words(case, alert, speech.reason, units=units, late=late, note=note)
        sealed = alert.sealed or alert.accusation
        return Notification(
            id="",
            alert=alert.id,
            case=case.id if case else "",
            case_name=case.name if case else short("A", alert.id),
            receiver="",
            reason=speech.reason,
            seq=seq,
            at=speech.at,
            level=alert.level,
            rule=alert.rule,
            rule_name="" if sealed else alert.rule_name,
            group=() if sealed else alert.group,
            active_at=alert.active_at,
            title=words.title,
            text=words.text,
            summary=words.summary,
            units=units,
            count=alert.count,
            late=late is not None,
        )

    def _lateness(self, notice: Notice, reason: NotifyReason) -> timedelta | None:
        """Return how late people hear the news, None if in time. Our own waiting (group_wait) is no lateness."""
        alert = notice.alert
        if reason is NotifyReason.FIRST:
            delay = notice.heard_at - alert.active_at - timedelta(seconds=alert.waited_s)
            return delay if alert.late or delay > self._late_after else None
        if reason is NotifyReason.LEVEL_UP and alert.late:
            return alert.at - alert.last_at
        return None

    def _wanting(self, alert: Alert) -> list[str]:
        """Return who wants the alert's route; a route that nobody wants goes to everybody."""
        wanting = [name for name, routes in self._receivers.items() if not routes or alert.manner.route in routes]
        return wanting or list(self._receivers)

    def _still_there(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name in self._receivers]

    def _case_of(self, notice: Notice) -> Case | None:
        return self._records.case(notice.case) if notice.case else None
