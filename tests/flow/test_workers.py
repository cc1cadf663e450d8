"""However many processes share a stage, people hear the same and the index holds the same."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from crawlers.world import Story
from pipeline.app import STAGES, App
from pipeline.app.crew import SEVERAL
from pipeline.app.recorded import recorded as read
from pipeline.bus import Message
from pipeline.engine.clock import ManualClock
from pipeline.engine.worker import Worker
from pipeline.model import AnalysedPost, Notification, Post, encode
from pipeline.notify.records import Records
from pipeline.settings import Settings
from tests.flow.telling import recorded
from tests.flow.test_same_words import rows_of
from tests.servers.kafka import KafkaCluster

pytestmark = pytest.mark.slow

START = datetime(2026, 3, 10, 0, tzinfo=UTC)


@dataclass
class Crew:
    """Workers of every stage, each with files of its own as a process has, on one patient desk."""

    settings: Settings
    clock: ManualClock
    open: ExitStack = field(default_factory=ExitStack)
    workers: list[Worker] = field(default_factory=list)

    def hire(self, of: int) -> None:
        """Begin with *of* workers a stage where there may be several."""
        for name in STAGES:
            share = of if name in SEVERAL and name != "detect" else 1
            for member in range(share):
                app = self.open.enter_context(closing(App(self.settings, self.clock, rehearsal=True)))
                self.workers.append(app.worker(name, member, share))

    def leave(self) -> None:
        """End as processes end: nothing is finished. A client that stayed would still beat for its group."""
        for worker in self.workers:
            worker.close()
        self.open.close()
        self.workers.clear()

    def settle(self, chance: random.Random) -> None:
        """Let the workers of each stage work, in an order that nobody chose, until nobody finds anything.

        Stage by stage, since a patient one may be told the time only when those before it have said all.
        """
        for name in STAGES:
            ours = [worker for worker in self.workers if worker.stage.name == name]
            while any(worker.lag() for worker in ours):
                chance.shuffle(ours)
                for worker in ours:
                    worker.step()
            for worker in ours:
                worker.step()


@dataclass(frozen=True)
class Outcome:
    told: Sequence[tuple[str, str, str, str]]
    indexed: Mapping[str, tuple[str, str, str]]
    clusters: frozenset[frozenset[str]]
    order: Mapping[str, Sequence[str]]


def outcome(
    settings: Settings, clock: ManualClock, posts: Sequence[Post], crews: Iterator[int], seed: int = 1
) -> Outcome:
    """Tell *posts* in four portions to crews of the sizes that *crews* yields."""
    chance, told = random.Random(seed), list[Notification]()
    with closing(App(settings, clock, rehearsal=True)) as app:
        portion = len(posts) // 4 + 1
        for start in range(0, len(posts), portion):
            some = posts[start : start + portion]
            app.bus.publish("posts", [Message(post.key, encode(post)) for post in some])
            crew = Crew(settings, clock)
            crew.hire(next(crews))
            clock.move_to(some[-1].fetched_at + (timedelta(hours=1) if some[-1] is posts[-1] else timedelta()))
            crew.settle(chance)
            crew.leave()
            with app.ledger.transaction() as connection:
                told += Records(connection).take_unsent(clock.now())
        docs = [doc for post in posts if (doc := app.index.get(post.id)) is not None]
        return Outcome(
            sorted((one.rule, _group(one), one.level.value, one.reason.value) for one in told),
            {doc.post.id: (doc.post.rev, str(doc.matter), str(doc.sentiment)) for doc in docs},
            _groups(docs),
            _order(app),
        )


def _group(one: Notification) -> str:
    """Return what the message is about; a cluster has the name of whichever of its posts came first."""
    return " ".join("cluster" if value.startswith("u5:") else value for value in one.group)


def _groups(docs: Sequence[AnalysedPost]) -> frozenset[frozenset[str]]:
    """Return which posts are together; which of them came first depends on who was faster."""
    groups: dict[str, set[str]] = {}
    for doc in docs:
        if doc.cluster:
            groups.setdefault(doc.cluster.id, set()).add(doc.post.id)
    return frozenset(map(frozenset, groups.values()))


def _order(app: App) -> Mapping[str, Sequence[str]]:
    """Return, for each key, what was analysed in order, repeats after a crash left out."""
    found: dict[str, dict[str, None]] = {}
    for one in app.bus.browse("analysed", app.bus.since("analysed", datetime(1970, 1, 1, tzinfo=UTC)), 100_000):
        for line in one.lines():
            post = msgspec.json.decode(line.value, type=AnalysedPost).post
            found.setdefault(post.key, {})[f"{post.id} {post.rev} {post.op}"] = None
    return {key: list(posts) for key, posts in found.items()}


def same(found: Outcome, alone: Outcome) -> None:
    """Hold *found* to what one worker found. Nearly alike is judged in order of arrival, which several workers change."""
    assert found.told == alone.told
    assert found.indexed == alone.indexed
    assert len(found.clusters & alone.clusters) > 0.95 * len(alone.clusters)


def always(of: int) -> Iterator[int]:
    while True:
        yield of


def changing() -> Iterator[int]:
    while True:
        yield from (1, 3, 2, 4)


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> list[Post]:
    folder = tmp_path_factory.mktemp("story")
    rows = list(rows_of(Story(7, START, rate=0.2, speed=10.0)))
    return read([recorded(folder, rows)], Settings(home=folder))


def settings(home: Path, **more: object) -> Settings:
    return Settings.model_validate({"home": home, "engine": {"batch": 64}, **more})


@pytest.fixture(scope="module")
def alone(posts: list[Post], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    found = outcome(settings(tmp_path_factory.mktemp("alone")), ManualClock(START), posts, always(1))
    assert len(found.told) > 10
    assert any(len(group) > 1 for group in found.clusters)
    return found


def test_three_workers_a_stage_come_to_the_same(posts: list[Post], alone: Outcome, tmp_path: Path) -> None:
    found = outcome(settings(tmp_path), ManualClock(START), posts, always(3))
    same(found, alone)
    assert found.order == alone.order


def test_another_number_of_workers_at_every_start_loses_nothing(
    posts: list[Post], alone: Outcome, tmp_path: Path
) -> None:
    found = outcome(settings(tmp_path), ManualClock(START), posts, changing())
    same(found, alone)
    assert found.order == alone.order


def test_two_workers_a_stage_on_kafka_come_to_the_same(
    posts: list[Post], alone: Outcome, tmp_path: Path, kafka: KafkaCluster
) -> None:
    bus = {"url": f"kafka://{kafka.bootstrap}/workers-{uuid.uuid4().hex[:8]}"}
    found = outcome(settings(tmp_path, bus=bus), ManualClock(START), posts, always(2))
    same(found, alone)
    assert found.order == alone.order
