"""Decides, without any effect, what an alert or an act does to a case and whether people should hear of it.

Choices made here:

* A new alert on a closed case's key opens a new case. An alert that was in the case when it was closed and
  now gets louder reopens it: the closing words no longer hold.
* ACK holds for what was known: a rise above the acknowledged level takes it back, a further alert does not.
* Closing tells those who were told; the later end of its alerts is then no news.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from pipeline.model import (
    MISSING,
    Alert,
    Case,
    CaseState,
    Entry,
    Level,
    NotifyReason,
    Turn,
    digest,
    loudest,
    short,
)
from pipeline.notify.routing import Routed


class Notice(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What notify remembers of one alert.

    *alert* is its newest turn, *heard_at* the moment of its first. *waiting* says that people have not
    heard of it yet (group_wait runs), *spoken* how often they have, *told* which receivers. *due* is when
    it speaks next by itself. *firing* ends with its first QUIET: late posts may still turn a spell that is
    over, but not begin it again. *settled* says that its end has been told.
    """

    alert: Alert
    heard_at: datetime
    case: str = ""
    firing: bool = True
    waiting: bool = True
    spoken: int = 0
    told: tuple[str, ...] = ()
    due: datetime | None = None
    settled: bool = False


@dataclass(frozen=True)
class Speech:
    """That people are to hear of an alert, why, and at which moment of event time."""

    reason: NotifyReason
    at: datetime


@dataclass(frozen=True)
class Heard:
    """What becomes of case and notice, and what is to be said, in order."""

    case: Case | None
    notice: Notice
    speeches: tuple[Speech, ...] = ()


def case_key(alert: Alert) -> str:
    """Return the key by which *alert* finds its open case: the rule and the values of ``case.key``.

    Without ``case.key`` the whole group counts. A sealed alert has a case of its own.
    """
    if alert.sealed or alert.accusation:
        return digest("sealed case", alert.id)
    values = dict(zip(alert.group_by, alert.group, strict=False))
    chosen = [values.get(field, MISSING) for field in alert.manner.case_key] or list(alert.group)
    return digest("case", alert.rule, *chosen)


def hear(case: Case | None, notice: Notice | None, alert: Alert, units: Routed, title: str) -> Heard:
    """Take in one turn of an alert.

    *case* is the case that the alert is in, or the open one with its key. A turn of an alert never heard
    of counts as its opening: better said twice than not at all.
    """
    if alert.shadow:
        return Heard(None, _unheard(alert, waiting=False))
    before = notice
    notice = _told_of(before, alert)
    case = _taken_into(case, before, alert, units, title)
    notice = msgspec.structs.replace(notice, case=case.id if case else "")
    if alert.turn is Turn.QUIET:
        return _ended(case, notice, alert.at)
    if reason_to_speak(before, notice):
        reason = NotifyReason.FIRST if notice.waiting else NotifyReason.LEVEL_UP
        return Heard(case, spoken(notice, case, alert.at), (Speech(reason, alert.at),))
    if before is None and not alert.queued:
        notice = msgspec.structs.replace(notice, due=alert.at + timedelta(seconds=alert.manner.group_wait_s))
    return Heard(case, notice)


def reason_to_speak(before: Notice | None, after: Notice) -> NotifyReason | None:
    """Say why people should hear of an alert at once; None means they should not, or not yet."""
    alert = after.alert
    if alert.queued:
        return None
    if before is None:
        at_once = alert.level is Level.L1 or alert.manner.group_wait_s <= 0
        return NotifyReason.FIRST if at_once else None
    if alert.turn is Turn.RAISED and (after.waiting or alert.level.louder_than(before.alert.level)):
        return NotifyReason.FIRST if after.waiting else NotifyReason.LEVEL_UP
    return None


def spoken(notice: Notice, case: Case | None, at: datetime) -> Notice:
    """Return *notice* after it spoke at *at*, with the time of its next repeat."""
    return msgspec.structs.replace(
        notice, waiting=False, spoken=notice.spoken + 1, due=_repeat_at(notice, case, at), settled=not notice.firing
    )


def ring(notice: Notice, case: Case | None, due: datetime) -> Heard:
    """Let the timer of *notice*, which ran out at *due*, speak: its first word, or a repeat."""
    reason = NotifyReason.FIRST if notice.waiting else NotifyReason.REPEAT
    return Heard(case, spoken(notice, case, due), (Speech(reason, due),))


def reason_after(before: Case, after: Case) -> NotifyReason | None:
    """Say why those who were told should hear of an act; None means that nothing changes for them."""
    if before.open and not after.open:
        return NotifyReason.RESOLVE
    if after.acked and not before.acked:
        return NotifyReason.ACK
    return None


def after_act(notice: Notice, case: Case, at: datetime) -> Notice:
    """Return a notice of *case* after an act at *at*: closed and acknowledged cases do not repeat.

    An alert that has not yet spoken still will: people know of the case, not of this alert.
    """
    if not case.open:
        return msgspec.structs.replace(notice, due=notice.due if notice.waiting else None, settled=not notice.waiting)
    if notice.waiting:
        return notice
    return msgspec.structs.replace(notice, due=_repeat_at(notice, case, at), settled=not notice.firing)


