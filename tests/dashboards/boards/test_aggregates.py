from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from crawlers import Outcome
from crawlers.frontier import Coverage
from crawlers.pace import Standing
from dashboards.boards.aggregates import Span, alerts_of, cases_of, days, open_of, posts_of, sources_of, weeks
from dashboards.boards.documents import AlertDoc, BoardDoc, CaseDoc
from dashboards.boards.items import alert_doc, case_doc, heard_doc, source_doc
from dashboards.boards.reading import Delivered
from pipeline.index.sqlite import SqliteIndex
from pipeline.model import GateFinding, GateStatus, MatterFinding, PrivacyFinding
from pipeline.notify.casebook import Notice
from tests.build import NOON, minute
from tests.dashboards.boards.district import ZONE
from tests.dashboards.boards.test_clocks import a_case
from tests.dashboards.console.district import a_doc, an_alert

TODAY = Span(date(2026, 3, 10), ZONE)
WEEK = Span(date(2026, 3, 9), ZONE, 7)


def shown(docs: Sequence[BoardDoc], of: str, dim: str) -> dict[str, str]:
    return {doc.value: doc.shown for doc in docs if (doc.of, doc.dim) == (of, dim) and doc.shown != "0"}


def test_a_day_begins_at_local_midnight() -> None:
    assert TODAY.start == datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert TODAY.holds(TODAY.start)
    assert not TODAY.holds(TODAY.end)


def test_days_count_back_from_today_and_weeks_begin_on_monday() -> None:
    back = days(NOON, ZONE, 3)

    assert [span.first for span in back] == [date(2026, 3, 10), date(2026, 3, 9), date(2026, 3, 8)]
    assert [(span.first, span.length) for span in weeks(back)] == [(date(2026, 3, 9), 7), (date(2026, 3, 2), 7)]


def an_index(folder: Path) -> SqliteIndex:
    """Twelve posts about water, eight about gas, two about noise, and what must not be counted."""
    index = SqliteIndex.open(f"sqlite:///{folder / 'index.db'}", "Asia/Shanghai")
    docs = [a_doc(f"w{n}", f"停水第{n}天", at=minute(n)) for n in range(12)]
    docs += [a_doc(f"g{n}", f"煤气味{n}", topic="gas", label="neu", street=None, at=minute(n)) for n in range(8)]
    docs += [a_doc(f"n{n}", f"太吵{n}", topic="noise", street=None, at=minute(-n)) for n in range(2)]
    hidden = [a_doc(f"x{n}", f"不该数{n}", topic="education") for n in range(4)]
    docs += [
        msgspec.structs.replace(hidden[0], privacy=PrivacyFinding(minor=True)),
        msgspec.structs.replace(hidden[1], privacy=PrivacyFinding(sealed=True)),
        msgspec.structs.replace(hidden[2], matter=MatterFinding(topic="education", accusation=True)),
        msgspec.structs.replace(hidden[3], gate=GateFinding(status=GateStatus.SPAM)),
        a_doc("yesterday", "昨天停水", at=NOON - timedelta(days=1)),
    ]
    index.write(docs)
    return index


def test_posts_are_counted_without_what_is_sealed_and_without_small_numbers(tmp_path: Path) -> None:
    docs = posts_of(an_index(tmp_path), TODAY, ["湖东街道", "柳园镇"])

    assert shown(docs, "posts", "total") == {"total": "22"}
    assert shown(docs, "posts", "matter.topic") == {"water": "12", "gas": "—", "noise": "<5"}
    assert shown(docs, "posts", "place.street") == {"湖东街道": "12", "不明": "10"}
    assert shown(docs, "posts", "hour") == {"12": "—", "11": "<5"}
    assert {doc.shown for doc in docs if doc.value == "柳园镇"} == {"0"}


def test_two_tables_of_one_day_say_the_same_total(tmp_path: Path) -> None:
    docs = posts_of(an_index(tmp_path), TODAY)
    told = {doc.dim: sum(d.n or 0 for d in docs if d.dim == doc.dim) for doc in docs}

    assert all(n <= 22 for n in told.values())
    assert all(doc.n is None or doc.n == 0 or doc.n >= 5 for doc in docs)


def some_alerts(many: int, level: str = "L3", **more: Any) -> list[AlertDoc]:
    return [
        alert_doc(Notice(alert=an_alert(f"{level}{n}", level, **more), heard_at=minute(n)), None, Delivered())
        for n in range(many)
    ]


def test_alerts_are_told_by_the_week_and_their_total_by_the_day() -> None:
    docs = alerts_of([*some_alerts(12), *some_alerts(6, "L2"), *some_alerts(2, "L1", sealed=True)], WEEK)

    assert shown(docs, "alerts", "level") == {"L3": "12", "L2": "6"}
    assert shown(docs, "alerts", "place") == {"jhl": "18"}
    assert {doc.at for doc in docs if doc.dim == "level"} == {WEEK.start}
    assert [doc.n for doc in docs if doc.dim == "total"] == [0, 18, 0, 0, 0, 0, 0]


def test_a_small_day_takes_another_day_with_it_for_the_week_is_told_as_well() -> None:
    later = [msgspec.structs.replace(one, at=one.at + timedelta(days=1)) for one in some_alerts(2)]

    docs = alerts_of([*some_alerts(12), *later], WEEK)

    assert [doc.shown for doc in docs if doc.dim == "total"] == ["0", "—", "<5", "0", "0", "0", "0"]


def some_cases(many: int, **more: Any) -> list[CaseDoc]:
    return [case_doc(msgspec.structs.replace(a_case(**more), id=f"c{n}"), minute(30)) for n in range(many)]


def test_cases_of_a_week_and_those_that_are_open_are_counted_apart() -> None:
    cases = [*some_cases(6, lead_unit="区水务局"), *some_cases(7, closed_at=minute(9)), *some_cases(9, sealed=True)]

    assert shown(cases_of(cases, WEEK), "cases", "ack") == {"overdue": "6", "in_time": "7"}
    assert shown(cases_of(cases, WEEK), "cases", "unit") == {"区水务局": "6", "不明": "7"}
    still = open_of([case for case in cases if case.open], TODAY)
    assert {doc.of for doc in still} == {"open"}
    assert shown(still, "open", "total") == {"total": "13"}


def test_sources_are_no_persons_and_are_told_as_they_are() -> None:
    now = [source_doc(Standing(id=f"s{n}", outcome=Outcome.FAILED, visited_at=NOON), "forum", NOON) for n in range(2)]
    heard = [heard_doc("s0", "forum", TODAY.start, Coverage(minutes, 100.0)) for minutes in (100.0, 50.0)]

    docs = sources_of(now, [one for one in heard if one], TODAY, today=True)

    assert shown(docs, "sources", "outcome") == {"failed": "2"}
    assert shown(docs, "sources", "coverage") == {"share": "75%"}
    assert sources_of(now, [], TODAY, today=False) == []


def test_a_post_that_comes_while_a_day_is_counted_makes_no_number_negative(tmp_path: Path) -> None:
    class Growing(SqliteIndex):
        """An index into which one more post comes after each question."""

        def search(self, query: str, **more: Any) -> Any:
            found = super().search(query, **more)
            self.write([a_doc("late", "停水了", at=minute(5))])
            return found

    an_index(tmp_path)
    growing = Growing.open(f"sqlite:///{tmp_path / 'index.db'}", "Asia/Shanghai")

    docs = posts_of(growing, TODAY)

    assert [doc for doc in docs if doc.n is not None and doc.n < 0] == []
