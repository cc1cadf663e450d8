"""A small district at its desk: a real index, ledger, bus and notify stage, and the console on top."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboards.console import Health, Part, SourceHealth, StageHealth, console
from pipeline.analyse.explained import Pieces
from pipeline.bus import Message
from pipeline.bus.sqlite import SqliteBus
from pipeline.directory import Directory
from pipeline.engine.clock import ManualClock
from pipeline.engine.worker import Worker
from pipeline.index.sqlite import SqliteIndex
from pipeline.ledger import Ledger
from pipeline.ledger.corrections import Corrections
from pipeline.model import (
    Alert,
    AnalysedPost,
    Evidence,
    Level,
    Manner,
    Polarity,
    PrivacyFinding,
    SentimentFinding,
    Turn,
    digest,
    encode,
)
from pipeline.notify import NotifyStage
from pipeline.notify.desk import Desk
from pipeline.settings import Analyse
from pipeline.topics import SIGNALS
from tests.build import NOON, an_analysed

FINE = Health(
    parts=(Part(name="bus"), Part(name="index"), Part(name="ledger")),
    stages=(StageHealth(name="analyse", lag=3, delay_s=0.4),),
    sources=(
        SourceHealth(id="qh-bbs", connector="feed", outcome="news", seen=NOON, news=NOON),
        SourceHealth(id="old-bbs", outcome="failed", ok=False, problem="连接超时，5 分钟后再试", blind_s=1500),
    ),
)


def a_doc(
    name: str, text: str = "锦湖里又停水了😡", *, label: str = "neg", minor: bool = False, **more: Any
) -> AnalysedPost:
    doc = an_analysed(name, text, **more)
    feeling = SentimentFinding(label=Polarity(label), p_neg=0.9 if label == "neg" else 0.1, p_pos=0.1)
    return msgspec.structs.replace(doc, sentiment=feeling, privacy=PrivacyFinding(minor=minor))


def an_alert(
    name: str = "water", level: str = "L3", *, at: datetime = NOON, turn: Turn = Turn.OPENED, **more: Any
) -> Alert:
    return Alert(
        id=digest(name),
        turn_id=digest(name, turn.value, level),
        turn=turn,
        rule=more.pop("rule", f"{name}.burst"),
        rule_rev="1",
        rule_name="停水集中反映",
        group=(name,),
        level=Level(level),
        active_at=at,
        last_at=at,
        at=at,
        count=more.pop("count", 12),
        summary=more.pop("summary", "锦湖里停水集中反映"),
        why=more.pop("why", "60 分钟内 12 人反映停水（阈值 10）"),
        topic=more.pop("topic", "water"),
        places=more.pop("places", ("jhl", "hd")),
        evidence=(
            Evidence(post_id="u5:1", at=at, source="qh-bbs", excerpt="锦湖里又停水了", url="https://bbs.example/1"),
        ),
        manner=Manner(group_wait_s=0.0),
        **more,
    )


class District:
    def __init__(self, home: Path, clock: Callable[[], datetime] | None = None) -> None:
        self.clock = ManualClock(NOON)
        self.now = clock or self.clock.now
        self.index = SqliteIndex.open(f"sqlite:///{home / 'index.db'}")
        self.ledger = Ledger.open(f"sqlite:///{home / 'ledger.db'}")
        self.bus = SqliteBus(home / "bus")
        self.directory = Directory.read()
        self.desk = Desk(self.ledger, self.bus)
        self.corrections = Corrections(self.ledger)
        self.health = FINE
        stage = NotifyStage(self.ledger, {"值班群": ()}, self.directory)
        self._notify = Worker(stage, self.bus, self.clock)

    def app(self, **more: Any) -> Starlette:
        return console(
            self.index, self.desk, lambda _now: self.health, directory=self.directory, corrections=self.corrections,
            pieces=Pieces(Analyse()),
            clock=self.now, **more
        )  # fmt: skip

    def client(self, **more: Any) -> TestClient:
        return TestClient(self.app(**more), base_url="http://127.0.0.1:8642")

    def say(self, *docs: AnalysedPost) -> None:
        self.index.write(docs)

    def warn(self, *alerts: Alert) -> None:
        self.bus.publish(SIGNALS, [Message(alert.key, encode(alert)) for alert in alerts])
        self.settle()

    def settle(self) -> None:
        """Let notify hear everything there is."""
        while self._notify.step().read:
            pass

    def later(self, minutes: float) -> datetime:
        self.clock.advance(timedelta(minutes=minutes))
        return self.clock.at

    def close(self) -> None:
        self._notify.close()
        self.index.close()
        self.ledger.close()
        self.bus.close()
