"""``yuqing dead``: messages that a stage or a receiver could not take. Nothing is thrown away; mended, it goes again."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import msgspec

from pipeline.app import App
from pipeline.bus import Message
from pipeline.cli.tables import print_table
from pipeline.engine.worker import SetAside
from pipeline.errors import Fault, Misconfigured
from pipeline.model import Reader
from pipeline.notify.desk import Sent
from pipeline.settings import Settings
from pipeline.topics import TOPICS, dead

OUTBOX = "outbox"
_GROUP = "dead"
_PAGE = 500


def list_dead(settings: Settings, topic: str, format: str) -> None:
    app = App(settings)
    rows = [_of_bus(note) for name in _topics(topic) for _, note in _waiting(app, name)]
    if topic in ("", OUTBOX):
        rows += [_of_outbox(sent) for sent in app.desk.dead()]
    if format == "json":
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
    else:
        _print(rows)
    app.close()


def replay_dead(settings: Settings, topic: str) -> None:
    """Put what was set aside back where it came from, in order."""
    app = App(settings)
    count = 0
    for name in _topics(topic):
        consumer = app.bus.consumer(_GROUP, dead(name))
        while batch := consumer.poll(_PAGE, wait_s=0):
            notes = [Reader(SetAside).read(delivery.value) for delivery in batch]
            app.bus.publish(name, [Message(note.key, note.value) for note in notes])
            consumer.commit()
            count += len(batch)
    if topic in ("", OUTBOX):
        for sent in app.desk.dead():
            app.desk.revive(sent.notification.id, by="值班员", at=app.clock.now())
            count += 1
    sys.stdout.write(f"已重放 {count} 条 / replayed {count}\n")
    app.close()


def _topics(topic: str) -> list[str]:
    """Return the topics of the bus that *topic* means, all for none. Raises Misconfigured."""
    if topic not in ("", OUTBOX, *TOPICS):
        known = " ".join((*TOPICS, OUTBOX))
        raise Misconfigured([Fault(topic, f"没有这个主题；可用 {known}", f"no such topic; use {known}")])
    return [name for name in TOPICS if topic in ("", name)]


def _waiting(app: App, topic: str) -> Iterator[tuple[int, SetAside]]:
    """Yield what was set aside of *topic* and not yet replayed."""
    consumer = app.bus.consumer(_GROUP, dead(topic))
    reader = Reader(SetAside)
    while batch := consumer.poll(_PAGE, wait_s=0):
        for delivery in batch:
            yield delivery.offset, reader.read(delivery.value)


def _of_bus(note: SetAside) -> dict[str, str]:
    return {
        "topic": note.topic, "id": f"{note.partition}/{note.offset}", "stage": note.stage, "at": note.at.isoformat(),
        "reason": note.reason,
    }  # fmt: skip


def _of_outbox(sent: Sent) -> dict[str, str]:
    notification = sent.notification
    at = (sent.ended_at or sent.due).isoformat()
    return {
        "topic": OUTBOX, "id": notification.id, "stage": notification.receiver, "at": at, "reason": sent.last_answer,
    }  # fmt: skip


def _print(rows: list[dict[str, str]]) -> None:
    if rows:
        print_table(("主题", "编号", "在哪一步", "时间", "原因"), (tuple(row.values()) for row in rows))
    else:
        sys.stdout.write("没有被搁置的消息 / nothing was set aside\n")
