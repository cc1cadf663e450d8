"""The leaders' aggregates: tables of counts by one dimension, with what may not be told left out (DOMAIN P-30).

Posts are counted by the local day. Alerts and cases are few: by the day there is their total, and all else by the
week, for most cells of a day would be too small to be told. Tables of one span share nothing but their total, so
that no two of them can be set against each other; there is no table of two dimensions. Sealed matters, minors and
spam are in no number here (DOMAIN P-11, P-33).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dashboards.boards import words
from dashboards.boards.cells import Cell, alone, protected
from dashboards.boards.documents import AlertDoc, BoardDoc, CaseDoc, SourceDoc
from pipeline.index import PostIndex

_POSTS: Final = (
    "NOT privacy.sealed:true AND NOT matter.accusation:true AND NOT privacy.minor:true AND NOT gate.status:spam"
)
_EVERY: Final = 10_000  # more values than any of these fields has
_HOURS: Final = {f"{hour:02}": f"{hour:02} 时" for hour in range(24)}
_POST_DIMS: Final[Mapping[str, Mapping[str, str]]] = {
    "sentiment.label": words.LABEL,
    "matter.topic": words.TOPIC,
    "matter.harm": words.HARM,
    "source.class": words.CLASS,
    "place.street": {},
}
TOTAL: Final = "total"


@dataclass(frozen=True)
class Table:
    """Counts of one population by one dimension; *known* are the words for its codes, each told even at zero."""

    of: str
    dim: str
    counts: Mapping[str, int]
    known: Mapping[str, str]


@dataclass(frozen=True)
class Span:
    """Some days of the district's zone, from *first* on."""

    first: date
    zone: ZoneInfo
    length: int = 1

    @property
    def start(self) -> datetime:
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        return self._midnight(self.first + timedelta(days=self.length))

    def _midnight(self, of: date) -> datetime:
        return datetime.combine(of, time(0), self.zone).astimezone(UTC)

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def days(self) -> list[Span]:
        return [Span(self.first + timedelta(days=day), self.zone) for day in range(self.length)]


def days(now: datetime, zone: ZoneInfo, many: int) -> list[Span]:
    """Return the local day of *now* and those before it, *many* in all, the newest first."""
    today = now.astimezone(zone).date()
    return [Span(today - timedelta(days=back), zone) for back in range(many)]


def weeks(of: Iterable[Span]) -> list[Span]:
    """Return the weeks, from Monday on, in which the days *of* are."""
    mondays = {day.first - timedelta(days=day.first.weekday()): day.zone for day in of}
    return [Span(monday, zone, 7) for monday, zone in sorted(mondays.items(), reverse=True)]


def posts_of(index: PostIndex, day: Span, streets: Sequence[str] = ()) -> list[BoardDoc]:
    """Count the posts of *day*. Raises Unavailable."""
    total = index.search(_POSTS, since=day.start, until=day.end, most=1).total
    tables = [_post_table(index, day, dim, known, total) for dim, known in _POST_DIMS.items() if dim != "place.street"]
    tables.append(_post_table(index, day, "place.street", {street: street for street in streets}, total))
    hours: Counter[str] = Counter()
    for bucket in index.aggregate(_POSTS, "hour", since=day.start, until=day.end):
        hours[bucket.key[11:13]] += bucket.count
    tables.append(Table("posts", "hour", hours, _HOURS))
    return list(_told(day, "posts", total, tables))


def _post_table(index: PostIndex, day: Span, dim: str, known: Mapping[str, str], total: int) -> Table:
    found = index.aggregate(_POSTS, dim, since=day.start, until=day.end, most=_EVERY)
    counts = Counter({bucket.key: bucket.count for bucket in found})
    if (rest := total - sum(counts.values())) > 0:  # below nought if posts came since the total was counted
        counts[words.UNKNOWN] = rest
    return Table("posts", dim, counts, known)


