"""Builds the parts of the desk from the settings. Each process builds its own; nothing is shared but files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from starlette.applications import Starlette

from crawlers.collector import Collector
from crawlers.frontier import Frontier
from crawlers.intake import Intake
from crawlers.pseudonyms import Pseudonyms
from crawlers.push import Seen, push_sources
from crawlers.push import routes as push_routes
from crawlers.sources import OpenSource, open_sources
from dashboards.console.server import console
from pipeline.analyse import AnalyseStage, Analyst, ClusterStage
from pipeline.analyse.cluster import MOST, Clusters
from pipeline.analyse.events import SPAN, Events
from pipeline.analyse.explained import Pieces
from pipeline.app import crew
from pipeline.app.health import HealthBook
from pipeline.bus import Bus, Delivery, Positions
from pipeline.bus.open import open_bus
from pipeline.detect.stage import DetectStage
from pipeline.directory import Directory
from pipeline.engine.clock import Clock, WallClock
from pipeline.engine.fused import FusedWorker
from pipeline.engine.worker import Worker
from pipeline.errors import Fault, Misconfigured
from pipeline.index import PostIndex, open_index
from pipeline.index.stage import IndexStage
from pipeline.ledger import Ledger
from pipeline.ledger.corrections import Corrections
from pipeline.log import get
from pipeline.match.stage import MatchStage
from pipeline.model import AnalysedPost, Reader
from pipeline.notify import Desk, Notifier, NotifyStage, open_receivers
from pipeline.privacy import Masker
from pipeline.rulebook import Rulebook
from pipeline.rulebook.live import LiveRules
from pipeline.rulebook.wordtest import positive_words
from pipeline.settings import Settings
from pipeline.stage import Stage
from pipeline.topics import ANALYSED, POSTS, TOPICS, UNDERSTOOD
from pipeline.workdays import Workdays

if TYPE_CHECKING:
    from dashboards.boards.mirror import Mirror

log = get("desk")

STAGES = ("analyse", "cluster", "match", "detect", "notify", "index")
PARTS = ("crawl", *STAGES, "send", "console", "mirror")
# Which parts the tree was asked to run, for the health page in its own process. Not YUQING_…: those are settings.
PARTS_VARIABLE = "DESK_PARTS"
_PAGE = 1000  # messages browsed at a time
_INDEXED = 4096  # posts at least, if so many wait: the more go into the index at once, the less each of them costs
_WORD = 6  # characters; longer words of rules are phrases


class App:
    """What the settings describe, built part by part when asked for.

    A *rehearsal* is thrown away: detect is patient (see ``DetectStage``), and nothing is synced to disk.
    Raises Misconfigured where a part cannot be built; the message names file and key.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None, *, rehearsal: bool = False) -> None:
        self.settings = settings
        self.clock = clock or WallClock()
        self._rehearsal = rehearsal

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.timezone)

    @cached_property
    def directory(self) -> Directory:
        return Directory.read(self.settings.directory)

    @cached_property
    def workdays(self) -> Workdays:
        own = self.settings.calendar
        return Workdays.statutory().with_days(own.holidays, own.makeup_workdays)

    @cached_property
    def live_rules(self) -> LiveRules | None:
        """What brings changed rules into the stages of this process; a rehearsal keeps those it began with."""
        if self._rehearsal:
            return None
        return LiveRules(self.rulebook, self.settings.rules, self.settings.directory)

    @cached_property
    def rulebook(self) -> Rulebook:
        """The sound rules; broken ones are set aside, said by ``check`` and on the page, and stop nobody else."""
        book = Rulebook.read(self.settings.rules, self.directory)
        if not book.rules:
            raise Misconfigured(book.errors or [Fault("rules", "一条可用的规则也没有", "there is no usable rule")])
        return book

    @cached_property
    def sources(self) -> list[OpenSource]:
        return open_sources(self.settings.sources, zone=self.settings.timezone, home=self.home)

    @cached_property
    def receivers(self) -> dict[str, Notifier]:
        return open_receivers(self.settings.receivers, self.home)

    @cached_property
    def bus(self) -> Bus:
        return open_bus(self.settings.bus_url, self.settings.bus, durable=not self._rehearsal, home=self.home)

    @cached_property
    def index(self) -> PostIndex:
        return open_index(self.settings.index_url, self.settings.timezone)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger.open(self.settings.ledger_url, durable=not self._rehearsal)

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.ledger, self.bus)

    @cached_property
    def clusters(self) -> Clusters:
        return Clusters()

    @cached_property
    def events(self) -> Events:
        return Events()

    @cached_property
    def analyst(self) -> Analyst:
        return Analyst.open(self.settings.analyse, self.directory, words=self._rule_words())

    @cached_property
    def intake(self) -> Intake:
        return Intake(self.bus, Masker(self.directory), Pseudonyms.open(self.home, self.clock.now))

    def stage(self, name: str) -> Stage:
        """Return a new stage. Raises KeyError for a name that is none."""
        makers: dict[str, Callable[[], Stage]] = {
            "analyse": lambda: AnalyseStage(self.analyst),
            "cluster": self._cluster,
            "match": lambda: MatchStage(self.rulebook, self.live_rules),
            "detect": self._detect,
            "notify": self._notify,
            "index": lambda: IndexStage(self.index),
        }
        return makers[name]()

    def worker(self, name: str, member: int = 0, of: int = 1) -> Worker:
        """Return worker *member* of the *of* that share the stage."""
        batch = self.settings.engine.batch
        most = max(batch, _INDEXED) if name == "index" else batch
        return Worker(self.stage(name), self.bus, self.clock, batch=most, member=member, of=of)

    def fused(self) -> FusedWorker[AnalysedPost]:
        """Return the worker that does what analyse and cluster do."""
        first, second = AnalyseStage(self.analyst), self._cluster()
        return FusedWorker(first, second, self.bus, self.clock, batch=self.settings.engine.batch)

    def workers(self, names: Sequence[str] = STAGES) -> list[Worker]:
        """Return a worker for each of *names*, for one process to drive in turn: analyse with cluster is fused."""
        fused = {"analyse", "cluster"} <= set(names)
        apart = [name for name in names if not (fused and name in ("analyse", "cluster"))]
        return [*([self.fused()] if fused else []), *map(self.worker, apart)]

    def close(self) -> None:
        """Let go of every file that was opened."""
        for name in ("bus", "index", "ledger"):
            if name in self.__dict__:  # a cached property is there once it was asked for
                getattr(self, name).close()

    def collector(self) -> Collector:
        """Return the collector of the sources that are enabled. Raises Misconfigured."""
        return Collector(self.sources, self._frontier(), self.intake, self.clock.now, pressure=self._pressed)

    def mirror(self) -> Mirror:
        """Return what keeps the boards of Kibana up to date. Raises Misconfigured where no search server is set."""
        # Here, because they bring the drivers of search servers, which nothing else needs to begin.
        from dashboards.boards.mirror import Mirror
        from pipeline.index.elastic.address import Address
        from pipeline.index.elastic.drivers import connected
        from pipeline.index.elastic.gateway import Gateway

        crew.check_mirror(self.settings)
        address = Address.read(self.settings.index_url)
        return Mirror(
            store=Gateway(connected(address)), prefix=address.prefix, ledger=self.ledger, index=self.index,
            standings=self._frontier(), zone=self.zone,
            classes={source.id: source.class_ for source in self.settings.sources},
            streets=[place.name for place in self.directory.places if place.kind == "street"],
            units={unit.id: unit.name for unit in self.directory.units},
        )  # fmt: skip

    def console(self) -> Starlette:
        """Return the page, its API and the push door."""
        return console(
            self.index, self.desk, HealthBook(self, self._frontier(), self._running_parts(), STAGES),
            directory=self.directory, corrections=Corrections(self.ledger),
            pieces=Pieces(self.settings.analyse), clock=self.clock.now,
            timezone=self.settings.timezone, push_routes=push_routes(self.intake, push_sources(self.sources), self.clock.now, Seen()),
            hosts=self.settings.console.hosts,
        )  # fmt: skip

    def check(self, names: Sequence[str] = ()) -> None:
        """Build what can be built wrong; only if all is right, make the stores, and look whether *names* can run.

        Raises Misconfigured with every fault, Unavailable if a store is away.
        """
        _all_hold(
            lambda: self.directory, lambda: self.rulebook, lambda: self.receivers, lambda: push_sources(self.sources)
        )  # fmt: skip
        # Opened once here, which makes or migrates them before several processes want to.
        fresh = App(self.settings)
        try:
            _all_hold(lambda: fresh.bus, lambda: fresh.index, lambda: fresh.ledger)
            crew.check(names, self.settings, fresh.bus)
        finally:
            fresh.close()

    def _frontier(self) -> Frontier:
        return Frontier(self.home / "frontier.db")

    def _running_parts(self) -> tuple[str, ...]:
        return tuple(os.environ.get(PARTS_VARIABLE, " ".join(crew.usual(self.settings, PARTS))).split())

    def _pressed(self) -> bool:
        return self.backlog() > self.settings.engine.backlog_high

    def backlog(self) -> int:
        """Return how many posts wait for the stages that warnings depend on, together."""
        waited_for = (("analyse", POSTS), ("cluster", UNDERSTOOD), ("match", ANALYSED))
        return sum(self.bus.lag(name, topic) for name, topic in waited_for)

    def trim(self, now: datetime) -> None:
        """Drop what is past its retention: messages on the bus, then posts in the index."""
        for topic in TOPICS:
            self.bus.trim(topic, now - self.settings.bus.retention)
        if self.settings.index.retention:
            dropped = self.index.trim(now - self.settings.index.retention)
            log.info("index trimmed", dropped=dropped)

    @property
    def page(self) -> str:
        """The address of the console."""
        return f"http://{self.settings.console.host}:{self.settings.console.port}"

    def _cluster(self) -> ClusterStage:
        for docs in self._analysed_lately():
            self.clusters.recall(docs)
            self.events.recall(docs)
        return ClusterStage(self.clusters, [self.events])

    def _analysed_lately(self) -> Iterator[list[AnalysedPost]]:
        """Yield, page by page, what the bus still has of what was said: a restart must not forget it.

        No more of a partition than clusters remember: with a million posts a day, three days would take minutes.
        """
        reader = Reader(AnalysedPost)
        ends = self.bus.end(ANALYSED)
        since = self.bus.since(ANALYSED, self.clock.now() - SPAN)
        for page in self._pages({p: self._last(p, offset, ends[p]) for p, offset in since.items()}):
            yield [reader.read(line.value) for one in page for line in one.lines()]

    def _last(self, partition: int, since: int, end: int) -> int:
        """Return from where on a partition has as many analysed posts as clusters remember, or *since*."""
        start, posts = end, 0
        while start > since and posts < MOST:
            until, start = start, max(since, start - _PAGE)
            page = self.bus.browse(ANALYSED, {partition: start}, until - start)
            posts += sum(len(one.lines()) for one in page if one.offset < until)
        return start

    def _pages(self, start: Positions) -> Iterator[Sequence[Delivery]]:
        """Yield the messages of analysed posts from *start* on."""
        at = dict(start)
        while page := self.bus.browse(ANALYSED, at, _PAGE):
            at |= {one.partition: one.offset + 1 for one in page}
            yield page

    def refill_index(self, tell: Callable[[int, int], None]) -> int:
        """Write every analysed post that is still on the bus into the index, and return how many they were.

        *tell* hears how many messages are done, of how many. Raises Unavailable.
        """
        stage, now = IndexStage(self.index), self.clock.now()
        read, posts, total = 0, 0, self.bus.lag("refill", ANALYSED)  # a group that never read
        for page in self._pages(dict.fromkeys(self.bus.end(ANALYSED), 0)):
            lines = [line for one in page for line in one.lines()]
            stage.process(lines, now)
            read, posts = read + len(page), posts + len(lines)
            tell(read, max(read, total))
        return posts

    def _detect(self) -> Stage:
        live = self.live_rules
        stage = DetectStage(
            self.rulebook.by_id, self.ledger,
            late_after=self.settings.engine.late_after, patient=self._rehearsal, bus=self.bus.id,
            workdays=self.workdays, expected=self._expected(), most_groups=self.settings.engine.rule_groups,
            heed=live.look if live else lambda now: None, seek=live.seek if live else lambda now: False,
        )  # fmt: skip
        if live is not None:
            live.on_change(lambda book: lambda: stage.adopt(book.by_id))
        return stage

    def _rule_words(self) -> set[str]:
        """Return the words of the rules that are more than a character: people search for what rules look for."""
        try:
            rules = self.rulebook.rules
        except Misconfigured:  # told by check and by match; understanding needs no rule
            return set()
        texts = (rule.condition.text for rule in rules)
        return {word for text in texts if text for word in positive_words(text) if 1 < len(word) <= _WORD}

    def _expected(self) -> dict[str, Sequence[Mapping[str, object]]]:
        """Return the lists of those whom ``flatline`` rules may expect to hear from."""
        sources = [{"id": source.id, "name": source.id} for source in self.settings.sources if source.enabled]
        return {**self.directory.expected(), "sources": sources}

    def _notify(self) -> Stage:
        routes = {name: receiver.routes for name, receiver in self.receivers.items()}
        return NotifyStage(
            self.ledger, routes, self.directory,
            late_after=self.settings.engine.late_after, page=self.page, zone=self.zone, bus=self.bus.id,
            kept=self.settings.bus.retention,
        )  # fmt: skip


def _all_hold(*builds: Callable[[], object]) -> None:
    faults: list[Fault] = []
    for build in builds:
        try:
            build()
        except Misconfigured as error:
            faults += [fault for fault in error.faults if fault not in faults]
    if faults:
        raise Misconfigured(faults)
