"""The invented district's life over some days: through the real stages into index and ledger, then mirrored."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from crawlers import Outcome, RawPost, SourceCard
from crawlers.frontier import Frontier
from crawlers.pace import Standing
from crawlers.world.channels import CHANNELS
from crawlers.world.story import Story
from dashboards.boards.mirror import Mirror, Store
from pipeline.app.desk import STAGES, App
from pipeline.engine.clock import ManualClock
from pipeline.engine.worker import Worker
from pipeline.index import PostIndex
from pipeline.model import AnalysedPost, Verb
from pipeline.notify.sender import Sender, senders
from pipeline.settings import Settings

ZONE = ZoneInfo("Asia/Shanghai")
BEGINS = datetime(2026, 3, 5, 0, tzinfo=UTC)
DAYS = 3
ENDS = BEGINS + timedelta(days=DAYS)


@dataclass
class District:
    """A desk whose clock we move; *seen* are the source standings that a crawler would have left."""

    app: App
    clock: ManualClock
    workers: list[Worker]
    senders: list[Sender]
    cards: dict[str, SourceCard] = field(default_factory=dict)

    def live(self, until: datetime, rate: float) -> None:
        """Let the district speak up to *until*, and officers do what they do; between posts the clock jumps."""
        begins = self.clock.now()
        story = Story(7, begins, rate=rate, speed=0.5)
        minutes: dict[datetime, list[tuple[str, RawPost]]] = {}
        for channel in CHANNELS.values():
            for raw in story.between(begins, until, channel.name):
                minute = raw.fetched_at.replace(second=0, microsecond=0) + timedelta(minutes=1)
                minutes.setdefault(minute, []).append((channel.source_id, raw))
        chance = random.Random(3)
        for minute in sorted(minutes):
            self.clock.move_to(minute)
            for source, raw in minutes[minute]:
                self.app.intake.accept(self.cards[source], [raw])
            self.settle()
            if minute.minute % 15 == 0:
                self._work(chance)
        self.clock.move_to(until)
        self.settle()

    def settle(self) -> None:
        for worker in self.workers:
            while worker.step().read:
                pass
        for sender in self.senders:
            while sender.step():
                pass

    def _work(self, chance: random.Random) -> None:
        """Acknowledge most of what is new, hand it over, and close what is old."""
        desk, now = self.app.desk, self.clock.now()
        for case in desk.cases(most=1000):
            if case.open and not case.acked and chance.random() < 0.7:
                desk.act(Verb.ACK, case.id, by="值班员", at=now)
            elif case.open and case.acked and chance.random() < 0.1:
                desk.act(Verb.CLOSE, case.id, by="值班员", at=now, reason="已答复")


@contextmanager
def a_district(home: Path, *, until: datetime = ENDS, rate: float = 0.002) -> Iterator[District]:
    """Return a district that lived up to *until*."""
    tree = {"home": home, "receivers": [{"name": "值班日志", "kind": "file"}]}
    clock = ManualClock(BEGINS)
    app = App(Settings.model_validate(tree), clock, rehearsal=True)
    cards = {one.source_id: SourceCard(one.source_id, "demo", one.class_) for one in CHANNELS.values()}
    sent = senders(app.ledger, app.receivers, clock.now, random.Random(1))
    district = District(app, clock, app.workers(STAGES), sent, cards)
    try:
        district.live(until, rate)
        yield district
    finally:
        for worker in district.workers:
            worker.close()
        app.close()


def a_frontier(home: Path, now: datetime) -> Frontier:
    """Return the standings of five sources: one fails, one is forbidden, one was never visited well."""
    frontier = Frontier(home / "frontier.db")
    outcomes = {"qh-weibo": Outcome.FAILED, "qh-video": Outcome.FORBIDDEN}
    for number, channel in enumerate(CHANNELS.values()):
        outcome = outcomes.get(channel.source_id, Outcome.NEWS)
        good = outcome is Outcome.NEWS
        standing = Standing(
            id=channel.source_id,
            outcome=outcome,
            problem="" if good else "连接超时，五分钟后再试 / timed out",
            fails=0 if good else 3,
            visited_at=now - timedelta(minutes=2),
            good_at=now - timedelta(minutes=2 if good else 95),
            last_news_at=now - timedelta(minutes=4 + number),
            next_due=None if outcome is Outcome.FORBIDDEN else now + timedelta(minutes=3),
        )
        days = [(now.astimezone(ZONE).date() - timedelta(days=back)) for back in range(DAYS)]
        frontier.record(standing, [(day, 1380.0 - 40 * number * (1 + day.day % 3), 1440.0) for day in days])
    return frontier


def a_mirror(district: District, store: Store, prefix: str, home: Path) -> Mirror:
    app = district.app
    return Mirror(
        store=store,
        prefix=prefix,
        ledger=app.ledger,
        index=app.index,
        standings=a_frontier(home, district.clock.now()),
        zone=ZONE,
        classes={one.source_id: one.class_.value for one in CHANNELS.values()},
        units={unit.id: unit.name for unit in app.directory.units},
        streets=[place.name for place in app.directory.places if place.kind == "street"],
    )


def everything(index: PostIndex) -> list[AnalysedPost]:
    """Return every post of *index* as it stands."""
    docs: list[AnalysedPost] = []
    after: str | None = None
    while True:
        page = index.search("*", most=500, after=after)
        docs += [hit.post for hit in page.hits]
        after = page.after
        if after is None:
            return docs
