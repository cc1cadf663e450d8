"""A bus that dies on purpose, so that a replay or a rule test can show that dying changes nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from pipeline.bus import Bus, Consumer, Delivery, Message, Positions, Recall


class Killed(BaseException):
    """Stands for kill -9: no handler of ours runs, what was not yet durable is gone."""


class Life:
    """Counts operations down to a death at every *every*-th. It outlives the bus: keep one over all rebuildings.

    With a *seed* a life has any length up to twice as long. A life without a single commit is followed by a longer
    one: else the same death would come for ever.
    """

    def __init__(self, every: int, seed: int | None = None) -> None:
        self._every = every
        self._chance = random.Random(seed) if seed is not None else None
        self._length = every
        self._left = every
        self._committed = False

    def spend(self) -> None:
        self._left -= 1
        if self._left > 0:
            return
        usual = self._every if self._chance is None else self._chance.randint(1, 2 * self._every)
        self._length = usual if self._committed else self._length + 1
        self._left, self._committed = self._length, False
        raise Killed

    def committed(self) -> None:
        self._committed = True


class MortalBus:
    """Passes everything on, and dies when its *life* is spent: after a publish, or before a commit."""

    def __init__(self, bus: Bus, life: Life) -> None:
        self._bus = bus
        self._life = life

    def publish(self, topic: str, messages: Sequence[Message], *, as_lines: bool = False) -> None:
        self._bus.publish(topic, messages, as_lines=as_lines)
        self._life.spend()

    @property
    def id(self) -> str:
        return self._bus.id

    def consumer(
        self, group: str, topic: str, *, member: int = 0, of: int = 1, recall: Recall | None = None
    ) -> Consumer:
        return _MortalConsumer(self._bus.consumer(group, topic, member=member, of=of, recall=recall), self._life)

    def lag(self, group: str, topic: str) -> int:
        return self._bus.lag(group, topic)

    def end(self, topic: str) -> Positions:
        return self._bus.end(topic)

    def browse(self, topic: str, start: Positions, most: int) -> Sequence[Delivery]:
        return self._bus.browse(topic, start, most)

    def since(self, topic: str, at: datetime) -> Positions:
        return self._bus.since(topic, at)

    def trim(self, topic: str, before: datetime) -> int:
        return self._bus.trim(topic, before)

    def close(self) -> None:
        self._bus.close()


class _MortalConsumer:
    def __init__(self, consumer: Consumer, life: Life) -> None:
        self._consumer = consumer
        self._life = life

    @property
    def positions(self) -> Positions:
        return self._consumer.positions

    def poll(self, most: int, wait_s: float) -> Sequence[Delivery]:
        return self._consumer.poll(most, wait_s)

    def commit(self) -> None:
        self._life.spend()
        self._consumer.commit()
        self._life.committed()

    def rewind(self) -> None:
        self._consumer.rewind()

    def seek(self, positions: Positions) -> None:
        self._consumer.seek(positions)

    def close(self) -> None:
        self._consumer.close()