def alerts_of(alerts: Iterable[AlertDoc], week: Span) -> list[BoardDoc]:
    """Count the alerts that were raised in *week*."""
    heard = [alert for alert in alerts if week.holds(alert.at) and not alert.sealed]
    tables = [
        Table("alerts", "level", Counter(alert.level for alert in heard), words.LEVEL),
        Table("alerts", "topic", Counter(alert.topic for alert in heard), words.TOPIC),
        Table("alerts", "place", Counter(_first(alert.places) for alert in heard), {}),
        Table("alerts", "accepted", Counter(alert.accepted for alert in heard), words.ACCEPTED),
    ]
    return [*_by_day(week, "alerts", [alert.at for alert in heard]), *_tables(week, tables)]


def cases_of(cases: Iterable[CaseDoc], week: Span) -> list[BoardDoc]:
    """Count the cases that were opened in *week*, by how they stand now."""
    opened = [case for case in cases if week.holds(case.at) and not case.sealed]
    return [*_by_day(week, "cases", [case.at for case in opened]), *_tables(week, _case_tables("cases", opened))]


def open_of(cases: Iterable[CaseDoc], day: Span) -> list[BoardDoc]:
    """Count the cases that are open now; *day* is today, and keeps the last of these numbers."""
    still = [case for case in cases if case.open and not case.sealed]
    return list(_told(day, "open", len(still), _case_tables("open", still)))


def _case_tables(of: str, cases: Sequence[CaseDoc]) -> list[Table]:
    return [
        Table(of, "level", Counter(case.level for case in cases), words.LEVEL),
        Table(of, "state", Counter(case.state for case in cases), words.STATE),
        Table(of, "ack", Counter(case.ack_state for case in cases), words.CLOCK),
        Table(of, "close", Counter(case.close_state for case in cases), words.CLOCK),
        Table(of, "topic", Counter(case.topic for case in cases), words.TOPIC),
        Table(of, "unit", Counter(case.lead_unit or words.UNKNOWN for case in cases), {}),
    ]


def _by_day(week: Span, of: str, times: Sequence[datetime]) -> Iterator[BoardDoc]:
    """Yield the totals of the days of *week*: a table too, for the week's own tables give away its sum."""
    spans = {day.first.isoformat(): day for day in week.days()}
    counts = {name: sum(day.holds(at) for at in times) for name, day in spans.items()}
    for name, cell in protected(counts).items():
        yield _cell(spans[name], of, TOTAL, TOTAL, "合计", cell)


def sources_of(now: Sequence[SourceDoc], heard: Sequence[SourceDoc], day: Span, *, today: bool) -> list[BoardDoc]:
    """Count sources by outcome, and say which share of *day* was heard. Sources are no persons: every number is told."""
    docs = []
    if today:
        outcomes = Counter(source.outcome or "never" for source in now)
        for code, label in words.OUTCOME.items():
            docs.append(_cell(day, "sources", "outcome", code, label, Cell(outcomes[code], str(outcomes[code]))))
    watched = sum(one.watched_min or 0 for one in heard)
    if watched:
        share = round(100 * sum(one.covered_min or 0 for one in heard) / watched)
        docs.append(_cell(day, "sources", "coverage", "share", "监听覆盖率", Cell(share, f"{share}%")))
    return docs


def _told(span: Span, of: str, total: int, tables: Iterable[Table]) -> Iterator[BoardDoc]:
    yield _cell(span, of, TOTAL, TOTAL, "合计", alone(total))
    yield from _tables(span, tables)


def _tables(span: Span, tables: Iterable[Table]) -> Iterator[BoardDoc]:
    for table in tables:
        counts = {**dict.fromkeys(table.known, 0), **table.counts}
        for code, cell in protected(counts).items():
            yield _cell(span, table.of, table.dim, code, table.known.get(code, code), cell)


def _cell(span: Span, of: str, dim: str, code: str, label: str, cell: Cell) -> BoardDoc:
    return BoardDoc(
        at=span.start, of=of, dim=dim, value=code, label=label, shown=cell.shown, n=cell.n, small=cell.small,
        withheld=int(cell.n is None),
    )  # fmt: skip


def _first(places: Sequence[str]) -> str:
    return places[0] if places else words.UNKNOWN
