"""Several senders for one receiver, on several machines: each message once, and after kill -9 a second one is marked."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa
from pydantic import PrivateAttr

from pipeline.ledger import Ledger, tables
from pipeline.model import Notification
from pipeline.notify.notifier import Accepted, Answer, Notifier
from pipeline.notify.records import Records, RowState
from pipeline.notify.sender import Sender
from tests.build import NOON
from tests.contracts.notifier import a_notification
from tests.live import eventually
from tests.servers.postgres import Database

ROWS = 300
SPEED = 120.0  # a lease of two minutes is over in a second
KILLS = 12


class Paper(Notifier):
    """每收到一条消息就在文件里记一行的接收方。"""

    name: ClassVar[str] = "paper"
    _file: Path = PrivateAttr()

    @classmethod
    def at(cls, file: Path) -> Paper:
        paper = cls()
        paper._file = file
        return paper

    def send(self, notification: Notification) -> Answer:
        line = json.dumps([notification.id, notification.resend]) + "\n"
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, line.encode())  # whole or not at all, whoever else writes
        os.close(descriptor)
        time.sleep(0.002)
        return Accepted("ok")


def read(file: Path) -> dict[str, list[bool]]:
    """Return the marks of each message's copies, in the order in which they came."""
    copies = defaultdict(list)
    for line in file.read_text().splitlines():
        id_, resend = json.loads(line)
        copies[id_].append(resend)
    return copies


def fast_clock(began: float) -> datetime:
    return NOON + timedelta(seconds=(time.time() - began) * SPEED)


def fill(ledger: Ledger) -> None:
    with ledger.transaction() as connection:
        Records(connection).post(
            a_notification(id=f"n{n}", receiver="水务群", at=NOON, active_at=NOON) for n in range(ROWS)
        )


def waiting(ledger: Ledger) -> int:
    with ledger.transaction() as connection:
        query = sa.select(sa.func.count()).where(tables.outbox.c.state != RowState.ACCEPTED.value)
        return connection.execute(query).scalar_one()


def a_sender(ledger: Ledger, file: Path, clock: Callable[[], datetime]) -> Sender:
    return Sender(ledger, "水务群", Paper.at(file), (), clock, random.Random(), late_after=timedelta(days=9))


def test_many_threads_send_each_message_once(tmp_path: Path, postgres: Database) -> None:
    ledger = Ledger.open(postgres.url)
    fill(ledger)

    def work() -> None:
        sender = a_sender(ledger, tmp_path / "paper", lambda: NOON + timedelta(minutes=1))
        while waiting(ledger):
            sender.step()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert read(tmp_path / "paper") == {f"n{n}": [False] for n in range(ROWS)}
    ledger.close()


def send_for_ever(url: str, file: Path, began: float) -> None:
    sender = a_sender(Ledger.open(url), file, partial(fast_clock, began))
    while True:
        if not sender.step():
            time.sleep(0.01)


def test_processes_that_are_killed_lose_nothing_and_double_nothing_unmarked(tmp_path: Path, postgres: Database) -> None:
    chance = random.Random(20260310)
    ledger = Ledger.open(postgres.url)
    fill(ledger)
    began, paper, fork = time.time(), tmp_path / "paper", multiprocessing.get_context("fork")

    def a_process() -> ForkProcess:
        process = fork.Process(target=send_for_ever, args=(postgres.url, paper, began), daemon=True)
        process.start()
        return process

    senders = [a_process() for _ in range(3)]
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.25))
        number = chance.randrange(len(senders))
        senders[number].kill()
        senders[number].join()
        senders[number] = a_process()
    assert eventually(lambda: waiting(ledger) == 0, 60)
    for process in senders:
        process.kill()
        process.join()

    copies = read(paper)
    assert len(copies) == ROWS
    assert all(all(marks[1:]) for marks in copies.values()), "a second copy came without its mark"
    assert sum(marks[0] for marks in copies.values()) + sum(len(marks) - 1 for marks in copies.values()) <= KILLS
    ledger.close()
