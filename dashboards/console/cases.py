"""The case desk as the page needs it: rows, one file, acts, numbers."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final

import msgspec

from dashboards.console.rows import CaseFile, CaseRow, Flag, alert_view, case_row, flags, history_of, notice_view
from pipeline.errors import Rejected
from pipeline.model import Alert, Case, CaseState, Level, Verb
from pipeline.notify import RowState
from pipeline.notify.acts import act as after_act
from pipeline.notify.desk import Desk

OPEN_MOST: Final = 500  # of one level: requests that wait in a queue may be many, and hide nothing louder
CLOSED_MOST: Final = 50
_OUTBOX: Final = {
    RowState.PENDING: "waiting",
    RowState.LEASED: "leased",
    RowState.ACCEPTED: "accepted",
    RowState.SUPERSEDED: "superseded",
    RowState.DEAD: "dead",
}


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the page sends with a click: who clicked, and the words that the verb needs."""

    by: str
    reason: str = ""
    unit: str = ""
    link: str = ""

    def __post_init__(self) -> None:
        if not self.by.strip() or len(self.by) > 32:
            raise ValueError("请写明经办人，不超过 32 字 / say who does it, in 32 characters at most")
        if self.link and not self.link.startswith(("https://", "http://")):
            raise ValueError("链接应以 http:// 或 https:// 开头 / a link begins with http:// or https://")


class CaseBoard:
    """Turns what the desk knows into what the page shows. It asks for nothing that is sealed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def rows(self) -> list[CaseRow]:
        """Return every case that is not closed, up to so many of each level, and the newest closed ones."""
        cases: list[Case] = []
        for state in CaseState:  # state by state, so that no flood of closed cases hides an open one
            if state is CaseState.CLOSED:
                cases += self._desk.cases(state, most=CLOSED_MOST)
                continue
            for level in Level:
                cases += self._desk.cases(state, level, most=OPEN_MOST)
        alerts: defaultdict[str, list[Alert]] = defaultdict(list)
        for notice in self._desk.alerts_of([case.id for case in cases]):
            alerts[notice.case].append(notice.alert)
        return [case_row(case, alerts[case.id]) for case in cases]

    def file(self, name: str) -> CaseFile | None:
        try:
            found = self._desk.case(name)
        except Rejected:
            return None
        case, alerts = found.case, [notice.alert for notice in found.notices]
        return CaseFile(
            row=case_row(case, alerts),
            others=tuple(case_row(other, ()) for other in found.others),
            alerts=tuple(alert_view(alert, sealed=case.sealed) for alert in alerts),
            notices=tuple(
                notice_view(
                    sent.notification,
                    sent.state,
                    attempts=sent.attempts,
                    ended_at=sent.ended_at,
                    words=sent.last_answer,
                )
                for sent in found.messages
            ),
            history=history_of(case),
        )

    def act(self, name: str, verb: Verb, act: Act, now: datetime) -> CaseRow | None:
        """Do *verb*, and return the case as it is about to be: its only writer is the notify stage.

        None if there is no such case. Raises Rejected, in words for the officer, if it is not allowed now.
        """
        try:
            found = self._desk.case(name)
        except Rejected:
            return None
        action = self._desk.act(
            verb, found.case.id, by=act.by.strip(), at=now, reason=act.reason.strip(), unit=act.unit, link=act.link
        )
        return case_row(after_act(found.case, action), [notice.alert for notice in found.notices])

    def flags(self, since: datetime) -> list[Flag]:
        return flags(self.rows(), since)

    def outbox(self) -> dict[str, int]:
        states = self._desk.health().by_state
        return {name: states.get(state, 0) for state, name in _OUTBOX.items()}

    def counts(self) -> dict[str, int]:
        rows = self.rows()
        return {"open": sum(row.open for row in rows), "unacked": sum(row.state is CaseState.OPEN for row in rows)}
