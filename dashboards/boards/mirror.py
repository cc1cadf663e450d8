"""Keeps the boards' documents in the search server up to date with ledger, crawler and index.

It stands in nobody's way: nothing waits for it, and what it wrote can be written again from the beginning. Ids are
deterministic and versions are the moment of writing, so that of two mirrors the later one wins.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

import msgspec

from dashboards.boards.aggregates import Span, alerts_of, cases_of, days, open_of, posts_of, sources_of, weeks
from dashboards.boards.documents import (
    MIRRORED,
    VIEW_OF,
    VIEWS,
    AlertDoc,
    BoardDoc,
    CaseDoc,
    Doc,
    SourceDoc,
    as_tree,
    template,
)
from dashboards.boards.items import Coverage, Standing, alert_doc, case_doc, heard_doc, source_doc
from dashboards.boards.reading import Books, Delivered, read_books
from pipeline.index import PostIndex
from pipeline.index.elastic.gateway import Outcome, Template, Write
from pipeline.ledger import Ledger
from pipeline.log import get

log = get("mirror")

BOARD_EVERY: Final = timedelta(minutes=10)
_BACK: Final = 30  # days that are counted when the mirror starts: as long as posts are kept (DOMAIN P-20)
_AFTERMATH: Final = 3  # days that late posts and growing cases may still change


class Store(Protocol):
    """The search server, as far as the mirror needs it; ``pipeline.index.elastic.gateway.Gateway`` is one."""

    def ensure(self, template: Template) -> None: ...

    def create(self, index: str) -> None: ...

    def widen(self, index: str, mappings: Mapping[str, Any]) -> None: ...

    def bulk(self, writes: Sequence[Write]) -> Sequence[Outcome]: ...


class Standings(Protocol):
    """Where the sources stand; ``crawlers.frontier.Frontier`` is one."""

    def standings(self) -> Sequence[Standing]: ...

    def coverage(self, id_: str, day: date) -> Coverage: ...


@dataclass(kw_only=True)
class Mirror:
    """Writes what changed since the last step.

    *classes* are the classes of the sources by id, *units* the names of the offices by id; *streets* are the
    district's own, counted even where nobody spoke.
    """

    store: Store
    prefix: str
    ledger: Ledger
    index: PostIndex
    standings: Standings
    zone: ZoneInfo
    classes: Mapping[str, str] = field(default_factory=dict)
    streets: Sequence[str] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    read_s: float = field(default=0.0, init=False)
    """How long reading the ledger took the last time: nobody can write to it meanwhile."""
    _written: dict[tuple[str, str], Doc] = field(default_factory=dict, init=False)
    _counted_at: datetime | None = field(default=None, init=False)
    _ready: bool = field(default=False, init=False)

    def step(self, now: datetime) -> int:
        """Bring the documents up to *now* and say how many were written.

        Items are looked at in every step, the leaders' numbers every ten minutes. Raises Unavailable if ledger,
        index or search server are away; the next step then does what this one could not.
        """
        if not self._ready:
            self._make_templates()
        began = time.monotonic()
        books = read_books(self.ledger)
        self.read_s = time.monotonic() - began
        alerts, cases = self._alerts(books), self._cases(books, now)
        sources = self._sources(now)
        heard = self._heard(now, [source.source_id for source in sources])
        wrote = self._write([*alerts, *cases, *sources, *heard], now)
        if self._counted_at is None or now - self._counted_at >= BOARD_EVERY:
            wrote += self._write(self._board(now, alerts, cases, sources, heard), now)
            self._counted_at = now
            self._forget(before=weeks(self._days(now))[-1].start)
        if wrote:
            log.info("mirrored", wrote=wrote)
        return wrote

    def _make_templates(self) -> None:
        for name in MIRRORED:
            made = template(VIEWS[name], self.prefix)
            self.store.ensure(made)
            self.store.create(made.name)
            self.store.widen(made.name, made.mappings)  # an index of an earlier release lacks the newer fields
        self._ready = True

    def _alerts(self, books: Books) -> list[AlertDoc]:
        nothing = Delivered()
        return [
            alert_doc(
                notice, books.cases.get(notice.case), books.delivered.get(notice.alert.id, nothing), self.units
            )
            for notice in books.notices
        ]  # fmt: skip

    def _cases(self, books: Books, now: datetime) -> list[CaseDoc]:
        minors = {notice.case for notice in books.notices if notice.alert.minor}
        return [case_doc(case, now, self.units, minor=case.id in minors) for case in books.cases.values()]

    def _sources(self, now: datetime) -> list[SourceDoc]:
        return [source_doc(one, self._class(one.id), now) for one in self.standings.standings()]

    def _heard(self, now: datetime, ids: Iterable[str]) -> list[SourceDoc]:
        docs = [
            heard_doc(id_, self._class(id_), day.start, self.standings.coverage(id_, day.first))
            for day in self._days(now)
            for id_ in ids
        ]
        return [doc for doc in docs if doc is not None]

    def _board(
        self, now: datetime, alerts: Sequence[AlertDoc], cases: Sequence[CaseDoc], sources: Sequence[SourceDoc],
        heard: Sequence[SourceDoc],
    ) -> list[Doc]:  # fmt: skip
        docs: list[Doc] = []
        counted = self._days(now)
        for place, day in enumerate(counted):
            docs += posts_of(self.index, day, self.streets)
            docs += open_of(cases, day) if place == 0 else []
            docs += sources_of(sources, [one for one in heard if day.holds(one.at)], day, today=place == 0)
        for week in weeks(counted):
            docs += alerts_of(alerts, week)
            docs += cases_of(cases, week)
        return [*docs, *self._emptied(docs, counted)]

    def _days(self, now: datetime) -> list[Span]:
        return days(now, self.zone, _BACK if self._counted_at is None else _AFTERMATH)

    def _class(self, id_: str) -> str:
        return self.classes.get(id_, "other")

    def _write(self, docs: Sequence[Doc], now: datetime) -> int:
        changed = [doc for doc in docs if self._written.get(_place(doc)) != doc]
        version = int(now.timestamp() * 1000)
        writes = [Write(self._index_of(doc), doc.key, as_tree(doc), version=version) for doc in changed]
        outcomes = self.store.bulk(writes) if writes else []
        for doc, outcome in zip(changed, outcomes, strict=True):
            if outcome.refused:  # a bug of ours: said aloud, and tried again with the next step
                log.error("document refused", view=VIEW_OF[type(doc)], id=doc.key, reason=outcome.refused)
            else:
                self._written[_place(doc)] = doc
        return sum(not outcome.refused for outcome in outcomes)

    def _forget(self, before: datetime) -> None:
        """Forget what was written of days that are not counted again, or it would be more with every day."""
        self._written = {place: doc for place, doc in self._written.items() if not _of_a_day(doc) or doc.at >= before}

    def _index_of(self, doc: Doc) -> str:
        return VIEWS[VIEW_OF[type(doc)]].pattern(self.prefix)

    def _emptied(self, docs: Sequence[Doc], days: Sequence[Span]) -> list[BoardDoc]:
        """Return what was told of *days* and is in no table any more, as nought: a post was deleted or moved."""
        there = {doc.key for doc in docs}
        told = [doc for doc in self._written.values() if isinstance(doc, BoardDoc) and doc.key not in there]
        gone = [doc for doc in told if doc.of != "open" and any(day.holds(doc.at) for day in days)]
        return [msgspec.structs.replace(doc, n=0, shown="0", small=False, withheld=0) for doc in gone]


def _of_a_day(doc: Doc) -> bool:
    return isinstance(doc, BoardDoc) or (isinstance(doc, SourceDoc) and doc.kind == "day")


def _place(doc: Doc) -> tuple[str, str]:
    return VIEW_OF[type(doc)], doc.key