def _unheard(alert: Alert, *, waiting: bool) -> Notice:
    return Notice(alert=alert, heard_at=alert.at, firing=alert.turn is not Turn.QUIET, waiting=waiting)


def _told_of(before: Notice | None, alert: Alert) -> Notice:
    if before is None:
        return _unheard(alert, waiting=True)
    level = loudest(before.alert.level, alert.level)
    newest = msgspec.structs.replace(alert, level=level, manner=before.alert.manner)
    return msgspec.structs.replace(before, alert=newest, firing=before.firing and alert.turn is not Turn.QUIET)


def _taken_into(case: Case | None, before: Notice | None, alert: Alert, units: Routed, title: str) -> Case | None:
    if case is not None and not case.open:
        if before is None or before.case != case.id:
            case = None
        elif alert.turn is Turn.RAISED and alert.level.louder_than(before.alert.level):
            case = _reopened(case, alert)
    if case is None:
        return _new_case(alert, units, title) if alert.manner.open_case and before is None else None
    return _grown(case, before, alert, units, title)


def _new_case(alert: Alert, units: Routed, title: str) -> Case:
    key = case_key(alert)
    id_ = digest("case", key, alert.id)
    return Case(
        id=id_,
        name=short("C", id_),
        key=key,
        level=alert.level,
        title=title,
        topic=alert.topic,
        places=() if alert.accusation else alert.places,
        lead_unit=units.lead,
        co_units=units.co,
        alerts=(alert.id,),
        firing=() if alert.turn is Turn.QUIET else (alert.id,),
        opened_at=alert.at,
        active_at=alert.active_at,
        sealed=alert.sealed or alert.accusation,
        part_of=alert.part_of,
        history=(_entry("opened", alert),),
    )


def _reopened(case: Case, alert: Alert) -> Case:
    return msgspec.structs.replace(
        case, state=CaseState.OPEN, acked_at=None, acked_by="", closed_at=None, outcome="",
        history=(*case.history, _entry("reopened", alert)),
    )  # fmt: skip


def _grown(case: Case, before: Notice | None, alert: Alert, units: Routed, title: str) -> Case:
    """Return the case with this turn in it; its title follows the alert that opened it."""
    level = loudest(case.level, alert.level)
    grown = msgspec.structs.replace(
        case,
        level=level,
        title=title if case.alerts[:1] == (alert.id,) and alert.turn is not Turn.QUIET else case.title,
        places=() if alert.accusation else _joined(case.places, alert.places),
        alerts=_joined(case.alerts, (alert.id,)),
        firing=_firing(case, before, alert),
        active_at=min(case.active_at, alert.active_at),
    )
    if what := _worth_a_line(case, alert):
        grown = msgspec.structs.replace(grown, history=(*case.history, _entry(what, alert)))
    if what in ("joined", "raised"):  # mere growth brings back no unit that returned the case
        co_units = tuple(unit for unit in _joined(case.co_units, units.units) if unit != case.lead_unit)
        grown = msgspec.structs.replace(grown, co_units=co_units)
    if level.louder_than(case.level) and case.acked:
        state = CaseState.OPEN if case.state is CaseState.ACKNOWLEDGED else case.state
        grown = msgspec.structs.replace(grown, state=state, acked_at=None, acked_by="")
    return grown


def _firing(case: Case, before: Notice | None, alert: Alert) -> tuple[str, ...]:
    others = tuple(id_ for id_ in case.firing if id_ != alert.id)
    over = alert.turn is Turn.QUIET or (before is not None and not before.firing)
    return others if over else (*others, alert.id)


def _entry(what: str, alert: Alert) -> Entry:
    """Return a line of history; the reasons of an accusation stay with the alert, which fewer may see."""
    return Entry(alert.at, what, words="" if alert.accusation else alert.why)


def _worth_a_line(case: Case, alert: Alert) -> str:
    if alert.id not in case.alerts:
        return "joined"
    return {Turn.RAISED: "raised", Turn.QUIET: "quiet"}.get(alert.turn, "")


def _ended(case: Case | None, notice: Notice, at: datetime) -> Heard:
    """An episode went quiet: those who were told hear of it, and nobody is left untold because it was short."""
    if notice.alert.queued:
        return Heard(case, msgspec.structs.replace(notice, settled=True))
    speeches = [Speech(NotifyReason.FIRST, at)] if notice.waiting else []
    if not notice.settled:
        speeches.append(Speech(NotifyReason.RESOLVE, at))
    ended = msgspec.structs.replace(
        notice, waiting=False, settled=True, due=None, spoken=notice.spoken + len(speeches)
    )  # fmt: skip
    return Heard(case, ended, tuple(speeches))


def _repeat_at(notice: Notice, case: Case | None, at: datetime) -> datetime | None:
    interval_s = notice.alert.manner.repeat_interval_s
    heeded = case is not None and (case.acked or not case.open)
    if not notice.firing or heeded or interval_s <= 0:
        return None
    return at + timedelta(seconds=interval_s)


def _joined(first: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *(one for one in more if one)]))
