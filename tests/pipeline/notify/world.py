"""Builders for the stories of this folder: a desk with a clock, and alerts that need only their point said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.bus import Delivery
from pipeline.directory import Directory
from pipeline.ledger import Ledger, tables
from pipeline.model import Action, Alert, Case, Evidence, Level, Manner, Notification, Signal, Turn, Verb, encode
from pipeline.notify.records import read_case, read_notification
from pipeline.notify.stage import NotifyStage

DAY = datetime(2026, 3, 10, tzinfo=UTC)


def at(clock: str) -> datetime:
    """Return a moment of the day, ``HH:MM`` or ``HH:MM:SS``; hours may pass 24."""
    hours, minutes, *seconds = map(int, clock.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def an_alert(turn: Turn = Turn.OPENED, when: str = "11:00", id_: str = "a1", **more: Any) -> Alert:
    values: dict[str, Any] = {
        "id": id_,
        "turn_id": f"{id_}/{turn.value}/{when}",
        "turn": turn,
        "rule": "livelihood.water_outage",
        "rule_rev": "r1",
        "rule_name": "停水集中反映",
        "group_by": ("place.street",),
        "group": ("湖东街道",),
        "level": Level.L3,
        "active_at": at(when),
        "last_at": at(when),
        "at": at(when),
        "summary": "湖东街道 1小时内 12 人反映停水",
        "why": "livelihood.water_outage：12 >= 10",
        "topic": "water",
        "places": ("湖东街道",),
        "evidence": (Evidence("u5:1", at(when), "bbs", "锦湖里又停水了", "https://example.com/1"),),
        "manner": Manner(group_wait_s=30, repeat_interval_s=7200, case_key=("place.street",)),
    }
    return Alert(**{**values, **more})


def an_act(verb: Verb, case: Case, when: str, reason: str = "", unit: str = "", by: str = "值班员甲") -> Action:
    return Action(
        id=f"{verb.value}/{case.id}/{when}/{by}", verb=verb, case=case.id, by=by, at=at(when), reason=reason, unit=unit
    )


def deliveries(signals: Sequence[Signal], start: int = 0) -> list[Delivery]:
    return [Delivery("signals", 0, start + i, one.key, encode(one)) for i, one in enumerate(signals)]


class NotifyDesk:
    """A stage on a ledger, driven as the engine drives it."""

    def __init__(self, ledger: Path | str, receivers: dict[str, tuple[str, ...]] | None = None) -> None:
        """*ledger* is a URL, or a folder in which to keep one."""
        self.url = ledger if isinstance(ledger, str) else f"sqlite:///{ledger / 'ledger.db'}"
        self.receivers: dict[str, tuple[str, ...]] = receivers or {"控制台": ()}
        self.start()

    def start(self) -> None:
        """Start anew, as after a crash: only the ledger is left."""
        self.ledger = Ledger.open(self.url)
        self.stage = NotifyStage(self.ledger, self.receivers, Directory.read())

    def hear(self, *signals: Signal) -> None:
        offset = dict(self.stage.recall()).get(0, 0)
        self.stage.process(deliveries(signals, offset), signals[-1].at)
        self.stage.remember({0: offset + len(signals)})

    def tick(self, clock: str) -> None:
        self.stage.tick(at(clock))
        self.stage.remember({})

    @property
    def outbox(self) -> list[Notification]:
        """All messages ever written, oldest first."""
        with self.ledger.transaction() as connection:
            bodies = connection.execute(sa.select(tables.outbox.c.body)).scalars().all()
        return sorted(map(read_notification, bodies), key=lambda one: (one.at, one.alert, one.seq, one.receiver))

    @property
    def said(self) -> list[str]:
        """What people were told, as ``HH:MM:SS reason level``."""
        return [f"{one.at:%H:%M:%S} {one.reason.value} {one.level.value}" for one in self.outbox]

    @property
    def cases(self) -> list[Case]:
        with self.ledger.transaction() as connection:
            query = sa.select(tables.case.c.body).order_by(tables.case.c.opened_at, tables.case.c.id)
            return [read_case(body) for body in connection.execute(query).scalars()]

    @property
    def case(self) -> Case:
        (only,) = self.cases
        return only

    def states(self) -> dict[str, str]:
        with self.ledger.transaction() as connection:
            rows = connection.execute(sa.select(tables.outbox.c.id, tables.outbox.c.state)).all()
        return {row.id: row.state for row in rows}
