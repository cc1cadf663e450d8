"""What an officer may do to a case, and what the case is afterwards. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from pipeline.errors import Rejected
from pipeline.model import Action, Case, CaseState, Entry, Verb


def act(case: Case, action: Action) -> Case:
    """Return *case* after an officer's act. Raises Rejected, in words for the officer, if it is not allowed now."""
    if action.verb is Verb.REOPEN and case.open:
        raise Rejected("案卷没有办结，不需要重开 / the case is open")
    if action.verb not in (Verb.REOPEN, Verb.NOTE) and not case.open:
        raise Rejected("案卷已经办结，请先重开 / the case is closed; reopen it first")
    changed = _ACTS[action.verb](case, action)
    entry = Entry(at=action.at, what=action.verb.value, by=action.by, words=_words(action))
    return msgspec.structs.replace(changed, history=(*changed.history, entry))


def _acknowledged(case: Case, action: Action) -> Case:
    if case.acked:
        raise Rejected(f"{case.acked_by} 已经签收 / already acknowledged")
    return msgspec.structs.replace(case, state=_SIGNED[case.state], acked_at=action.at, acked_by=action.by)


def _assigned(case: Case, action: Action) -> Case:
    """Give the case to a unit; whoever does that has seen it, so it counts as acknowledged."""
    if not action.unit:
        raise Rejected("请写明交办单位 / name the unit")
    others = tuple(unit for unit in case.units if unit != action.unit)
    return msgspec.structs.replace(
        case, state=CaseState.ASSIGNED, lead_unit=action.unit, co_units=others,
        acked_at=case.acked_at or action.at, acked_by=case.acked_by or action.by,
    )  # fmt: skip


def _returned(case: Case, action: Action) -> Case:
    """Take the case back from its unit, to whom *action* names if it names one."""
    if case.state is not CaseState.ASSIGNED:
        raise Rejected("案卷没有交办，不能退回 / the case is not assigned")
    if not action.reason:
        raise Rejected("退回要写明理由 / say why it is returned")
    lead = action.unit or case.lead_unit
    others = tuple(unit for unit in case.co_units if unit != lead)
    state = CaseState.ACKNOWLEDGED if case.acked else CaseState.OPEN
    return msgspec.structs.replace(case, state=state, lead_unit=lead, co_units=others)


def _closed(case: Case, action: Action) -> Case:
    if not action.reason:
        raise Rejected("办结要写明结果 / say how it ended")
    return msgspec.structs.replace(case, state=CaseState.CLOSED, closed_at=action.at, outcome=action.reason)


def _opened_again(case: Case, action: Action) -> Case:
    if not action.reason:
        raise Rejected("重开要写明理由 / say why it is reopened")
    return msgspec.structs.replace(
        case, state=CaseState.OPEN, acked_at=None, acked_by="", closed_at=None, outcome=""
    )  # fmt: skip


def _noted(case: Case, action: Action) -> Case:
    if not action.reason:
        raise Rejected("请写下备注 / write the note")
    return case


_SIGNED: Final = {CaseState.OPEN: CaseState.ACKNOWLEDGED, CaseState.ASSIGNED: CaseState.ASSIGNED}
_ACTS: Final[dict[Verb, Callable[[Case, Action], Case]]] = {
    Verb.ACK: _acknowledged,
    Verb.ASSIGN: _assigned,
    Verb.RETURN: _returned,
    Verb.CLOSE: _closed,
    Verb.REOPEN: _opened_again,
    Verb.NOTE: _noted,
}


def _words(action: Action) -> str:
    return " ".join(part for part in (action.unit, action.reason, action.link) if part)
