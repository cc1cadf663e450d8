"""``yuqing cases``: the ledger from the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime

import msgspec

from pipeline.app import App
from pipeline.cli.tables import print_table
from pipeline.errors import Fault, Misconfigured, Rejected
from pipeline.model import Case, CaseState, Verb
from pipeline.notify import CaseFile
from pipeline.settings import Settings

_STATES = {"open": "待签收", "acknowledged": "已签收", "assigned": "已交办", "closed": "已办结"}
_PATIENCE_S = 5.0


def list_cases(settings: Settings, state: str, format: str) -> None:
    app = App(settings)
    found = app.desk.cases(_state(state) if state else None)
    if format == "json":
        _print_json(found)
    else:
        _print_table(found, app)
    app.close()


def show_case(settings: Settings, name: str, format: str) -> None:
    app = App(settings)
    file = app.desk.case(_named(name))
    if format == "json":
        _print_json(file)
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(file, app))
    app.close()


def _lines(file: CaseFile, app: App) -> Iterator[str]:
    case = file.case
    yield f"{case.name} 【{case.level.chinese}·{case.level.value}】{case.title}  {_STATES[case.state.value]}"
    for entry in case.history:
        yield f"  {_clock(entry.at, app)} {entry.by} {entry.what} {entry.words}"
    for other in file.others:
        yield f"  同一篇文章 / of the same article: {other.name} {other.title}  {_STATES[other.state.value]}"
    for sent in file.messages:
        told = sent.notification
        yield f"  → {told.receiver} {told.reason.value} {sent.state.value} {sent.last_answer}"


def act_on_case(settings: Settings, verb: str, name: str, *, by: str, reason: str, unit: str, link: str) -> None:
    """Publish the act, and wait until the desk has carried it out, if one is running."""
    if verb not in [known.value for known in Verb]:
        raise Misconfigured(
            [Fault(verb, f"没有这个动作；可用 {' '.join(Verb)}", f"no such verb; use {' '.join(Verb)}")]
        )
    _named(name)
    app = App(settings)
    app.desk.act(Verb(verb), name, by=by, at=app.clock.now(), reason=reason, unit=unit, link=link)
    done = _carried_out(app)
    case = app.desk.case(name).case
    words = _STATES[case.state.value] if done else "已记下，值班台运行后生效 / noted, takes effect when the desk runs"
    sys.stdout.write(f"{case.name} {words}\n")
    app.close()


def _carried_out(app: App) -> bool:
    give_up = time.monotonic() + _PATIENCE_S
    while app.bus.lag("notify", "signals"):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


def _named(name: str) -> str:
    if not name:
        zh = "请写明案卷，如 yuqing cases show C-3F7KQ；yuqing cases 列出全部"
        raise Misconfigured([Fault("cases", zh, "name the case; yuqing cases lists them")])
    return name


def _state(word: str) -> CaseState:
    try:
        return CaseState(word)
    except ValueError as error:
        known = " ".join(CaseState)
        raise Rejected(f"没有这种状态：{word}；可用 {known} / no such state; use {known}") from error


def _print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def _print_table(cases: list[Case], app: App) -> None:
    rows = (
        (case.name, f"{case.level.chinese}·{case.level.value}", _STATES[case.state.value], case.title,
         "、".join(case.units), _clock(case.active_at, app))
        for case in cases
    )  # fmt: skip
    print_table(("案件", "级别", "状态", "标题", "单位", "起于"), rows)


def _clock(at: datetime, app: App) -> str:
    return at.astimezone(app.zone).strftime("%m-%d %H:%M")
