"""Two ways of doing the same, measured in turns."""

from __future__ import annotations

import gc
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from statistics import median
from typing import ClassVar, NamedTuple, Protocol

import msgspec

from pipeline.app.parts import settle


class Row(msgspec.Struct, frozen=True):
    """One result: how many times as much ours does in the same time; median, lowest and highest round."""

    name: str
    ratio: float
    low: float
    high: float
    against: str
    rounds: int


class Job(NamedTuple):
    """Work to be timed, and its amount in whatever both sides count: characters, bytes, messages."""

    work: Callable[[], object]
    amount: float

    def rate(self, clock: Callable[[], float]) -> float:
        began = clock()
        self.work()
        return self.amount / (clock() - began)


class Contest(Protocol):
    """Something that has a ratio, measured anew in every round."""

    name: ClassVar[str]
    against: ClassVar[str]

    def ratio(self, round: int) -> float: ...

    def close(self) -> None: ...


class Pair(ABC):
    """Ours and theirs, one right after the other; what a round needs is made before its clock starts."""

    name: ClassVar[str]
    against: ClassVar[str]

    @abstractmethod
    def ours(self, round: int) -> Job: ...

    @abstractmethod
    def theirs(self, round: int) -> Job:
        """Return the same for the other way: a smaller part of the same texts where it is slow."""

    def clock(self) -> float:
        """Tell what this process has computed, whatever others do on the same cores; disks need the wall clock."""
        return time.process_time()

    def ratio(self, round: int) -> float:
        ours, theirs = self.ours(round), self.theirs(round)
        return ours.rate(self.clock) / theirs.rate(self.clock)

    def close(self) -> None:
        """Let go of files, if there are any."""
        return


def measure(contest: Contest, rounds: int) -> Row:
    """Return the row of *contest* after *rounds* rounds."""
    before = gc.get_threshold()
    gc.collect()
    settle()  # as a worker of the desk does, for both sides
    try:
        ratios = [contest.ratio(number) for number in range(rounds)]
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
    return row(contest.name, ratios, contest.against)


def row(name: str, ratios: Sequence[float], against: str) -> Row:
    """Return what the rounds say."""
    low, middle, high = (float(f"{ratio:.4g}") for ratio in (min(ratios), median(ratios), max(ratios)))
    return Row(name, middle, low, high, against, len(ratios))
