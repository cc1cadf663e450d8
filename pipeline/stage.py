"""The contract of a stage: a pure step that one engine loop drives."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from pipeline.bus import Delivery, Message, Positions
from pipeline.ledger import Session


class Stage(Protocol):
    """Reads one topic, writes at most one. What comes by line it gets line by line, as if each came alone.

    A stage never publishes, commits, sleeps or reads a clock. The engine calls ``process`` with what it
    polled, publishes what came back, and only then moves the position; after any crash the same
    deliveries come again, so what is returned must be the same again (same ids).

    ``process`` may raise Rejected: the engine then tries the deliveries one by one and sets the bad ones
    aside. It may raise Unavailable: the engine rewinds, waits, and tries the same again.
    """

    name: str
    reads: str
    writes: str | None

    def process(self, batch: Sequence[Delivery], now: datetime) -> Sequence[Message]:
        """Return what *batch* causes. *now* is the engine's clock, the same for the whole batch."""

    def tick(self, now: datetime) -> Sequence[Message]:
        """Return what the passing of time causes. Called only when the stage has read all there is."""

    def close(self) -> None: ...


@runtime_checkable
class Stateful(Stage, Protocol):
    """A stage whose memory is on the ledger, in one transaction with its position on the bus."""

    def recall(self) -> Positions:
        """Return the position that the ledger remembers; the engine reads from there. Raises Unavailable."""

    def hold(self, partitions: Collection[int]) -> None:
        """Keep every other process from these partitions until ``remember`` or ``forget``.

        The engine calls it before each ``process`` and ``tick``. Raises Overtaken if another process
        moved one of them since we last looked, and Unavailable.
        """

    def remember(self, positions: Positions) -> None:
        """Commit all that changed since the last call together with *positions*. Raises Unavailable."""

    def forget(self) -> None:
        """Throw away what changed since the last ``remember``."""


class OnLedger:
    """The memory of a Stateful stage, kept by one ledger session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def recall(self) -> Positions:
        return self._session.recall()

    def hold(self, partitions: Collection[int]) -> None:
        self._session.hold(partitions)

    def remember(self, positions: Positions) -> None:
        self._session.remember(positions)

    def forget(self) -> None:
        self._session.forget()

    def close(self) -> None:
        self._session.forget()
