"""Run the timed tests beside the rules, each in several ways that must not matter."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from pipeline.app.mortal import Killed, Life, MortalBus
from pipeline.app.rule_files import Check, ExpectedAlert, FoundTest, RuleTest, group_of
from pipeline.bus import Bus, Message
from pipeline.bus.sqlite import SqliteBus
from pipeline.detect.memory import Memory
from pipeline.detect.stage import DetectStage
from pipeline.engine.clock import ManualClock
from pipeline.engine.worker import Worker
from pipeline.ledger import Ledger
from pipeline.match.stage import MatchStage
from pipeline.model import FIELDS, Alert, AnalysedPost, encode, post_id, revision
from pipeline.rulebook import Rulebook
from pipeline.topics import ANALYSED

SHUFFLES = 20


@dataclass(frozen=True)
class Way:
    """How a history is delivered; *live* is as the desk judges, not waiting for what may still come."""

    name: str
    shuffle: int | None = None
    twice: bool = False
    kill_every: int | None = None
    live: bool = False


WAYS = (
    Way("原样 / as written"),
    Way("原样，实时 / as written, live", live=True),
    *(Way(f"乱序 {seed} / shuffled", shuffle=seed) for seed in range(1, SHUFFLES + 1)),
    Way("每条两次 / twice", twice=True),
    Way("每两步死一次 / killed every 2nd step", kill_every=2),
    Way("每三步死一次 / killed every 3rd step", kill_every=3),
)


@dataclass(frozen=True)
class Failure:
    """What was expected and what was firing instead, in one way of delivering."""

    test: FoundTest
    way: str
    at: timedelta
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.test.file.name}：{self.test.test.name}（{self.way}）在 {_short(self.at)}：应为 {self.expected}，实为 {self.got}"


def run_test(found: FoundTest) -> Failure | None:
    """Return the first way in which *found* does not hold; None if it holds in all. Raises Misconfigured."""
    book = Rulebook.read(found.rule_files)
    for way in WAYS:
        with tempfile.TemporaryDirectory(prefix="yuqing-test-") as folder:
            stand = _Stand(Path(folder), book, found.test, way)
            for at, expected, got in stand.run():
                return Failure(found, way.name, at, expected, got)
    return None


class _Stand:
    """Match and detect on a ledger of their own, with a clock that the test moves."""

    def __init__(self, folder: Path, book: Rulebook, test: RuleTest, way: Way) -> None:
        self._folder, self._book, self._test, self._way = folder, book, test, way
        self._start = test.start_timestamp
        self._clock = ManualClock(self._start)
        self._life = Life(way.kill_every) if way.kill_every else None
        self._build()

    def run(self) -> Iterator[tuple[timedelta, str, str]]:
        """Yield (when, expected, got) for each check that does not hold."""
        waiting = sorted(_documents(self._test), key=lambda doc: (doc.post.fetched_at, doc.post.id))
        for check in sorted(self._test.alert_rule_test, key=lambda each: each.eval_time):
            now = self._start + check.eval_time
            known = [doc for doc in waiting if doc.post.fetched_at <= now]
            waiting = waiting[len(known) :]
            self._deliver(known)
            self._settle(now)
            firing = [_seen(alert, self._start) for alert in self._firing()]
            if not _agree(check, firing):
                yield check.eval_time, _words(check.exp_alerts), _words(firing)
        self._close()

    def _deliver(self, docs: Sequence[AnalysedPost]) -> None:
        order = [doc for doc in docs for _ in range(2 if self._way.twice else 1)]
        if self._way.shuffle is not None:
            random.Random(self._way.shuffle).shuffle(order)
        try:
            self._bus.publish(ANALYSED, [Message(doc.post.key, encode(doc)) for doc in order])
        except Killed:
            self._rebuild()

    def _settle(self, now: datetime) -> None:
        self._clock.move_to(now)
        number = 0
        while number < len(self._workers):
            try:
                while self._workers[number].step().read:
                    pass
                number += 1
            except Killed:
                self._rebuild()
                number = 0

    def _firing(self) -> list[Alert]:
        session = self._ledger.session("rule-test", "")
        told = Memory(session).firing(self._test.rule)
        session.forget()
        return told

    def _build(self) -> None:
        bus: Bus = SqliteBus(self._folder / "bus", partitions=2, durable=False)
        self._bus = MortalBus(bus, self._life) if self._life else bus
        self._ledger = Ledger.open(f"sqlite:///{self._folder / 'ledger.db'}", durable=False)
        detect = DetectStage(self._book.by_id, self._ledger, patient=not self._way.live)
        self._workers = [Worker(stage, self._bus, self._clock) for stage in (MatchStage(self._book), detect)]

    def _rebuild(self) -> None:
        self._close()
        self._build()

    def _close(self) -> None:
        for worker in self._workers:
            worker.close()
        self._bus.close()
        self._ledger.close()


def _documents(test: RuleTest) -> Iterator[AnalysedPost]:
    number = 0
    for doc in test.input_docs:
        for n in range(doc.repeat.count):
            values = {key: _numbered(value, n) for key, value in (test.doc_defaults | doc.values).items()}
            at = test.start_timestamp + doc.at + n * doc.repeat.every
            yield _document(values, number, at, at + doc.ingest_delay)
            number += 1


def _document(values: dict[str, Any], number: int, at: datetime, fetched_at: datetime) -> AnalysedPost:
    """Return an analysed post that has just *values*, by the names of §5.1."""
    title, text = str(values.get("title", "")), str(values.get("text", ""))
    tree: dict[str, Any] = {
        "post": {
            "id": post_id("rule-test", str(number)), "native_id": str(number), "rev": revision(title, text),
            "source": {"id": "rule-test"}, "published": {"at": at}, "fetched_at": fetched_at,
        }
    }  # fmt: skip
    for name, value in values.items():
        _put(tree, FIELDS[name].path, value)
    for block in ("cluster", "sentiment"):  # blocks that cannot stand without what the test does not care about
        if block in tree:
            tree[block] = {"id": "", "label": "neu", "p_neg": 0.0, "p_pos": 0.0} | tree[block]
    return msgspec.convert(tree, AnalysedPost)


def _put(tree: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    *parents, last = (step.rstrip("_") for step in path)
    for parent in parents:
        tree = tree.setdefault(parent, {})
    tree[last] = value


def _numbered(value: object, n: int) -> object:
    return value.replace("{n}", str(n)) if isinstance(value, str) else value


def _seen(alert: Alert, start: datetime) -> ExpectedAlert:
    return ExpectedAlert(level=alert.level, group=alert.group, active_at=alert.active_at - start, late=alert.late)


def _agree(check: Check, firing: Sequence[ExpectedAlert]) -> bool:
    if len(check.exp_alerts) != len(firing):
        return False
    return all(any(_meets(wanted, one) for one in firing) for wanted in check.exp_alerts)


def _meets(wanted: ExpectedAlert, got: ExpectedAlert) -> bool:
    return (
        wanted.level is got.level
        and group_of(wanted.group) == got.group
        and wanted.active_at in (None, got.active_at)
        and wanted.late in (None, got.late)
    )


def _words(alerts: Sequence[ExpectedAlert]) -> str:
    return "；".join(_one(alert) for alert in alerts) or "安静"


def _one(alert: ExpectedAlert) -> str:
    since = f" 起于 {_short(alert.active_at)}" if alert.active_at is not None else ""
    return f"{alert.level.colour}{list(alert.group)}{since}{' 补报' if alert.late else ''}"


def _short(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes:g}m"
