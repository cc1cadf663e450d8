"""Dying anywhere, hearing everything twice, batches of any size: the same messages, each to its end."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import PrivateAttr
from sqlalchemy.engine import Engine

from pipeline.ledger import tables
from pipeline.model import Case, Level, Manner, Notification, Signal, Turn, Verb
from pipeline.notify.casebook import hear
from pipeline.notify.notifier import Answer
from pipeline.notify.routing import Routed
from pipeline.notify.sender import LEASE, Sender
from tests.pipeline.notify.test_sender import Crash, Fake
from tests.pipeline.notify.world import NotifyDesk, an_act, an_alert, at, deliveries

TWO: dict[str, tuple[str, ...]] = {"控制台": (), "水务群": ()}


def the_case(alert_id: str = "a1") -> Case:
    case = hear(None, None, an_alert(id_=alert_id), Routed("water"), "").case
    assert case is not None
    return case


STORY: Sequence[Signal] = (
    an_alert(),
    an_alert(id_="red", when="11:01", level=Level.L1, group=("文桥街道",), manner=Manner(repeat_interval_s=3600)),
    an_alert(Turn.RAISED, "11:04", level=Level.L2, count=30),
    an_alert(id_="a2", when="11:05"),
    an_act(Verb.ACK, the_case(), "11:20"),
    an_alert(Turn.GREW, "12:30", level=Level.L2, count=40),
    an_alert(id_="red", turn=Turn.QUIET, when="13:30", level=Level.L1, group=("文桥街道",)),
    an_act(Verb.CLOSE, the_case(), "14:00", reason="已恢复供水"),
    an_alert(Turn.QUIET, "14:10", level=Level.L2),
)


def story_of(desk: NotifyDesk) -> list[tuple[Any, ...]]:
    return [(one.id, one.at, one.title, one.text, one.units, one.late) for one in desk.outbox]


def run(desk: NotifyDesk, signals: Sequence[Signal], size: int, *, twice: bool = False) -> None:
    """Drive the stage as the engine does: batch, tick, remember; with *twice* each batch comes again."""
    for start in range(0, len(signals), size):
        batch = signals[start : start + size]
        for _ in range(2 if twice else 1):
            desk.stage.process(deliveries(batch, start), batch[-1].at)
            desk.stage.tick(batch[-1].at)
            desk.stage.remember({0: start + len(batch)})
    desk.tick("20:00")


@pytest.fixture
def plain(tmp_path: Path) -> list[tuple[Any, ...]]:
    """The story as it goes when nothing happens."""
    desk = NotifyDesk(tmp_path / "plain", TWO)
    run(desk, STORY, 500)
    return story_of(desk)


@pytest.mark.parametrize("size", [1, 7, 500])
@pytest.mark.parametrize("twice", [False, True])
def test_any_batch_size_and_every_batch_twice_give_the_same_outbox(
    tmp_path: Path, plain: list[tuple[Any, ...]], size: int, twice: bool
) -> None:
    desk = NotifyDesk(tmp_path, TWO)
    run(desk, STORY, size, twice=twice)
    assert story_of(desk) == plain
    assert len(plain) == 18


@contextmanager
def dying_at(statement: int) -> Iterator[Callable[[], int]]:
    """Raise Crash instead of the n-th SQL statement from here; give the number of statements so far."""
    counter = itertools.count()
    seen = [0]

    def strike(*_: object) -> None:
        seen[0] = next(counter) + 1
        if seen[0] == statement:
            raise Crash

    sa.event.listen(Engine, "before_cursor_execute", strike)
    try:
        yield lambda: seen[0]
    finally:
        sa.event.remove(Engine, "before_cursor_execute", strike)


def live(desk: NotifyDesk) -> None:
    """Read the story from where the ledger remembers, as a new process does."""
    start = dict(desk.stage.recall()).get(0, 0)
    for first in range(start, len(STORY), 3):
        batch = STORY[first : first + 3]
        desk.stage.process(deliveries(batch, first), batch[-1].at)
        desk.stage.remember({0: first + len(batch)})
    desk.tick("20:00")


def test_the_stage_killed_at_every_statement_writes_the_same_outbox(
    tmp_path: Path, plain: list[tuple[Any, ...]]
) -> None:
    desk = NotifyDesk(tmp_path / "count", TWO)
    with dying_at(0) as seen:
        live(desk)
        statements = seen()
    assert statements > 50

    desk = NotifyDesk(tmp_path / "killed", TWO)
    for statement in range(1, statements + 1):
        empty(desk)
        with dying_at(statement), pytest.raises(Crash):
            live(desk)
        desk.stage.forget()  # the operating system closes what the dead process had open
        live(desk)
        assert story_of(desk) == plain, statement


def empty(desk: NotifyDesk) -> None:
    desk.stage.forget()
    with desk.ledger.transaction() as connection:
        for table in tables.metadata.sorted_tables:
            connection.execute(sa.delete(table))


class Dying(Fake):
    """会在发送之前或之后断电的接收方。"""

    _sendings: Iterator[int] = PrivateAttr(default_factory=itertools.count)
    _end: tuple[int, str] = PrivateAttr(default=(-1, ""))

    def ending(self, sending: int, moment: str) -> Dying:
        self._end = (sending, moment)
        return self

    def send(self, notification: Notification) -> Answer:
        sending = next(self._sendings)
        if self._end == (sending, "before"):
            raise Crash
        answer = super().send(notification)
        if self._end == (sending, "after"):
            raise Crash
        return answer


def deliver(desk: NotifyDesk, fakes: dict[str, Dying], start: datetime) -> datetime:
    """Run new senders, restarting them when they die, until nothing waits; return when that was."""
    clock = [start]
    for life in range(20):
        running = [
            Sender(desk.ledger, name, fake, (), lambda: clock[0], random.Random(life)) for name, fake in fakes.items()
        ]
        try:
            while sum(sender.step() for sender in running):
                clock[0] += timedelta(seconds=1)
            return clock[0]
        except Crash:
            clock[0] += LEASE
    raise AssertionError("the senders never finish")


def assert_every_message_ended(desk: NotifyDesk, fakes: dict[str, Dying], kills: int) -> None:
    states = desk.states()
    assert set(states.values()) <= {"accepted", "superseded"}
    got = {name: [(one.id, one.resend) for one in fake.got] for name, fake in fakes.items()}
    all_got = [one for each in got.values() for one in each]
    assert {id_ for id_, _ in all_got} == {id_ for id_, state in states.items() if state == "accepted"}
    unmarked = [id_ for id_, resend in all_got if not resend]
    assert len(unmarked) == len(set(unmarked))
    assert len(all_got) - len({id_ for id_, _ in all_got}) <= kills


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_sender_killed_around_every_sending_loses_none_and_marks_the_second(tmp_path: Path, moment: str) -> None:
    desk = NotifyDesk(tmp_path, TWO)
    for position in range(10):
        empty(desk)
        live(desk)
        fakes = {name: Dying().ending(position, moment) for name in TWO}
        deliver(desk, fakes, at("20:00"))
        assert_every_message_ended(desk, fakes, kills=2)


def test_a_sender_killed_at_every_statement_loses_none_and_marks_the_second(tmp_path: Path) -> None:
    desk = NotifyDesk(tmp_path, TWO)
    live(desk)
    with dying_at(0) as seen:
        deliver(desk, {name: Dying() for name in TWO}, at("20:00"))
        statements = seen()
    for statement in range(1, statements + 1):
        empty(desk)
        live(desk)
        fakes = {name: Dying() for name in TWO}
        with dying_at(statement):
            deliver(desk, fakes, at("20:00"))
            settled_at = at("20:00") + 2 * LEASE + timedelta(minutes=2)
        deliver(desk, fakes, settled_at)  # a lease whose record died runs out
        assert_every_message_ended(desk, fakes, kills=1)


minutes = st.integers(0, 59)
turns = st.tuples(minutes, st.sampled_from(["a1", "a2"]), st.sampled_from(Turn), st.sampled_from(Level))
verbs = st.tuples(minutes, st.sampled_from([Verb.ACK, Verb.CLOSE, Verb.REOPEN, Verb.ASSIGN]))


@settings(max_examples=25)
@given(said=st.lists(turns, min_size=1, max_size=12), done=st.lists(verbs, max_size=4), data=st.data())
def test_however_a_history_is_cut_into_batches_the_outbox_is_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    said: list[tuple[int, str, Turn, Level]],
    done: list[tuple[int, Verb]],
    data: st.DataObject,
) -> None:
    manner = Manner(group_wait_s=90, repeat_interval_s=600, case_key=("place.street",))
    signals: list[Signal] = [
        an_alert(turn, f"11:{minute:02}", id_, level=level, manner=manner) for minute, id_, turn, level in said
    ]
    signals += [an_act(verb, the_case(), f"11:{minute:02}", reason="好了", unit="water") for minute, verb in done]
    signals.sort(key=lambda one: one.at)
    whole = NotifyDesk(tmp_path_factory.mktemp("whole"), TWO)
    run(whole, signals, 500)
    cut = NotifyDesk(tmp_path_factory.mktemp("cut"), TWO)
    run(cut, signals, data.draw(st.integers(1, 5)), twice=data.draw(st.booleans()))
    assert story_of(cut) == story_of(whole)
    assert {one.alert for one in whole.outbox} == {id_ for _, id_, _, _ in said}
