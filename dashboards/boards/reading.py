"""What the mirror reads from the ledger: cases, alerts, and what became of their messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.ledger import Ledger, tables
from pipeline.model import Case
from pipeline.notify import RowState
from pipeline.notify.casebook import Notice
from pipeline.notify.records import read_case, read_notice

_outbox = tables.outbox.c


@dataclass(frozen=True)
class Delivered:
    """What became of an alert's messages; *first_at* is when the first of them was accepted."""

    accepted: int = 0
    waiting: int = 0
    dead: int = 0
    first_at: datetime | None = None


@dataclass(frozen=True)
class Books:
    """The ledger at one moment; shadow alerts are left out, for nobody was told of them."""

    cases: Mapping[str, Case] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    delivered: Mapping[str, Delivered] = field(default_factory=dict)


def read_books(ledger: Ledger) -> Books:
    """Return what stands on *ledger*. Raises Unavailable.

    Only rows are fetched in the transaction: SQLite lets nobody write while it is open.
    """
    tally = sa.select(
        _outbox.alert, _outbox.state, sa.func.count().label("n"), sa.func.min(_outbox.ended_at).label("first_at")
    ).group_by(_outbox.alert, _outbox.state)
    with ledger.transaction() as connection:
        cases = connection.execute(sa.select(tables.case.c.body)).scalars().all()
        notices = connection.execute(sa.select(tables.notice.c.body)).scalars().all()
        messages = connection.execute(tally).all()
    read = (read_notice(body) for body in notices)
    return Books(
        cases={case.id: case for case in map(read_case, cases)},
        notices=tuple(notice for notice in read if not notice.alert.shadow),
        delivered=_delivered(messages),
    )


def _delivered(rows: Iterable[sa.Row[Any]]) -> dict[str, Delivered]:
    states: dict[str, dict[str, tuple[int, datetime | None]]] = {}
    for row in rows:
        states.setdefault(row.alert, {})[row.state] = (row.n, row.first_at)
    return {alert: _summed(by_state) for alert, by_state in states.items()}


def _summed(by_state: Mapping[str, tuple[int, datetime | None]]) -> Delivered:
    def count(state: RowState) -> int:
        return by_state.get(state.value, (0, None))[0]

    accepted, first_at = by_state.get(RowState.ACCEPTED.value, (0, None))
    waiting = count(RowState.PENDING) + count(RowState.LEASED)
    return Delivered(accepted=accepted, waiting=waiting, dead=count(RowState.DEAD), first_at=first_at)
