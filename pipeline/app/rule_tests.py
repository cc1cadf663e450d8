"""Run the timed tests beside the rules, each in several ways that must not matter."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from pipeline.app.mortal import Killed, Life, MortalBus
from pipeline.app.rule_files import CalendarDays, Check, ExpectedAlert, FoundTest, RuleTest, group_of
from pipeline.bus import Bus, Message
from pipeline.bus.sqlite import SqliteBus
from pipeline.detect.memory import Memory
from pipeline.detect.stage import DetectStage
from pipeline.engine.clock import ManualClock
from pipeline.engine.worker import Worker
from pipeline.ledger import Ledger
from pipeline.match.stage import MatchStage
from pipeline.model import FIELDS, Alert, AnalysedPost, encode, post_id, revision
from pipeline.rulebook import Rule, Rulebook
from pipeline.settings import duration
from pipeline.topics import ANALYSED
from pipeline.workdays import Workdays

SHUFFLES = 20
KILLS = 3

# Blocks that cannot stand without what the test does not care about.
_LEAST: Final[Mapping[str, dict[str, Any]]] = {
    "cluster": {"id": ""},
    "event": {"id": ""},
    "sentiment": {"label": "neu", "p_neg": 0.0, "p_pos": 0.0},
}


@dataclass(frozen=True)
class Way:
    """How a history is delivered; *live* is as the desk judges, not waiting for what may still come."""

    name: str
    shuffle: int | None = None
    twice: bool = False
    kill_every: int | None = None
    chance: int | None = None  # the seed of deaths at random
    batch: int = 256
    live: bool = False


WAYS = (
    Way("原样 / as written"),
    Way("原样，实时 / as written, live", live=True),
    *(Way(f"乱序 {seed} / shuffled", shuffle=seed) for seed in range(1, SHUFFLES + 1)),
    Way("每条两次 / twice", twice=True),
    *(Way(f"一批 {batch} 条 / batches of {batch}", batch=batch) for batch in (1, 7, 500)),
    Way("一批 1 条，实时 / batches of 1, live", batch=1, live=True),
    Way("每两步死一次 / killed every 2nd step", kill_every=2),
    Way("每三步死一次 / killed every 3rd step", kill_every=3),
    *(
        Way(f"乱序、重复、随时会死 {seed} / shuffled, twice, killed at random", seed, True, 3, seed, 7)
        for seed in range(1, KILLS + 1)
    ),
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
            stand = _Stand(Path(folder), book, found, way)
            for at, expected, got in stand.run():
                return Failure(found, way.name, at, expected, got)
    return None


class _Stand:
    """Match and detect on a ledger of their own, with a clock that the test moves."""

    def __init__(self, folder: Path, book: Rulebook, found: FoundTest, way: Way) -> None:
        self._folder, self._book, self._test, self._way = folder, book, found.test, way
        self._start = found.test.start_timestamp
        self._days = found.calendar
        self._clock = ManualClock(self._start)
        self._life = Life(way.kill_every, way.chance) if way.kill_every else None
        self._build()

    def run(self) -> Iterator[tuple[timedelta, str, str]]:
        """Yield (when, expected, got) for each check that does not hold."""
        rule = self._book.by_id.get(self._test.rule)
        waiting = sorted(_documents(self._test, rule), key=lambda doc: (doc.post.fetched_at, doc.post.id))
        self._settle(self._start)  # who is expected to be heard is waited for from here on
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
        detect = DetectStage(
            self._book.by_id, self._ledger,
            patient=not self._way.live, workdays=_workdays(self._days), expected=_expected(self._test),
        )  # fmt: skip
        self._workers = [
            Worker(stage, self._bus, self._clock, batch=self._way.batch) for stage in (MatchStage(self._book), detect)
        ]

    def _rebuild(self) -> None:
        self._close()
        self._build()

    def _close(self) -> None:
        for worker in self._workers:
            worker.close()
        self._bus.close()
        self._ledger.close()


def _workdays(days: CalendarDays | None) -> Workdays:
    return Workdays(days.holidays, days.makeup_workdays) if days is not None else Workdays.statutory()


def _expected(test: RuleTest) -> dict[str, Sequence[Mapping[str, object]]]:
    """Return the lists of a test's directory, with points in time where it counts from its start."""
    return {
        name if name == "sources" else f"directory.{name}": [_dated(entry, test.start_timestamp) for entry in entries]
        for name, entries in test.directory.items()
    }


def _dated(entry: Mapping[str, object], start: datetime) -> Mapping[str, object]:
    try:
        return {**entry, "since": start + duration(entry.get("since", ""))}
    except ValueError:
        return entry  # a date of its own, or none


def _documents(test: RuleTest, rule: Rule | None) -> Iterator[AnalysedPost]:
    accounts = rule is not None and "account.id" in rule.group_by
    number = 0
    for doc in test.input_docs:
        for n in range(doc.repeat.count):
            values = {key: _numbered(value, n) for key, value in (test.doc_defaults | doc.values).items()}
            if accounts and "author.key" in values:
                values = {"account.id": values["author.key"]} | values  # of our own accounts the writer is the account
            at = test.start_timestamp + doc.at + n * doc.repeat.every
            yield _document(values, number, at, at + doc.ingest_delay)
            number += 1


def _document(values: dict[str, Any], number: int, at: datetime, fetched_at: datetime) -> AnalysedPost:
    """Return an analysed post that has just *values*, by the names of §5.1.

    One that names no source has none that could fall silent; one that names no id is a post of its own.
    """
    title, text = str(values.get("title", "")), str(values.get("text", ""))
    native_id = str(values.get("native_id", number))
    tree: dict[str, Any] = {
        "post": {
            "id": post_id("rule-test", native_id), "native_id": native_id, "rev": revision(title, text),
            "source": {"id": ""}, "published": {"at": at}, "fetched_at": fetched_at, "engagement": {"at": fetched_at},
        }
    }  # fmt: skip
    for name, value in values.items():
        _put(tree, FIELDS[name].path, value)
    for block, least in _LEAST.items():
        if block in tree:
            tree[block] = least | tree[block]
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
